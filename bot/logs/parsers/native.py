"""Parse GoogleTest, CTest, Catch2 and failed assertions of C."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import (
    find_line,
    join_texts,
    match_first,
    read_texts,
    split_at,
)
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failed_test,
    parse_place,
    parse_places,
    shorten_message,
)

_RUN = re.compile(r"^(?:\d+: )?\[ RUN      \] (?P<test>\S+)")
_DONE = re.compile(r"^(?:\d+: )?\[  (?:FAILED | SKIPPED|     OK|  PASSED) ?\] ")
_FAILED_TEST = re.compile(
    r"^(?:\d+: )?\[  FAILED  \] (?P<test>[^\s,]+)(?:, where .+?)?(?: \(\d+ ms\))?$"
)
_HEADING = re.compile(r"^(?:\d+: )?\[[=-]{10}\]")
_CMOCKA = re.compile(r"^\[   (?:LINE |ERROR)  ? ?\] --- |^\[  ERROR   \] --- ")
_FAILURE = re.compile(
    r"^(?:\d+: )?(?P<path>\S.*?)(?::(?P<line>\d+)|\((?P<line2>\d+)\)): (?:Failure|error:)"
    r"(?P<rest>.*)$"
)
_CTEST_HEADING = re.compile(r"^\s*\d+/\d+ Test +#\d+: ")
_CTEST = re.compile(
    r"^\s*\d+/\d+ Test +#\d+: (?P<test>\S.*?) \.*\s*(?:[\w ]*\*\*\*)(?P<result>\S.*?)\s+[\d.]+ sec"
)
_CTEST_ENDS = re.compile(r"^\s+Start +\d+: |^\d+% tests passed")
_CTEST_SUMMARY = re.compile(r"^\s+\d+ - (?P<test>\S+) \((?P<result>[^)]+)\)")
_ASSERTION = re.compile(
    r"(?<![\w./@+-])(?P<path>[\w./@+-]{1,300}\.(?:c|cc|cpp|cxx|h|hh|hpp)):(?P<line>\d+): "
    r"(?P<signature>.{0,500}?): "
    r"(?P<text>Assertion [`'].*failed\.?)"
)
_CATCH_PLACE = re.compile(r"^(?P<path>\S+\.\w+)(?::(?P<line>\d+)|\((?P<line2>\d+)\)): FAILED:$")


def parse_googletest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse failed tests with their first failure; one that crashed has no end."""
    failures: dict[str, ParsedFailure] = {}
    test, block = "", list[LogLine]()
    for line in lines:
        run, failed = _RUN.match(line.text), _FAILED_TEST.match(line.text)
        if run:
            test, block = run["test"], []
        elif failed and ("." in failed["test"] or failed["test"] == test):
            name = failed["test"]
            if name not in failures:
                # A brief report leaves out which test runs.
                printed = block if name == test or not test else []
                failures[name] = _parse_googletest(name, [*printed, line])
            test, block = "", []
        elif _DONE.match(line.text) or _HEADING.match(line.text):
            test, block = "", []
        elif len(block) < 400:
            block.append(line._replace(text=_CMOCKA.sub("", line.text)))
    return list(failures.values())


def _parse_googletest(test: str, block: Sequence[LogLine]) -> ParsedFailure:
    """Parse what a test printed, with the line that says that it failed."""
    printed = block[:-1]
    begin = find_line(printed, _FAILURE.match)
    place = match_first(read_texts(printed[begin : begin + 1]), _FAILURE)
    if place is None:
        message = shorten_message(join_texts(printed).strip())
        return make_failed_test(test, block, "", message or "failed")
    end = find_line(printed, _FAILURE.match, begin + 1)
    message = f"{place['rest']}\n{join_texts(printed[begin + 1 : end])}".strip()
    if message == "Failure!":  # cmocka tells what failed above
        message = join_texts(printed[:begin]).strip()
    frames = [parse_place(place)]
    return make_failed_test(test, block[begin:], "", shorten_message(message), frames)


def parse_ctest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse tests that failed.

    What they printed may have been read by another parser, which then is believed more.
    """
    failures: dict[str, ParsedFailure] = {}
    for section in split_at(lines, _CTEST_HEADING.match):
        heading = _CTEST.match(section[0].text)
        if heading:
            end = find_line(section, _CTEST_ENDS.match, 1, 200)
            failures[heading["test"]] = _parse_ctest(heading, section[:end])
    for line in lines:
        summary = _CTEST_SUMMARY.match(line.text)
        if summary and summary["test"] not in failures:
            test = summary["test"]
            failures[test] = make_failed_test(test, [line], "", summary["result"])
    return list(failures.values())


def _parse_ctest(heading: re.Match[str], block: Sequence[LogLine]) -> ParsedFailure:
    test = heading["test"]
    assertions = parse_assertion(block)
    if assertions:
        return make_failed_test(test, block, "", assertions[0].message, assertions[0].frames)
    printed = join_texts(block[1:]).strip()
    message = shorten_message(f"{heading['result'].strip('* ')}\n{printed}".strip())
    return make_failed_test(test, block, "", message, parse_places(read_texts(block), _FAILURE)[:1])


def parse_assertion(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse C's `assert`, which names the place itself."""
    failures = []
    for line in lines:
        match = "Assertion " in line.text and _ASSERTION.search(line.text)
        if match:
            frame = parse_place(match, match["signature"].partition("(")[0])
            failures.append(make_diagnostic("crash", line, shorten_message(match["text"]), frame))
    return failures


def parse_catch2(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse a block of dashes with the test's name, the place, the expression."""
    failures = []
    for index, line in enumerate(lines):
        place = _CATCH_PLACE.match(line.text)
        if place:
            block = lines[index : _find_catch_end(lines, index)]
            message = "\n".join(each.text.strip() for each in block[1:]).strip()
            test = " > ".join(_find_catch_names(lines[max(index - 40, 0) : index]))
            frames = [parse_place(place)]
            failures.append(make_failed_test(test, block, "", shorten_message(message), frames))
    return failures


def _find_catch_names(above: Sequence[LogLine]) -> list[str]:
    """Find the names of the test and its sections between the last two rules above a place."""
    rules = [index for index, line in enumerate(above) if line.text.startswith("-----")]
    if len(rules) < 2:
        return []
    return [line.text.strip() for line in above[rules[-2] + 1 : rules[-1]]]


def _find_catch_end(lines: Sequence[LogLine], index: int) -> int:
    """Find where an expression ends: at a rule, or above the next place."""
    for end in range(index + 1, min(index + 40, len(lines))):
        if lines[end].text.startswith(("-----", "=====")):
            return end
        below = read_texts(lines[end + 1 : end + 2])
        if not lines[end].text.strip() and match_first(below, _CATCH_PLACE):
            return end
    return index + 1
