"""Find new tests that do something and never ask what came of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from bot.gates.test_integrity.find_tests import FoundTest, find_tests

COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*).*$|\s(?:#|//)\s.*$", re.MULTILINE)
# Words of whatever may fail a test, under any name.
MAY_FAIL = re.compile(
    r"assert|expect|should|verif|check|valid|must|rais|throw|panic|fail|match|snapshot|compar|approv"
    r"|require|ensure|test\w*\(|run\w*\(|\btry\b|\b(?:t|b|f|tb)\b(?:[,)]|\.(?!TempDir|Helper|Parallel|Cleanup|Log))|spec|compile|benchmark|\?;|unwrap"
    r"|visual|golden|\bis_|equal|pytest|mocker|caplog",
    re.IGNORECASE,
)
HEAD_FAILS = re.compile(r"rais|throw|panic|expect|skip|bench|fail|before|after", re.IGNORECASE)
# A comment that says what was to be asked.
ASKS = re.compile(
    r"\s*(?:#|//|\*)\s*(?:(?:then|and|now|finally)\b,? )?(?:assert|verify|check|expect|ensure"
    r"|make sure|compare|call|should|must)\b",
    re.IGNORECASE,
)
ASSIGNS = re.compile(
    r"\s*(?:(?:const|let|var|val|final|auto|mut|[A-Z][\w<>]*)\s+)*\$?(\w+)\s*(?::?=)(?!=)\s*\S.*"
)
# What is proved by nothing being raised.
HOLDS_BY_RUNNING = re.compile(
    r"(?-i:(?:not|Not)(?![a-z]))|no_|\bno\b|never|without|twice|again|can\b|can_|allow|accept|empty|load|import|boot|smoke"
    r"|crash|render|compil|works?\b|close|destroy|nothing|null|silent|ignor|error|exception|example"
    r"|bench|typ(?:e|ing)|inferred|need|idempotent|safe",
    re.IGNORECASE,
)
CLOSING = re.compile(r"[\s)}\];,]*(?:end)?\s*;?")


class UnprovenTest(NamedTuple):
    """A test that asks nothing, where it stands, and whether that is sure."""

    name: str
    line: int
    is_sure: bool


def find_unproven_tests(path: str, text: str, lines: Collection[int]) -> Iterator[UnprovenTest]:
    """Find the tests that are wholly on these lines and assert nothing."""
    for test in find_tests(path, text):
        last = test.line + test.body.count("\n")
        is_new = all(number in lines for number in range(test.line, last + 1))
        if not test.name or not is_new or test.assertions or HEAD_FAILS.search(test.header):
            continue
        if test.short_name and (is_sure := _is_unproven(test)) is not None:
            yield UnprovenTest(test.short_name, test.line, is_sure)


def _is_unproven(test: FoundTest) -> bool | None:
    """Tell whether it is sure that nothing is asked; None where something may be."""
    inside = test.body.partition("\n")[2]
    code = COMMENT.sub("", inside)
    if MAY_FAIL.search(code):
        return None
    statements = [line for line in code.split("\n") if not CLOSING.fullmatch(line)]
    lines = [line for line in inside.split("\n") if not CLOSING.fullmatch(line)]
    if lines and ASKS.match(lines[-1]):
        return True
    if not statements:
        return None
    assigned = ASSIGNS.fullmatch(statements[-1])
    is_unused = assigned and len(re.findall(rf"\b{assigned[1]}\b", code)) == 1
    return False if is_unused or not HOLDS_BY_RUNNING.search(test.short_name) else None
