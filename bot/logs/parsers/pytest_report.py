"""Parse pytest's report in all its styles: long, short, native, line, or only the summary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import NamedTuple

from bot.logs.clean_log import LogLine
from bot.logs.line_search import drop_matching, find_line, read_group, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    parse_error_type,
    parse_place,
    shorten_message,
    shorten_stack,
)
from bot.logs.parsers.tracebacks import CHAIN, FILE, split_tracebacks
from bot.values import Category, Frame

_FAILURES = 1000  # that are read
_BLOCKS = ("FAILURES", "ERRORS")  # the sections with a block for each
_RESULTS = (*_BLOCKS, "short test summary info")  # where lines of the summary may stand
_SECTION = re.compile(r"={3,} (?P<title>.+?) ={3,}$")
_HEADING = re.compile(r"(?:_+ (?!_ _)|―+ )(?P<title>\S.*?) (?:_+|―+)$")
# pytest-sugar tells each failure at once, between lines of progress.
_SUGAR_HEADING = re.compile(r"―{3,} .+ ―{3,}$")
_SUGAR_PROGRESS = re.compile(r" \S+ [✓⨯sxX✗ ]+.*\d+% [█▏▎▍▌▋▊▉ ]*$")
_CAPTURED = re.compile(r"-{3,} (?:Captured|generated|live) .*-{3,}$")
_NO_FAILURE = re.compile(
    rf"\[XPASS\(|\d+ \w+.* in [\d.]+s|Process completed with exit code |{_CAPTURED.pattern}"
)
_PLACE = re.compile(
    r"(?P<path>(?:[A-Za-z]:)?[^\s:][^:]*):(?P<line>\d+):(?: in (?P<name>\S.*)"
    r"| (?P<message>(?P<error>[\w.]+)(?:: .*)?|assert .*))?$"
)
_NO_FIXTURE = re.compile(r"file (?P<path>\S.*), line (?P<line>\d+)(?P<name>$)")
_FUNCTION = re.compile(r"    (?:async )?def (?P<name>\w+)")
_RESULT = re.compile(
    r"(?:\[gw\d+\] )?(?P<word>FAILED|ERROR|SUBFAIL(?:ED)?(?:[\[(].*?[\])])?) (?:\[[\d.]+s\] )?"
    r"(?P<rest>\S.*)$"
)
_TITLE = re.compile(
    r"(?:ERROR at (?:setup|teardown) of |ERROR collecting |\[doctest\] )?(?P<name>.+)$"
)
_CONFTEST = re.compile(r"ImportError while loading conftest '(?P<path>[^']+)'")
_FOREIGN = re.compile(r"^<|/(?:site-packages|dist-packages|lib/python\d[\d.]*)/")
_CRASHED_WORKER = re.compile(r"worker '\w+' crashed while running '(?P<test>.+)'$")
_WORKER = re.compile(r"\[gw")
_ERROR_LINE = re.compile(r"E(\s|$)")
_TIMEOUT = re.compile(r"Timeout \(?>")


class _Block(NamedTuple):
    """The report of one failure; without a title, in `line` style."""

    title: str
    lines: list[LogLine]


class _Result(NamedTuple):
    """A line of the summary: a test and the first line of its message."""

    test: str
    message: str
    line: LogLine


@dataclass(slots=True)
class _Report:
    """The blocks and the summary of a report, as far as it was read."""

    blocks: list[_Block] = field(default_factory=list)
    results: list[_Result] = field(default_factory=list)
    is_block_open: bool = False  # the last block goes on

    def begin_block(self, title: str, line: LogLine) -> None:
        """Begin the block of one more failure."""
        self.blocks.append(_Block(title, [line]))
        self.is_block_open = True

    def add_block_line(self, line: LogLine) -> None:
        """Add a line of the failures' section to the block that it belongs to."""
        heading = _HEADING.match(line.text)
        if _SUGAR_PROGRESS.match(line.text):
            self.is_block_open = False
        elif heading:
            self.begin_block(heading["title"], line)
        elif self.is_block_open:
            block = self.blocks[-1]
            block.lines.append(line)
            self.is_block_open = bool(block.title) or not _read_line_message(line)
        elif line.text and not _NO_FAILURE.match(line.text):
            self.begin_block("", line)
            self.is_block_open = not _read_line_message(line)


def parse_pytest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse every failed test, every error of a fixture or of a collection.

    A test has the id that the summary gives it.
    """
    report = _split_report(lines)
    results = report.results[:_FAILURES]
    failures = [_parse_block(block, results) for block in report.blocks[:_FAILURES]]
    # A subtest's block says more than its result.
    subtests = {failure.test.partition(" ")[0] for failure in failures if " (" in failure.test}
    failures += [_parse_result(result) for result in results if result.test not in subtests]
    return [failure for failure in failures if failure.message or failure.frames]


def _split_report(lines: Sequence[LogLine]) -> _Report:
    report, section = _Report(), ""
    for line in lines:
        title, conftest = _SECTION.match(line.text), _CONFTEST.match(line.text)
        if title:
            section = title["title"]
            report.is_block_open = False
        elif conftest:
            section = "ERRORS"
            report.begin_block(f"ERROR collecting {conftest['path']}", line)
        elif (
            (result := _RESULT.match(line.text))
            and section in _RESULTS
            and not report.is_block_open
        ):
            report.results.append(_Result(*split_result(result["rest"]), line))
        elif section in _BLOCKS or _SUGAR_HEADING.match(line.text):
            section = section if section in _BLOCKS else "FAILURES"
            report.add_block_line(line)
    return report


def split_result(text: str) -> tuple[str, str]:
    """Split the id and the message; a parameter in the id may hold the dash that divides them."""
    dash = text.find(" - ")
    while dash >= 0 and text.count("[", 0, dash) != text.count("]", 0, dash):
        dash = text.find(" - ", dash + 1)
    if dash < 0:
        return text, ""
    return text[:dash], text[dash + 3 :]


def _parse_block(block: _Block, results: list[_Result]) -> ParsedFailure:
    """Parse a block, and take its line off the results."""
    captured = find_line(block.lines, _CAPTURED.match)
    tracebacks = _split_chain(_cut_body(block, captured))
    failure = parse_traceback(tracebacks[-1])
    if len(tracebacks) > 1:
        root = parse_traceback(tracebacks[0])
        failure = replace(failure, root_cause=f"{root.error}: {root.message}")
    crash = _CRASHED_WORKER.search(failure.message)
    test = read_group(crash, "test") or _find_test(block.title, failure, results)
    _take_result(results, test)
    category: Category = "timeout" if _TIMEOUT.match(failure.message) else "test-failure"
    return replace(
        failure,
        test=test,
        category=category,
        first_line=block.lines[0].number,
        last_line=block.lines[max(captured - 1, 0)].number,
    )


def _cut_body(block: _Block, captured: int) -> Sequence[LogLine]:
    """Cut out what stands between the title and the captured output."""
    if block.title:
        return block.lines[1:captured]
    body = [*block.lines[:captured], *block.lines[captured:][-1:]]
    if len(body) == 1 and (message := _read_line_message(body[0])):
        return [body[0]._replace(text=f"E   {message}"), *body]
    return body


def _read_line_message(line: LogLine) -> str:
    """Read what was raised from a line that names its place: in `line` style a block ends so."""
    return read_group(_PLACE.match(line.text), "message")


def _split_chain(body: Sequence[LogLine]) -> list[list[LogLine]]:
    """Split a chain of tracebacks; the last one is the exception that reached the test."""
    tracebacks: list[list[LogLine]] = [[]]
    for line in body:
        if CHAIN.search(line.text):
            tracebacks.append([])
        else:
            tracebacks[-1].append(line)
    return tracebacks


def parse_traceback(lines: Sequence[LogLine]) -> ParsedFailure:
    """Parse one traceback, in whichever style it is written; its place in the log is left out."""
    texts = read_texts(lines)
    if not any(text.startswith("E ") for text in texts):
        for native in split_tracebacks(lines):
            return _make_failure(native.error, native.message, native.frames)
    frames, place_error = _parse_places(texts)
    message = _read_error(texts) or _read_bare_message(texts)
    error = next(filter(None, map(parse_error_type, message.split("\n"))), place_error)
    return _make_failure(error, shorten_message(message.removeprefix(f"{error}: ")), frames)


def _make_failure(error: str, message: str, frames: tuple[Frame, ...]) -> ParsedFailure:
    return ParsedFailure("test-failure", error, message, 0, 0, frames=frames)


def _read_error(texts: Sequence[str]) -> str:
    """Read the lines that pytest marks with an E."""
    return dedent("\n".join(f" {text[1:]}" for text in texts if _ERROR_LINE.match(text)))


def _read_bare_message(texts: Sequence[str]) -> str:
    """Read what a block without `E` lines says: a doctest's difference, a crashed worker."""
    printed = list(filter(None, drop_matching(texts, _PLACE, _WORKER)))
    return "\n".join(printed[-30:])


def _parse_places(texts: Sequence[str]) -> tuple[tuple[Frame, ...], str]:
    """Parse the frames, and the error that the last place names.

    Long style names a function only by its source.
    """
    frames: list[Frame] = []
    function = error = ""
    for text in texts:
        place = _PLACE.match(text) or FILE.match(text.removeprefix("E")) or _NO_FIXTURE.match(text)
        source = _FUNCTION.match(text.replace(">", " ", 1))
        if place:
            frames.append(parse_place(place, place["name"] or function))
            error = place.groupdict().get("error") or error
            function = ""
        if source:
            function = source["name"]
    return shorten_stack(frames), error


def _find_test(title: str, failure: ParsedFailure, results: Sequence[_Result]) -> str:
    """Find the id that the summary has, or make one of the first place and the title."""
    name = read_group(_TITLE.match(title), "name")
    if title.startswith("ERROR collecting"):
        return name
    test = _find_by_name(name, failure, results)
    if not test and results and not title:
        # The summary cuts messages to the terminal's width; where none fits, its order counts.
        test = _find_by_message(failure, results) or results[0].test
    return test or _make_test_id(name, failure)


def _find_by_name(name: str, failure: ParsedFailure, results: Sequence[_Result]) -> str:
    """Find the test of that name, if there is one in a file that the stack passes through."""
    files, dotted = {frame.file for frame in failure.frames}, name.replace("::", ".")
    tests = (result.test for result in results)
    namesakes = [test for test in tests if test.partition("::")[2].replace("::", ".") == dotted]
    for test in namesakes:
        if test.partition("::")[0] in files:
            return test
    return next(iter(namesakes), "")


def _find_by_message(failure: ParsedFailure, results: Sequence[_Result]) -> str:
    message = failure.message.split("\n")[0]
    if failure.error:
        message = f"{failure.error}: {message}"
    matching = (result.test for result in results if _is_message(message, result.message))
    return next(matching, "")


def _is_message(message: str, summary: str) -> bool:
    """Tell whether the summary, which is cut to the terminal's width, is of this message."""
    if not message:
        return False
    return message in summary or message.startswith(summary.removesuffix("...") or "\n")


def _make_test_id(name: str, failure: ParsedFailure) -> str:
    function, bracket, parameters = name.partition("[")
    own_id = f"{function.replace('.', '::')}{bracket}{parameters}"
    files = (frame.file for frame in failure.frames if not _FOREIGN.search(frame.file))
    file = next(files, "")
    if not file or not own_id or file.endswith("conftest.py"):
        return own_id
    return f"{file}::{own_id}"


def _take_result(results: list[_Result], test: str) -> None:
    if result := next((result for result in results if result.test == test), None):
        results.remove(result)


def _parse_result(result: _Result) -> ParsedFailure:
    """Make the failure of a test of which nothing but a line of the summary is known."""
    error = parse_error_type(result.message)
    frame = Frame(result.test.partition("::")[0], None)
    message = result.message.removeprefix(f"{error}: ") or "failed"
    failure = make_diagnostic("test-failure", result.line, message, frame, error=error)
    return replace(failure, test=result.test)
