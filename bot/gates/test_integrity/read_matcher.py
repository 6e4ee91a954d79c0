"""Read what a matcher of a chain asserts of what the chain looks at."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.gates.test_integrity.assertion import Assertion, Strictness
from bot.gates.test_integrity.assertion_names import (
    CALLED_WITH,
    WHOLE_LIST,
    find_strictness,
    find_value,
)
from bot.gates.test_integrity.expression_scan import is_literal, split_arguments
from bot.gates.test_integrity.read_condition import (
    RAISES,
    read_condition,
    read_named_assertion,
    read_raises,
)

OPERATOR = re.compile(r":?([=<>!]+),? (.+)$")
# What a matcher of a chain does that asserts nothing.
SAYS_NOTHING = re.compile(
    r"(?:as|describedAs|withFailMessage|because|extracting|using\w*|and_\w+|with|at|which|message)$"
)
QUOTES = "\"'`"
SAYS_WHY = re.compile(r"[\"'`]\S+ ")  # behind what chai compares with


def read_matcher(name: str, actual: str, inside: str) -> Assertion:
    """Read a matcher of this name, with what is handed to it."""
    plain, arguments = name.rstrip("!?_"), split_arguments(inside)
    symbol = OPERATOR.match(inside) if name == "be" else None
    if symbol:  # be > 1, must_be :>, 1
        return read_condition(f"{actual} {symbol[1]} {symbol[2]}")
    if name in ("true", "false") and not inside:  # chai's are exact, as to.equal(true) is
        return Assertion("", actual, name, Strictness.EXACT)
    if name in ("a", "an"):
        return Assertion("", f"typeof {actual}", inside, Strictness.EXACT)
    if name == "ok":
        return Assertion("", actual)
    return _read_ranked_matcher(plain, actual, arguments)


def _read_ranked_matcher(name: str, actual: str, arguments: list[str]) -> Assertion:
    strictness = find_strictness(name)
    if strictness is None and not find_value(name):
        return _read_own_matcher(name, actual, arguments)
    if strictness == Strictness.PART and RAISES.search(name):
        return read_raises(arguments)
    return _read_two_sided(name, actual, arguments)


def _read_two_sided(name: str, actual: str, arguments: list[str]) -> Assertion:
    is_call = re.search(CALLED_WITH, name, re.IGNORECASE)
    if len(arguments) > 1 and not is_call and SAYS_WHY.match(arguments[-1]):
        arguments = arguments[:-1]
    if re.search("property$", name, re.IGNORECASE) and len(arguments) > 1:
        attribute = f"{actual}.{arguments[0].strip(QUOTES)}"
        return Assertion("", attribute, arguments[1], Strictness.EXACT)
    if re.search(WHOLE_LIST, name, re.IGNORECASE):
        return Assertion("", actual, f"[{', '.join(arguments)}]", Strictness.EXACT)
    assertion = read_named_assertion(name, [actual, *arguments])
    if len(arguments) > 1 and assertion.strictness == Strictness.PART:
        return replace(assertion, expected=f"({', '.join(arguments)})")
    if assertion.expected == actual and not is_literal(actual):
        # What is looked at stands in front, whatever functions of that name take first.
        return replace(assertion, actual=actual, expected=assertion.actual)
    return assertion


def _read_own_matcher(name: str, actual: str, arguments: list[str]) -> Assertion:
    """Read a matcher that nobody can rank: it compares with itself alone, by what it is handed."""
    if not arguments or SAYS_NOTHING.match(name):
        return Assertion("", name)
    expected = f"({', '.join(arguments)})"
    return Assertion("", f"{actual} {name}", expected, Strictness.EXACT)
