"""Hold two versions of a test, and the assertions that a change brings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.gates.change import Change
from bot.gates.test_integrity.assertion import Assertion, Strictness
from bot.gates.test_integrity.expression_scan import NUMBER, STRING, TOKEN, is_literal
from bot.gates.test_integrity.find_tests import FoundTest

ASSERTING_LINE = re.compile(
    r"assert|expect|should|want|raises|\b[tb]\.(?:Error|Fatal)|verify|check", re.IGNORECASE
)
LITERALS = re.compile(f"{STRING.pattern}|{NUMBER.pattern}", re.IGNORECASE)
CONSTANTS = ("True", "False", "None", "true", "false", "null", "nil")
# `"a", ` of f("a", 1), of which `value, ` of f(value, 1) is the general case.
FIRST_ARGUMENT = re.compile(r"\(([\w.-]+|\"[^\"]*\")(?=[,)])")
HELPER_DEFINITION = re.compile(r"(?:def|function|func|fn|fun)\s+(\w+)")


@dataclass(frozen=True)
class TestPair:
    """A test as it was and as it is."""

    old: FoundTest
    new: FoundTest

    @cached_property
    def has_other_input(self) -> bool:
        """Tell whether what is written down outside of its assertions changed."""
        return _find_input(self.old) != _find_input(self.new)


class NewAssertions:
    """The assertions that appeared somewhere, where those that went may have gone."""

    def __init__(
        self, tests: Sequence[FoundTest], pairs: Sequence[TestPair], change: Change
    ) -> None:
        kept: dict[FoundTest, set[str]] = {}
        for pair in pairs:
            kept[pair.new] = {assertion.text for assertion in pair.old.assertions}
        self._texts: set[str] = set()
        self._texts_that_run: set[str] = set()  # those of tests, and not of other functions
        self._rows: list[set[str]] = []
        self._shapes: set[str] = set()  # of assertions, with what is handed to calls left out
        self._added = "\n".join(
            line for path in change.test_paths for _, line in change.added_lines(path)
        )
        for test in tests:
            for assertion in test.assertions:
                if assertion.text not in kept.get(test, ()):
                    self._add(assertion, is_run=bool(test.name))
        self._helpers: set[str] = set()  # the functions that the changed tests define anew
        for path in change.test_paths:
            added = "\n".join(line for _, line in change.added_lines(path))
            self._helpers.update(HELPER_DEFINITION.findall(added))

    def _add(self, assertion: Assertion, *, is_run: bool) -> None:
        self._texts.add(assertion.text)
        self._shapes.add(FIRST_ARGUMENT.sub("(", assertion.text))
        if is_run or assertion.is_row:
            self._texts_that_run.add(assertion.text)
        if assertion.is_row:
            self._rows.append(set(TOKEN.findall(assertion.text)))

    def is_helper_call(self, assertion: Assertion) -> bool:
        """Tell whether it calls a helper that the change wrote."""
        return assertion.text.partition("(")[0].rpartition(".")[2] in self._helpers

    def calls_helper(self, body: str) -> bool:
        """Tell whether the body of a test calls a helper that the change wrote."""
        return any(re.search(rf"\b{helper}\(", body) for helper in self._helpers)

    def contain(self, assertion: Assertion) -> bool:
        """Tell whether the assertion appeared elsewhere, as it was or as a case of a table."""
        return assertion.text in self._texts or self._is_case(assertion)

    def take_over(self, test: FoundTest) -> bool:
        """Tell whether tests assert anew all that this one did, as when two became one."""
        for assertion in test.assertions:
            if assertion.strictness == Strictness.NOTHING:
                continue
            if assertion.text not in self._texts_that_run and not self._is_case(assertion):
                return False
        return bool(test.assertions)

    def _is_case(self, assertion: Assertion) -> bool:
        """Tell whether it is a case of a table now, or of an assertion that asks for more."""
        values = find_literals(assertion)
        if values and any(values <= row for row in self._rows):
            return True
        if assertion.text.endswith(")") and any(
            text.startswith(f"{assertion.text[:-1]},") for text in self._texts_that_run
        ):
            return True
        first = FIRST_ARGUMENT.search(assertion.text)
        is_handed = first is not None and is_literal(first[1]) and first[1] in self._added
        return is_handed and FIRST_ARGUMENT.sub("(", assertion.text) in self._shapes


def _find_input(test: FoundTest) -> set[str]:
    values: set[str] = set()
    asserting: set[int] = set()
    for assertion in test.assertions:
        # What is handed to the test's own helper, or is a case of a table, is put in too.
        if not assertion.is_row and assertion.actual != assertion.text:
            asserting.update(range(assertion.line, assertion.end_line + 1))
    for number, line in enumerate(test.body.split("\n")[1:], test.line + 1):
        if number not in asserting and not ASSERTING_LINE.search(line):
            values.update(LITERALS.findall(line))
    return values


def find_literals(assertion: Assertion) -> set[str]:
    """Find the values that an assertion writes down."""
    values = set()
    for token in TOKEN.findall(assertion.text):
        if token[0] in "\"'`" or token[0].isdigit() or token in CONSTANTS:
            values.add(token)
    return values
