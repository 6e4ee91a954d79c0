"""Parse Scala: ScalaTest, MUnit and JUnit as sbt prints them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_place,
    shorten_message,
)
from bot.logs.parsers.jvm import parse_throwable

_SBT_LEVEL = re.compile(r"^\[(?:info|error)\] ?")
_FAILED = re.compile(
    r"^\s*(?:- (?P<test>.+?) \*\*\* FAILED \*\*\*(?: \(.*\))?|==> X (?P<munit>\S.+?)\s+[\d.]+s?.*"
    r"|Test (?P<junit>\S+) failed: .*)$"
)
_PLACE = re.compile(r"\((?P<path>[\w$-]+\.scala):(?P<line>\d+)\)$")


def parse_scalatest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `- a name *** FAILED ***`, then a message with its place, or a throwable."""
    plain = [line._replace(text=_SBT_LEVEL.sub("", line.text)) for line in lines]
    failures = []
    for index, line in enumerate(plain[:-1]):
        match = _FAILED.match(line.text)
        if match:
            test = match["test"] or match["munit"] or match["junit"]
            failures.append(_parse_test(plain, index, test))
    return failures


def _parse_test(lines: Sequence[LogLine], index: int, test: str) -> ParsedFailure:
    message = lines[index + 1].text.strip()
    place = _PLACE.search(message)
    if place:
        block, frames = lines[index : index + 2], [parse_place(place)]
        return make_failed_test(test, block, "", shorten_message(message), frames)
    throwable = parse_throwable(lines, index + 1)
    block = lines[index : throwable.end]
    failure = make_failed_test(test, block, throwable.error, throwable.message, throwable.frames)
    return replace(failure, root_cause=throwable.root_cause)
