"""Parse the reports of unittest and doctest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import join_texts, match_first, read_texts, split_at
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_place,
    shorten_message,
)
from bot.logs.parsers.tracebacks import FILE, split_tracebacks

_TITLE = re.compile(
    r"(?:ERROR|FAIL|UNEXPECTED SUCCESS): (?P<name>\S+)(?: \((?P<where>[\w.]+)\))?(?P<rest>.*)$"
)
_FIXTURES = {"setUpClass", "tearDownClass", "setUpModule", "tearDownModule"}
_RULE, _STARS = "=" * 70, "*" * 70


def parse_unittest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each block between rules: ERROR or FAIL with a test's name, then a traceback."""
    failures = []
    for section in split_at(lines, lambda text: text == _RULE):
        block = section[1:]
        title = match_first(read_texts(block[:1]), _TITLE)
        tracebacks = list(split_tracebacks(block))
        if title and tracebacks:
            last = tracebacks[-1]
            test = _name_test(title["name"], title["where"] or "") + title["rest"].rstrip()
            failure = make_failed_test(
                test, block[: last.end], last.error, last.message, last.frames
            )
            failures.append(
                replace(failure, root_cause=last.root_cause, cause_frames=last.cause_frames)
            )
    return failures


def _name_test(name: str, where: str) -> str:
    """Make module.Class.method. Python before 3.11 leaves the method out of its path."""
    if name in _FIXTURES or not where:
        return where or name
    return where if where.rpartition(".")[2] == name else f"{where}.{name}"


def parse_doctest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each failed example: where it stands, what was expected, what came."""
    failures = []
    for section in split_at(lines, lambda text: text == _STARS):
        block = section[1:]
        place = match_first(read_texts(block[:1]), FILE)
        if place and len(block) > 1 and block[1].text == "Failed example:":
            message = shorten_message(join_texts(block[1:40]))
            frame = parse_place(place)
            failures.append(make_failed_test(frame.function, block, "", message, [frame]))
    return failures
