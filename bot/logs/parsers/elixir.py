"""Parse Elixir's ExUnit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import (
    drop_matching,
    match_first,
    read_group,
    read_texts_until,
    split_sections,
)
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_places,
    shorten_message,
    shorten_stack,
)

_TEST = re.compile(r"^\s+\d+\) (?P<test>(?:test|property|doctest) .+ \([\w.]+\))$")
_TEST_PLACE = re.compile(r"^\s+(?P<path>\S+\.exs?):(?P<line>\d+)$")
_STACK = re.compile(r"^\s+(?:\([\w.]+ [\w.-]+\) )?(?P<path>\S+\.exs?):(?P<line>\d+): (?P<name>.+)$")
_RAISED = re.compile(r"^\s+\*\* \((?P<error>[\w.]+)\) (?P<text>.*)$")
_REPORT_ENDS = re.compile(r"^Finished in |^\d+ (?:tests|doctests)")


def parse_exunit(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each numbered test: its place, its message, a stack with the innermost call first."""
    failures = []
    for heading, section in split_sections(lines, _TEST):
        texts = read_texts_until(section[1:], _REPORT_ENDS)
        frames = parse_places(texts, _STACK)[::-1] or parse_places(texts[:1], _TEST_PLACE)
        raised = match_first(texts, _RAISED)
        error, message = read_group(raised, "error"), read_group(raised, "text")
        if not raised:
            message = _read_text(texts)
        test, block = heading["test"], section[: len(texts) + 1]
        stack = shorten_stack(frames)
        failures.append(make_failed_test(test, block, error, shorten_message(message), stack))
    return failures


def _read_text(texts: Sequence[str]) -> str:
    return "\n".join(text.strip() for text in drop_matching(texts, _TEST_PLACE, _STACK))
