"""Parse `go test`, as text or as JSON."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bot.logs.clean_log import LogLine
from bot.logs.line_search import match_first, read_texts
from bot.logs.parsed_failure import FAILURES, ParsedFailure, shorten_message
from bot.logs.parsers.ginkgo import RAN_SPECS
from bot.logs.parsers.go_panics import is_panic, parse_panic, parse_race
from bot.values import Frame

_RUN = re.compile(r"^\s*=== (?:RUN|CONT|NAME|PAUSE)\s+(?P<test>\S+)")
_RESULT = re.compile(
    r"^(?P<indent>\s*)--- (?P<word>FAIL|PASS|SKIP): (?P<test>\S+)(?: \([\d.]+s\))?"
)
_PACKAGE = re.compile(
    r"^(?:FAIL|ok|\?|---)\s+(?P<package>[\w.-]+(?:/[\w.~-]+)*)\s+(?:[\d.]+s|\[|\(cached)"
)
_PLACE = re.compile(r"^\s+(?P<path>[\w./-]+\.go):(?P<line>\d+): ?(?P<text>.*)$")
_TRACE = re.compile(r"^\s*Error Trace:\s+(?P<path>[\w./-]+\.go):(?P<line>\d+)$")
_EVENT = ('{"Time":', '{"Action":')
_PARENT_LINES = 1000  # that are read again for each of its subtests that printed nothing
_FAILING_WORDS = re.compile(
    r"\b(?:got|want|expect\w*|unexpected|err(?:or)?|fail\w*|mismatch|should|must|invalid|cannot"
    r"|diff)\b|!=|Error Trace",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _PackageRun:
    """The output of a package's tests so far: who printed what, and who failed."""

    printed: dict[str, list[LogLine]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, LogLine] = field(default_factory=dict)
    current_test: str = ""

    def add_line(self, line: LogLine) -> None:
        """Sort a line to the test that printed it."""
        begun, result = _RUN.match(line.text), _RESULT.match(line.text)
        if begun:
            self.current_test = begun["test"]
        elif result:
            self.current_test = result["test"]
            if result["word"] == "FAIL":
                self.failed[result["test"]] = line
        else:
            self.printed[self.current_test].append(line)

    def blame_panic(self, panic: ParsedFailure) -> ParsedFailure:
        """Name the test that panicked, which then counts no more among those that failed."""
        latest = next(reversed(self.failed), "")
        test = latest or panic.test or self.current_test
        for parent in list(self.failed):
            if test == parent or test.startswith(f"{parent}/"):
                del self.failed[parent]
        self.current_test = ""
        return replace(panic, test=test)


def parse_go_tests(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse failed tests without failed subtests, panics and races."""
    if any(line.text.startswith(_EVENT) for line in lines[:4000]):
        lines = list(_unfold_json(lines))
    failures: list[ParsedFailure] = []
    run = _PackageRun()
    panic_ends = 0  # a panic is printed once more, "recovered"
    for index, line in enumerate(lines):
        if line.number <= panic_ends:
            continue
        package = _PACKAGE.match(line.text)
        if package:
            failures += _parse_package(run, package["package"])
            run = _PackageRun()
        elif is_panic(lines, index):
            panic = parse_panic(lines, index)
            failures.append(run.blame_panic(panic))
            panic_ends = panic.last_line
        else:
            run.add_line(line)
    return failures + _parse_package(run, "")


def _parse_package(run: _PackageRun, package: str) -> list[ParsedFailure]:
    printed = run.printed.get("", [])
    if _has_specs(printed):
        return []
    leaves = [
        test for test in _list_leaves(run.failed) if not _has_specs(run.printed.get(test, []))
    ]
    race = parse_race(printed)
    return [_parse_test(test, run, package, race) for test in leaves[:FAILURES]]


def _has_specs(printed: Sequence[LogLine]) -> bool:
    """Tell whether a test only ran the specs of Ginkgo, which tells of each itself."""
    return any(RAN_SPECS.match(line.text) for line in printed)


def _list_leaves(tests: Collection[str]) -> list[str]:
    """List the tests without subtests among them. Sorted, a test's subtests come next to it."""
    ordered = sorted(f"{test}/" for test in tests)
    parents = {test for test, following in pairwise(ordered) if following.startswith(test)}
    return [test for test in tests if f"{test}/" not in parents]


def _parse_test(
    test: str, run: _PackageRun, package: str, package_race: ParsedFailure | None
) -> ParsedFailure:
    parent = test.partition("/")[0]
    lines = run.printed.get(test, []) or run.printed.get(parent, [])[:_PARENT_LINES]
    result_line = run.failed[test].number
    race = parse_race(lines) or package_race
    if race:
        return replace(race, test=test, first_line=min(result_line, race.first_line))
    if not lines:
        return ParsedFailure("test-failure", "", "failed", result_line, result_line, test)
    last_line = max(lines[-1].number, result_line)
    index = _find_place(lines)
    if index is not None:
        first_line = min(lines[index].number, result_line)
        message, frame = _parse_message(lines[index:], package)
        return ParsedFailure("test-failure", "", message, first_line, last_line, test, (frame,))
    trace = match_first(read_texts(lines), _TRACE)
    if trace:
        frames = (_parse_place(trace, package),)
        message = _read_testify_message(lines)
        return ParsedFailure("test-failure", "", message, result_line, last_line, test, frames)
    message = shorten_message(_join_stripped(lines[-20:]) or "failed")
    return ParsedFailure("test-failure", "", message, result_line, result_line, test)


def _find_place(lines: Sequence[LogLine]) -> int | None:
    """Find the first place that speaks of a failure; where none does, the last place."""
    last_place = None
    for index, line in enumerate(lines):
        place = _PLACE.match(line.text)
        if place:
            last_place = index
            below = read_texts(lines[index + 1 : index + 2])
            if _FAILING_WORDS.search(place["text"] or "".join(below)):
                break
    return last_place


def _parse_message(block: Sequence[LogLine], package: str) -> tuple[str, Frame]:
    """Parse a place with what it says: its text and the indented lines below."""
    place = _PLACE.match(block[0].text)
    if place is None:
        raise ValueError(f"no place of Go: {block[0].text}")
    message = [place["text"]]
    for text in read_texts(block[1:41]):
        if _PLACE.match(text) or _RESULT.match(text) or not text[:1].isspace():
            break
        message.append(text.strip())
    return shorten_message("\n".join(message).strip()), _parse_place(place, package)


def _read_testify_message(lines: Sequence[LogLine]) -> str:
    printed = [line for line in lines if not line.text.startswith(("=", "-"))]
    return shorten_message(_join_stripped(printed).partition("Error:")[2].strip())


def _join_stripped(lines: Sequence[LogLine]) -> str:
    return "\n".join(line.text.strip() for line in lines)


def _parse_place(place: re.Match[str], package: str) -> Frame:
    """Make a frame; Go prints only a file's name, and the package says where it is."""
    path = place["path"]
    if package and "/" not in path:
        path = f"{package}/{path}"
    return Frame(path, int(place["line"]))


def _unfold_json(lines: Sequence[LogLine]) -> Iterator[LogLine]:
    """Turn `go test -json` into the text it stands for.

    Each test's lines stand together, as if nothing ran beside it.
    """
    by_test: dict[tuple[str, str], list[LogLine]] = defaultdict(list)
    for line in lines:
        event = _parse_event(line.text)
        if event is None:
            yield line
        else:
            yield from _unfold_event(event, line.number, by_test)


def _unfold_event(
    event: dict[str, object], number: int, by_test: dict[tuple[str, str], list[LogLine]]
) -> Iterator[LogLine]:
    """Keep what a test prints; give it when its package ends, and at once what a package prints."""
    output = event.get("Output")
    if event["Action"] not in {"output", "build-output"} or not isinstance(output, str):
        return
    package, test = str(event.get("Package", "")), str(event.get("Test", ""))
    line = LogLine(number, output.rstrip("\n"))
    if not test:
        if _PACKAGE.match(line.text):
            yield from _unfold_package(by_test, package)
        yield line
    elif not _RUN.match(line.text):
        by_test[package, test].append(line)


def _unfold_package(
    by_test: dict[tuple[str, str], list[LogLine]], package: str
) -> Iterator[LogLine]:
    for key in list(by_test):
        if key[0] == package:
            printed = by_test.pop(key)
            yield LogLine(printed[0].number, f"=== RUN   {key[1]}")
            yield from printed


def _parse_event(text: str) -> dict[str, object] | None:
    if not text.startswith('{"'):
        return None
    try:
        event = json.loads(text)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "Action" in event else None
