"""Find functions that do nothing, or only say that they are not written yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from tree_sitter import Node

from bot.gates.unfinished.comments import strip_marks
from bot.gates.unfinished.hollow_bodies import is_hollow
from bot.gates.unfinished.idle_functions import (
    FUNCTIONS,
    SAYS_WHY,
    Surroundings,
    may_be_idle,
    read_comment,
)
from bot.gates.unfinished.work_words import DEED
from bot.search.syntax_queries import find_comments, find_kinds, read_text

# The whole body, without blanks and comments, of a function that does nothing.
NOTHING = re.compile(
    r"(?:pass|\.\.\.|return;?|return None|;|\{\s*;?\s*\}|end|do\s+end|\{\s*return;?\s*\})*"
)
GIVES_UP = re.compile(
    r"(?:\{\s*)?(?:raise NotImplementedError\b(?:\(\s*\))?|throw new NotImplementedException\(\s*\)"
    r"|throw new \\?(?:Error|Exception|RuntimeException|LogicException)\(\s*\))\s*;?\s*(?:\})?"
)
# What a test does that proves nothing, and what a function answers whatever it is asked.
PROVES_NOTHING = re.compile(
    r"(?:\{\s*)?(?:assert True|assert 1|expect\(true\)\.to\w+\(true\)|assert\(true\)"
    r"|self\.assertTrue"
    r"\(True\)|assert!\(true\)|assertTrue\(true\));?(?:\s*\})?"
)
ANSWERS = re.compile(
    r"(?:\{\s*)?(?:return )?(?:None|nil(?:,nil)?|null|undefined|True|False|true|false|0|0\.0"
    r"|\"\"|''"
    r"|\[\]|\{[^{}()]*\}"
    r"|new \w+(?:<[\w,<>]*>)?\(\)|\w+(?:::new|\.of)\(\));?(?:\s*\})?"
)
MAX_BODY_BYTES = 3_000  # with its comments
SAYS_WORK = re.compile(
    rf"^\W*{DEED}\b|^\W*(?:[\w-]+ ){{1,3}}(?:logic|implementation|code)\W*$", re.IGNORECASE
)


class EmptyBody(NamedTuple):
    """A function that does nothing: its name, and the first and last line of it."""

    name: str
    line: int
    last_line: int


def find_empty_bodies(
    root: Node, language: str, lines: Collection[int], surroundings: Surroundings
) -> Iterator[EmptyBody]:
    """Find the functions on some of these lines without a body where something was to be done.

    In tests these are the tests themselves; what they fake may well do nothing.
    """
    for node in find_kinds(root, language, FUNCTIONS):
        first, last = node.start_point.row + 1, node.end_point.row + 1
        body = _body_of(node)
        if body is None or node.has_error or body.end_byte - body.start_byte > MAX_BODY_BYTES:
            continue
        if not any(number in lines for number in range(first, last + 1)):
            continue
        name = _name_of(node)
        code = _read_body(node, body, language)
        if surroundings.is_test:
            is_asked = _is_empty_test(node, name, code, language)
        else:
            is_asked = _is_unwritten(node, body, lines, language)
            is_asked = is_asked and not may_be_idle(node, name, language, surroundings)
        if name and is_asked:
            yield EmptyBody(name, first, last)


def _is_unwritten(node: Node, body: Node, lines: Collection[int], language: str) -> bool:
    code, comment = _read_body(node, body, language), read_comment(node, language)
    if GIVES_UP.fullmatch(code):
        # So abstract methods were written before there was a word for them.
        is_method = re.match(r"\(\s*self\b", read_text(node.child_by_field_name("parameters")))
        return not is_method or len(comment.split()) > 1
    if _does_nothing(body, code, language):
        return True
    is_new = all(row + 1 in lines for row in range(node.start_point.row, node.end_point.row + 1))
    return is_new and is_hollow(node, body, _name_of(node), comment)


def _is_empty_test(node: Node, name: str, code: str, language: str) -> bool:
    is_test = bool(re.match(r"test_\w|Test[A-Z_]|test[A-Z]", name))
    has_nothing = NOTHING.fullmatch(code) or PROVES_NOTHING.fullmatch(code)
    return is_test and bool(has_nothing) and not SAYS_WHY.search(read_comment(node, language))


def _does_nothing(body: Node, code: str, language: str) -> bool:
    """Tell whether a body does nothing, or answers anything where a comment names the work."""
    if NOTHING.fullmatch(code):
        return True
    comments = find_comments(body, language) if ANSWERS.fullmatch(code) else ()
    return any(SAYS_WORK.match(strip_marks(read_text(each))) for each in comments)


def _body_of(node: Node) -> Node | None:
    """Return the body of a function; None where it is declared only."""
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        is_function = value is not None and value.type in ("arrow_function", "function_expression")
        body = value.child_by_field_name("body") if value and is_function else None
        return body if body and body.type == "statement_block" else None
    if node.type in ("method", "singleton_method"):  # Ruby's may be without a body
        return node
    body = node.child_by_field_name("body")
    return body or next((each for each in node.children if each.type.endswith("_body")), None)


def _name_of(node: Node) -> str:
    name = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    if name is None:
        name = next((each for each in node.children if "identifier" in each.type), None)
    return read_text(name).partition("(")[0].strip()


def _read_body(node: Node, body: Node, language: str) -> str:
    """Read what a function does, without comments, in one line."""
    code = _read_code(body, language)
    return _drop_ruby_head(node, code) if body is node else code


def _drop_ruby_head(node: Node, code: str) -> str:
    """Drop `def name(parameters)` and `end`."""
    parameters = node.child_by_field_name("parameters") or node.child_by_field_name("name")
    end = parameters.end_byte - node.start_byte if parameters else 0
    head = " ".join((node.text or b"")[:end].decode(errors="replace").split())
    return re.sub(r"\s*\bend$", "", code.removeprefix(head).strip()).strip()


def _read_code(node: Node, language: str) -> str:
    """Read a node without its comments and docstrings, in one line."""
    text, start = node.text or b"", node.start_byte
    for comment in reversed(find_comments(node, language)):
        text = text[: comment.start_byte - start] + b" " + text[comment.end_byte - start :]
    return re.sub(r"\s*([.()\[\]{};,])\s*", r"\1", " ".join(text.decode(errors="replace").split()))
