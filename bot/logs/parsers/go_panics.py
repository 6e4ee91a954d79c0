"""Parse Go's panics, fatal errors and data races, with the stacks below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, read_group
from bot.logs.parsed_failure import (
    ParsedFailure,
    parse_place,
    shorten_message,
    shorten_stack,
)
from bot.values import Category, Frame

_PANIC = re.compile(r"^\s*(?P<kind>panic|fatal error): (?P<text>.*)$")
_GOROUTINE = re.compile(r"^\s*goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[(?P<state>[^\]]+)\]:")
_CALL = re.compile(r"^\s*(?P<name>[^\s(]+(?:\(\*?[^\s()]+\)[^\s(]*){0,3})\([^\n]*\)$")
_FILE = re.compile(r"^\s+(?P<path>\S+\.go):(?P<line>\d+)(?: \+0x[0-9a-f]+)?$")
_FOREIGN = re.compile(
    r"/go/[\d.]+/x64/src/|/usr/local/go/src/|/go/src/(?:runtime|testing)/|/pkg/mod/|_testmain\.go"
)
_TEST_FUNCTIONS = ("Test", "Fuzz", "Example", "Benchmark")


def is_panic(lines: Sequence[LogLine], index: int) -> bool:
    """Tell whether a line panics, with the stack of a goroutine soon below it."""
    if not _PANIC.match(lines[index].text):
        return False
    return any(_GOROUTINE.match(line.text) for line in lines[index + 1 : index + 12])


def parse_panic(lines: Sequence[LogLine], index: int) -> ParsedFailure:
    """Parse a panic with the first stack that has places of ours, and the test that it names."""
    match = _PANIC.match(lines[index].text)
    text = read_group(match, "text")
    stacks, last_line = _parse_stacks(lines, index)
    frames = next(filter(None, stacks), [])
    category: Category = "timeout" if text.startswith("test timed out") else "crash"
    return ParsedFailure(
        category,
        error=read_group(match, "kind"),
        message=shorten_message(text.removesuffix(" [recovered]")),
        first_line=lines[index].number,
        last_line=last_line,
        test=_find_test(frames),
        frames=shorten_stack(frames[::-1]),
    )


def _find_test(frames: Sequence[Frame]) -> str:
    for frame in reversed(frames):
        if frame.function.startswith(_TEST_FUNCTIONS):
            return frame.function.partition(".")[0]
    return ""


def _parse_stacks(lines: Sequence[LogLine], index: int) -> tuple[list[list[Frame]], int]:
    """Parse the stacks of all goroutines below a panic, innermost first, and their last line.

    Only places of ours are kept.
    """
    stacks: list[list[Frame]] = []
    function, last_line = "", lines[index].number
    for line in lines[index + 1 : index + 3000]:
        if line.text.startswith(("FAIL", "exit status", "ok  ")):
            break
        place = _FILE.match(line.text)
        if _GOROUTINE.match(line.text):
            stacks.append([])
        elif place and stacks:
            last_line = line.number
            if function and not _FOREIGN.search(place["path"]):
                stacks[-1].append(parse_place(place, function))
        function = _parse_function(line.text)
    return stacks, last_line


def _parse_function(text: str) -> str:
    """Parse a call without its package; empty for any other line."""
    call = _CALL.match(text)
    if not call:
        return ""
    return call["name"].rpartition("/")[2].partition(".")[2] or call["name"]


def parse_race(lines: Sequence[LogLine]) -> ParsedFailure | None:
    """Parse the first stack of a data race, if the lines tell of one."""
    begin = find_line(lines, lambda text: "WARNING: DATA RACE" in text)
    if begin == len(lines):
        return None
    frames: list[Frame] = []
    function = ""
    for line in lines[begin + 2 :]:
        if not line.text.strip():
            break
        place = _FILE.match(line.text)
        if place and not _FOREIGN.search(place["path"]):
            frames.append(parse_place(place, function))
        function = _parse_function(line.text) or function
    return ParsedFailure(
        "test-failure",
        "DATA RACE",
        message="race detected during execution of test",
        first_line=lines[begin].number,
        last_line=lines[-1].number,
        frames=tuple(frames[::-1]),
    )
