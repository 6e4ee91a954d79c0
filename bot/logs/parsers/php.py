"""Parse PHP: PHPUnit, fatal errors, and the tables of its linters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failed_test,
    parse_error_type,
    parse_place,
    parse_places,
    shorten_message,
    shorten_stack,
)
from bot.values import Category, Frame

_TEST = re.compile(r"^\d+\) (?P<test>[A-Za-z_\\][\w\\]*(?:::\w+.*)?)$")
_SECTION = re.compile(r"^There (?:was|were) \d+ (?P<kind>\w+?)s?(?: test)?s?:$")
_PLACE = re.compile(
    r"^(?P<path>(?:/|[A-Za-z]:\\|phar://)?[^\s:]+\.(?:php|phpt|inc)):(?P<line>\d+)$"
)
_DATA_SET = re.compile(r'(?P<name>.* with data set (?:"[^"]*"|#\d+)).*')
_ERROR = re.compile(
    r"^(?:PHP )?(?P<level>Fatal error(?!: exception )|Parse error|Catchable fatal error):\s+"
    r"(?:Uncaught (?:(?P<kind>[\w\\]+): )?)?(?P<text>.*?)"
    r"(?: in (?P<path>\S+?)(?::(?P<line>\d+)| on line (?P<line2>\d+)))?$"
)
_STACK = re.compile(r"^#\d+ (?P<path>[^\s(]+)\((?P<line>\d+)\): (?P<name>.*?)(?:\(.*)?$")
_PHPSTAN_FILE = re.compile(r"^\s+Line\s+(?P<path>\S+\.php)(?: \(.*\))?\s*$")
_PHPSTAN = re.compile(r"^\s+(?P<line>\d+)\s{2,}(?P<text>\S.*?)\s*$")
_FIXER = re.compile(r"^\s+\d+\) (?P<path>\S+\.php)(?: \((?P<text>.+)\))?$")


def parse_phpunit(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each numbered test below `There was 1 failure:`."""
    failures = []
    headings = list(_find_tests(lines))
    ends = [*(index for index, _ in headings[1:]), len(lines)]
    for (begin, test), end in zip(headings, ends, strict=False):
        failure = _parse_test(test, lines[begin : min(end, begin + 300)])
        if failure.frames or failure.message:
            failures.append(failure)
    return failures


def _find_tests(lines: Sequence[LogLine]) -> Iterator[tuple[int, str]]:
    """Find the headings of errors and failures: index and test.

    What was risky, skipped or deprecated failed nothing.
    """
    is_failure = False
    for index, line in enumerate(lines):
        section, heading = _SECTION.match(line.text), _TEST.match(line.text)
        if section:
            is_failure = section["kind"] in {"error", "failure", "warning"}
        if is_failure and heading:
            yield index, heading["test"]


def _parse_test(test: str, block: Sequence[LogLine]) -> ParsedFailure:
    """Parse a message, then places, innermost first."""
    message: list[str] = []
    frames: list[Frame] = []
    end = 1
    for index, line in enumerate(block[1:], 1):
        place = _PLACE.match(line.text)
        if place:
            frames.append(parse_place(place))
            end = index + 1
        elif (frames and line.text.strip()) or (
            message and (line.text == "--" or line.text.startswith("Caused by"))
        ):
            break
        elif not frames:
            message.append(line.text)
    full_message = "\n".join(message)
    error = _parse_class(full_message.split("\n")[0])
    full_message = full_message.strip("\n").removeprefix(f"{error}: ")
    stack = shorten_stack(frames[::-1])
    return make_failed_test(
        _DATA_SET.sub(r"\g<name>", test), block[:end], error, shorten_message(full_message), stack
    )


def _parse_class(text: str) -> str:
    return parse_error_type(text.replace("\\", ".")).replace(".", "\\")


def parse_php_error(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse a fatal or parse error; PHP tells it twice, on standard error and standard output."""
    for index, line in enumerate(lines):
        match = _ERROR.match(line.text)
        if match:
            frames = parse_places(read_texts(lines[index + 1 : index + 60]), _STACK)[::-1]
            if match["path"] and (match["line"] or match["line2"]):
                frames.append(parse_place(match))
            is_parse_error = match["level"] == "Parse error"
            category: Category = "compile-error" if is_parse_error else "crash"
            message = shorten_message(match["text"])
            error = match["kind"] or match["level"]
            return [make_diagnostic(category, line, message, *frames, error=error)]
    return []


def parse_phpstan(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse PHPStan's table for each file, whose messages go on below themselves."""
    return list(_parse_table(lines, _PHPSTAN_FILE, _PHPSTAN, "type-error"))


def _parse_table(
    lines: Sequence[LogLine], heading: re.Pattern[str], fault: re.Pattern[str], category: Category
) -> Iterator[ParsedFailure]:
    path = ""
    for line in lines:
        file, match = heading.match(line.text), fault.match(line.text)
        if file:
            path = file["path"]
        elif match and path:
            yield make_diagnostic(category, line, match["text"], Frame(path, int(match["line"])))


def parse_php_cs_fixer(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the files that PHP CS Fixer would change."""
    failures = []
    for line in lines:
        match = _FIXER.match(line.text)
        if match:
            message = f"would be fixed: {match['path']} {match['text'] or ''}".strip()
            failures.append(make_diagnostic("lint", line, message, Frame(match["path"], None)))
    return failures
