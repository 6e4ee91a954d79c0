"""Read the text of an assertion, in the ways of many test frameworks."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.gates.test_integrity.assertion import Assertion, Strictness, negate, weaken_to_part
from bot.gates.test_integrity.expression_scan import (
    Call,
    normalize_code,
    split_arguments,
    split_call,
    split_chain,
)
from bot.gates.test_integrity.read_condition import read_condition, read_named_assertion
from bot.gates.test_integrity.read_matcher import read_matcher
from bot.gates.test_integrity.rewrite_chain import rewrite_as_chain

CHAIN_START = re.compile(r"[.! ]|->")
EXPECTS = re.compile(r"(?:expect|assertThat|expectThat|assert_that|that)$")
NEGATED = re.compile(r"\.not\b|\.never\b|\bnot_to\b|\bto_not\b")
WITHOUT_PARENTHESES = re.compile(r"^([\w.:$>!-]+)\s+(?=[^\s=(.])(.+)$")  # Ruby
# What stands before the dot and is not looked at, unlike the mock of mock.assert_called_with(1).
TEST_OBJECTS = re.compile(
    r"(?:assert\w*|require|expect|testing|self|this|cls|should|chai|pytest|unittest|^t)$",
    re.IGNORECASE,
)
TESTIFY_OWNERS = ("assert", "require", "is", "must")
TESTIFY_HANDLES = ("t", "b", "c")
OUTPUT_KEYS = re.compile(r"want|expect|output|result|out$|exp$", re.IGNORECASE)
LENGTH_OF = re.compile(
    r"^(.+)\.(?:length|Length|size|count|Count|len)(?:\(\))?$|^(?:count|sizeof)\((.+)\)$"
)
CLEANUP = re.compile(r"os\.(?:Remove|RemoveAll|Unsetenv)\(|(?:std::)?fs::remove_\w+\(")
WILDCARDS = re.compile(
    r"\bANY\b|\banything\(|\bany\w*\(|\bmock\.ANY\b|\bAny\w*\(|\bexpect\.any|\bobjectContaining"
    r"|\bIsNull\b"
)


def read_assertion(text: str, line: int = 0) -> Assertion:
    """Read what an assertion asserts, as far as its text tells. Any text will do."""
    flat = normalize_code(text).removeprefix("await ")
    chain = rewrite_as_chain(flat)
    assertion = (
        _read_statement(chain) or _read_fluent(chain) or _read_call(chain) or read_condition(chain)
    )
    if CLEANUP.match(assertion.actual):
        assertion = replace(assertion, strictness=Strictness.NOTHING)
    if WILDCARDS.search(assertion.expected):
        assertion = weaken_to_part(assertion)
    actual = LENGTH_OF.sub(r"len(\1\2)", assertion.actual)
    return replace(assertion, text=flat, line=line, actual=actual)


def read_row(parts: list[str], keys: list[str], text: str, line: int) -> Assertion:
    """Read a case of a table: what is put in, and what must come out.

    That is what is named so (`keys` has an empty name for a part without one), or stands last.
    """
    outputs = [index for index, key in enumerate(keys) if OUTPUT_KEYS.search(key)]
    outputs = outputs or [len(parts) - 1]
    put_in: list[str] = []
    expected: list[str] = []
    for index, part in enumerate(parts):
        side = expected if index in outputs else put_in
        side.append(normalize_code(part))
    return Assertion(
        normalize_code(text),
        ", ".join(put_in),
        ", ".join(expected),
        Strictness.EXACT,
        line=line,
        is_row=True,
    )


def _read_statement(flat: str) -> Assertion | None:
    """Read `assert x == 1, "why"`, and `if got != want`, which asserts the contrary."""
    if flat.startswith("if "):
        condition = flat[3:].rpartition("; ")[2].rstrip("{ ")
        return negate(read_condition(condition))
    if not flat.startswith(("assert ", "assert(")) or flat.startswith("assert(("):
        return None
    inner = flat[6:].strip()
    call = split_call(f"_{inner}") if inner.startswith("(") else None
    if call and not call.rest:
        inner = call.inside
    arguments = split_arguments(inner) or [inner]
    return read_condition(arguments[0])


def _read_fluent(flat: str) -> Assertion | None:
    """Read expect(x).toBe(1), assertThat(x).isEqualTo(1), expect(x).to eq(1), x.should eq 1."""
    head = split_call(flat)
    if head is None or not EXPECTS.search(head.callee) or not CHAIN_START.match(head.rest):
        return None
    strictest = Assertion("", head.inside, strictness=Strictness.NOTHING)
    for name, inside in split_chain(head.rest):
        assertion = read_matcher(name, head.inside, inside)
        if assertion.strictness >= strictest.strictness:
            strictest = assertion
    return negate(strictest) if NEGATED.search(head.rest) else strictest


def _read_call(flat: str) -> Assertion | None:
    """Read assertEqual(a, b), assert_eq!(a, b), require.Equal(t, a, b), assert_equal a, b,
    m.assert_called_with(1).
    """
    bare = WITHOUT_PARENTHESES.match(flat)
    head = Call(bare[1], bare[2], "") if bare and "(" not in bare[1] else split_call(flat)
    if head is None:
        return None
    callee = head.callee.replace("->", ".").replace("::", ".")
    owner, _, name = callee.rpartition(".")
    arguments = split_arguments(head.inside)
    if owner in TESTIFY_OWNERS and arguments[:1] and arguments[0] in TESTIFY_HANDLES:
        arguments = arguments[1:]
    if owner in TESTIFY_OWNERS and name == "Error" and arguments:
        return Assertion("", arguments[0])
    if owner and owner not in TESTIFY_OWNERS and not TEST_OBJECTS.search(owner):
        arguments = [owner, *arguments]
    return read_named_assertion(name or callee, arguments)
