"""Tell whether the body of a function has nothing to do with what its name promises."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from bot.gates.unfinished.thin_places import IDLE, SAYS_ONLY, is_answer
from bot.gates.unfinished.work_words import DEED
from bot.search.syntax_queries import is_comment, read_text

WRAPPERS = frozenset(
    ["statement_list", "block", "function_body", "body_statement", "arrow_expression_clause"]
)
SELF = frozenset(["self", "this", "cls", "mut", "ref", "const", "final", "ctx", "context"])
# Names and descriptions of functions that are to work something out; names of others.
PROMISES = re.compile(
    rf"_*(?:async_?)?(?:is_?valid|(?:re|un|de)?{DEED})(?=_|[A-Z]|By|$)(?-i:(?![a-z]))",
    re.IGNORECASE,
)
DOES = re.compile(
    rf"^\W*(?!get|accept|allow|use)(?:(?:re|un)?{DEED}(?:e?s)?|\w+ {DEED}e?s)\b", re.IGNORECASE
)
GIVES = re.compile(r"_*(?:get|return|use|accept|with)", re.IGNORECASE)
SPEAKS = re.compile(
    r"_*(?:print|log|warn|show|say|usage|help|report|debug|trace|echo|display|write|announce)"
    r"(?=_|[A-Z]|$)",
    re.IGNORECASE,
)
EMPTY_ANSWER = re.compile(
    r"(?:return\s*)?(?:None|null|nil|undefined|\"\"|''|\[\]|\{\}|0(?:\.0+)?|vec!\[\]|\w+\.empty"
    r"(?:<[^>]*>)?\(\)|Array\.Empty<\w+>\(\)|emptyList\(\)|new \w+\[0\])\s*;?"
)
ECHO = re.compile(r"return\b|, nil\b|\.(?:clone|to_string|to_owned|to_vec)\(\)")
# Code that only compares what it is given with values, and answers values.
VALUE = re.compile(r"\"[^\"]*\"|'[^']*'|-?\b\d[\d._]*\b")
INSTANCE = re.compile(r"\"[^\"]*[\d ][^\"]*\"|'[^']*[\d ][^']*'|\b(?:[3-9]|\d\d+|\d+\.\d+)\b")
TABLE_WORDS = frozenset(
    ["if", "elif", "else", "return", "case", "switch", "match", "when", "and", "or", "default"]
)
TABLE_MARKS = re.compile(r"[\s{}();:,.|&=>_?-]*")
CASE = re.compile(r"\bif\b|\bcase\b|\bwhen\b|=>|->")
MAX_CASES = 4  # more are a table, which may be meant


def is_hollow(node: Node, body: Node, name: str, comment: str) -> bool:
    """Tell whether a function promises work and works nothing out of what it is given.

    What it logs is no work. `comment` is what is said of it.
    """
    if not PROMISES.match(name) and not DOES.match(comment):
        return False
    statements = [" ".join(read_text(each).split()) for each in _list_statements(body)]
    given = _list_parameters(node)
    logged = [each for each in statements if SAYS_ONLY.match(each)]
    rest = [each for each in statements if each not in logged and not IDLE.fullmatch(each)]
    if _knows_few(statements, given):
        return True
    if not statements or len(rest) > 1 or not all(map(is_answer, rest)):
        return False
    if logged or not rest:
        return bool(logged and not SPEAKS.match(name) and (given or DOES.match(comment)))
    return _answers_anything(rest[0], given, name, comment)


def _answers_anything(answer: str, given: frozenset[str], name: str, comment: str) -> bool:
    """Tell whether an answer is the same whatever is given, or what was given itself."""
    is_described = bool(DOES.match(comment))
    if given <= {"_"}:
        return is_described and bool(EMPTY_ANSWER.fullmatch(answer))
    if given.isdisjoint(re.findall(r"\w+", answer)):
        return True
    is_to_change = PROMISES.match(name) and not GIVES.match(name)
    is_echo = ECHO.sub("", answer).strip(" ;") in given
    return bool(is_to_change) and is_echo and (len(given) > 1 or is_described)


def _knows_few(statements: Sequence[str], given: frozenset[str]) -> bool:
    """Tell whether a function compares what it is given with a few values, and answers values."""
    code = " ".join(statements)
    bare = VALUE.sub(" ", code)
    is_table = TABLE_WORDS.issuperset(set(re.findall(r"[A-Za-z]\w*", bare)) - given)
    has_few = 0 < len(CASE.findall(code)) <= MAX_CASES
    return bool(
        is_table
        and has_few
        and TABLE_MARKS.fullmatch(re.sub(r"[A-Za-z]\w*", "", bare))
        and INSTANCE.search(code)
    )


def _list_statements(body: Node) -> Sequence[Node]:
    if body.type in ("method", "singleton_method"):
        inner = body.child_by_field_name("body")
        return _list_statements(inner) if inner else ()
    children = [each for each in body.named_children if not _is_said(each)]
    if len(children) == 1 and children[0].type in WRAPPERS:
        return _list_statements(children[0])
    return children


def _is_said(node: Node) -> bool:
    """Tell whether a node is a comment or a docstring."""
    return is_comment(node) or (
        node.type == "expression_statement" and any(map(is_comment, node.named_children[:1]))
    )


def _list_parameters(node: Node) -> frozenset[str]:
    """List the names of a function's parameters, its own object aside."""
    value = node.child_by_field_name("value") or node
    parameters = value.child_by_field_name("parameters") or next(
        (each for each in node.children if "parameters" in each.type), None
    )
    names: set[str] = set()
    for each in parameters.named_children if parameters else ():
        named = each.child_by_field_name("name") or each.child_by_field_name("pattern") or each
        names.update(re.findall(r"[A-Za-z_]\w*", read_text(named))[:1])
    return frozenset(names) - SELF
