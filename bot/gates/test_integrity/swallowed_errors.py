"""Find the handlers that swallow every error, so that nobody hears of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bot.gates.change import Change
from bot.gates.test_integrity.expression_scan import word_set
from bot.gates.test_integrity.syntax_nodes import find_nodes, parse_file
from bot.search.source_files import kind_of
from bot.search.syntax_queries import read_text
from bot.values import Finding

GATE = "tests"
SHOWN_CHARS = 60
SAYS_WHY = re.compile(r"(?:#|//|/\*)\s*\w+\W+\w+\W+\w+")
MAY_SWALLOW = re.compile(r"\bexcept\b|\bcatch\b|\brescue\b|\bsuppress\b|err != nil")
COMMENT = re.compile(r"(?m)(?:#|//).*$|/\*.*?\*/")
HANDLERS = word_set(
    """
    except_clause except_group_clause catch_clause catch_block rescue rescue_modifier
    if_statement
    """
)
EMPTY = re.compile(r"\b(?:pass|continue)\b|\breturn\b(?=\s*(?:[;}]|$))|\.\.\.|[\s;{}()]")
BROAD = re.compile(r"^except\s*(?::|\(?\s*(?:\w+,\s*)*(?:Base)?Exception\b(?:[^:]*)?:)")
SWALLOWS = re.compile(
    r"\bsuppress\(\s*(?:Base)?Exception\s*\)|\.catch\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}"
    r"|null|undefined|void 0)\s*\)|\.catch\(\s*function\s*\(\w*\)\s*\{\s*\}\s*\)"
)
# Java's and C#'s, where a type says which error is meant; Kotlin's type stands behind the name.
TYPED_CATCH = re.compile(
    r"catch\s*\(\s*((?:final\s+)?[A-Z][\w.|\s]*?)\s*\w*\s*\)|catch\s*\(\w+\s*:\s*(\w+)"
)
BROAD_TYPES = re.compile(r"\b(?:Exception|RuntimeException|Throwable|Error|System\.Exception)\b")
GIVES_VALUE = re.compile(r"=>\s*(?:null|undefined)\s*\)$")
RESCUES_TO_NOTHING = re.compile(r"rescue\s+(?:nil|false|\[\]|\{\}|\"\")$")
RESCUES_ANYTHING = re.compile(r"rescue\s*(?:=>\s*\w+|StandardError|Exception|$|\n)")
GO_DOES_NOTHING = re.compile(r"if\s+err\s*!=\s*nil\s*\{\s*\}")


class Handler(NamedTuple):
    """A handler that takes any error and does nothing."""

    line: int
    last_line: int
    shown: str
    says_why: bool


def find_swallowed_errors(change: Change) -> Iterator[Finding]:
    """Find as many handlers as are more than before, of those that have a new line."""
    if not change.adds_handwritten(MAY_SWALLOW.search):
        return
    before = [item for path, text in change.before.items() for item in _read_handlers(path, text)]
    surplus, fresh = -len(before), []
    for path, text in change.after.items():
        for handler in _read_handlers(path, text):
            surplus += 1
            lines = range(handler.line, handler.last_line + 1)
            if not change.new_line_numbers[path].isdisjoint(lines):
                fresh.append((path, handler))
    for path, handler in fresh[: max(0, surplus)]:
        reason = (
            f"Every error is swallowed here: `{handler.shown}`. "
            "Catch the one that is meant, and say what follows."
        )
        yield Finding(GATE, path, handler.line, reason, not handler.says_why, "error-swallowed")


def _read_handlers(path: str, text: str | None) -> Iterator[Handler]:
    root = parse_file(path, text) if kind_of(path) != "foreign" else None
    if text is None or root is None:
        return
    for node in find_nodes(root, HANDLERS):
        code = read_text(node)
        if _swallows(node, code):
            first = node.start_point.row + 1
            yield _make_handler(first, code, says_why=bool(SAYS_WHY.search(code)))
    for call in SWALLOWS.finditer(text):
        # In a test this may be no promise's: schemas and streams have a catch that they test.
        gives_value = kind_of(path) == "test" and bool(GIVES_VALUE.search(call[0]))
        yield _make_handler(text.count("\n", 0, call.start()) + 1, call[0], says_why=gives_value)


def _make_handler(line: int, code: str, *, says_why: bool) -> Handler:
    last_line = line + code.rstrip().count("\n")
    return Handler(line, last_line, " ".join(code.split())[:SHOWN_CHARS], says_why)


def _swallows(node: Node, code: str) -> bool:
    bare = COMMENT.sub("", code)
    if node.type.startswith("except"):
        return bool(BROAD.match(code)) and _is_empty(bare.partition(":")[2])
    if node.type == "rescue_modifier":
        return bool(RESCUES_TO_NOTHING.search(code))
    if node.type == "rescue":
        body = re.sub(r"^rescue[^\n]*", "", bare)
        return bool(RESCUES_ANYTHING.match(code)) and _is_empty(body)
    if node.type == "if_statement":  # Go's `if err != nil {}`
        return bool(GO_DOES_NOTHING.fullmatch(bare.strip()))
    typed = TYPED_CATCH.match(code)
    if typed and not BROAD_TYPES.search(typed[1] or typed[2]):
        return False
    return _is_empty(bare.partition("{")[2].rpartition("}")[0])


def _is_empty(body: str) -> bool:
    return not EMPTY.sub("", body)
