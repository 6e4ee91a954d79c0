"""Parse .NET: `dotnet test` with xUnit, NUnit and MSTest, and uncaught exceptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import split_sections
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_place,
    shorten_message,
    shorten_stack,
)
from bot.values import Frame

_FAILED = re.compile(
    r"^\s*(?:X|Failed|failed) (?P<test>[A-Za-z_].*?) ?(?:\[(?:< )?[\d.,]+ ?(?:m?s|m|h)"
    r"(?: [\d.]+ ?m?s)?\]"
    r"|\([\d.,]+ ?m?s\))$"
)
_XUNIT = re.compile(r"^(?:\[xUnit\.net [\d:.]+\])?\s+(?P<test>[A-Za-z_](?:\S| (?! ))*?) \[FAIL\]$")
_XUNIT_PREFIX = re.compile(r"^\[xUnit\.net [\d:.]+\]\s*")
_PLACE = re.compile(
    r"^\s*(?:\[xUnit\.net [\d:.]+\]\s+)?at (?P<call>.+?) in (?P<path>.+?):line (?P<line>\d+)$"
)
_SHORT_PLACE = re.compile(
    r"^\s*(?:\[xUnit\.net [\d:.]+\]\s+)?(?P<path>\S.*?\.(?:cs|fs|vb))\((?P<line>\d+),\d+\): at "
    r"(?P<call>.+)$"
)
_LABEL = re.compile(
    r"^\s*(?:Error Message:|Stack Trace:|Expected and actual values|Standard Output Messages:)\s*$"
)
_REPORT_ENDS = re.compile(
    r"^\s*(?:Passed|Skipped|Standard Output|Test Run|Failed!|Passed!|Total tests)\b"
)
_TYPE = re.compile(r"^(?P<type>(?:[\w.]+\.)?(?:[A-Z]\w*)?Exception)\s?: (?P<text>.*)$", re.DOTALL)
_THREW = re.compile(
    r"^(?:Test|Initialization|TestCleanup) method \S+ threw (?:an )?exception[:.]\s+"
)
_UNHANDLED = re.compile(r"^Unhandled (?:exception\.|Exception:) (?P<rest>.+)$")


def parse_dotnet_tests(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each `Failed Test [3 ms]`, or xUnit's own lines where there are no others."""
    return _parse_tests(lines, _FAILED) or _parse_tests(lines, _XUNIT)


def parse_report(message: str, stack: str) -> ParsedFailure:
    """Parse what a report has as the message and the stack of a failed test."""
    texts = ["", *message.split("\n"), *stack.split("\n")]
    return _parse_failure("", [LogLine(number, text) for number, text in enumerate(texts)])


def _parse_tests(lines: Sequence[LogLine], heading: re.Pattern[str]) -> list[ParsedFailure]:
    failures = []
    for match, block in split_sections(lines, heading, 120):
        failure = _parse_failure(match["test"], block)
        if failure.message or failure.frames:
            failures.append(failure)
    return failures


def _parse_failure(test: str, block: Sequence[LogLine]) -> ParsedFailure:
    """Parse what stands below the heading: a message, then a stack, innermost call first."""
    message: list[str] = []
    frames: list[Frame] = []
    end = 1
    for line in block[1:]:
        text = _XUNIT_PREFIX.sub("", line.text)
        place = _PLACE.match(text) or _SHORT_PLACE.match(text)
        if place:
            frames.append(_parse_frame(place))
        elif _REPORT_ENDS.match(text) or (frames and _is_below_stack(text)):
            break
        elif not frames and _is_message(text):
            message.append(text.strip())
        end += 1
    error, full_message = _split_error("\n".join(message).strip())
    stack = shorten_stack(frames[::-1])
    return make_failed_test(test, block[:end], error, shorten_message(full_message.strip()), stack)


def _parse_frame(place: re.Match[str]) -> Frame:
    return parse_place(place, place["call"].partition("(")[0].rpartition(".")[2])


def _is_below_stack(text: str) -> bool:
    return bool(text.strip()) and not text.lstrip().startswith(("at ", "---"))


def _is_message(text: str) -> bool:
    return not _LABEL.match(text) and not text.lstrip().startswith(("at ", "--- End"))


def _split_error(text: str) -> tuple[str, str]:
    text = _THREW.sub("", text)
    match = _TYPE.match(text)
    if match is None:
        return "", text
    return match["type"], match["text"]


def parse_dotnet_crash(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse an exception that nothing caught."""
    for index, line in enumerate(lines):
        heading = _UNHANDLED.match(line.text)
        if heading:
            block = [line, LogLine(line.number, heading["rest"]), *lines[index + 1 : index + 100]]
            failure = _parse_failure("", block)
            message = failure.message.removeprefix(f"{failure.error}: ")
            return [replace(failure, category="crash", message=message)]
    return []
