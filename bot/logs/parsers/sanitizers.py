"""Parse the reports of sanitizers and of Valgrind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failure,
    parse_place,
    parse_places,
    shorten_message,
    shorten_stack,
)
from bot.values import Frame

_REPORT = re.compile(
    r"^==\d+==\s*(?:ERROR|WARNING): (?P<tool>\w+Sanitizer): (?P<text>.*)$|^WARNING: "
    r"(?P<tool2>ThreadSanitizer): "
    r"(?P<text2>.*)$"
)
_UNDEFINED = re.compile(r"^(?P<path>[^\s:][^:]*):(?P<line>\d+):\d+: runtime error: (?P<text>.+)$")
_PLACE = re.compile(
    r"^\s+#\d+ (?:0x[0-9a-f]+ )?(?:in )?(?P<name>.*?) ?(?P<path>[^\s():]+\.\w+):(?P<line>\d+)"
    r"(?::\d+)?(?: \(.*\))?$"
)
_STACK_LINE = re.compile(r"^\s+#\d+ ")
_VALGRIND_CALL = re.compile(
    r"^   (?:at|by) 0x[0-9A-F]+: (?P<name>.+?) \((?:in \S+|(?P<path>[^():]+):(?P<line>\d+))\)$"
)


def parse_sanitizer(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each report with its first stack; who freed and who allocated is not the failure."""
    failures = []
    for index, line in enumerate(lines):
        report = _REPORT.match(line.text)
        undefined = "runtime error: " in line.text and _UNDEFINED.match(line.text)
        if undefined:
            frame, text = parse_place(undefined), undefined["text"]
            failures.append(make_diagnostic("crash", line, text, frame, error="runtime error"))
        elif report:
            frames, end = _parse_first_stack(lines, index + 1)
            tool, text = report["tool"] or report["tool2"], report["text"] or report["text2"]
            error = text.partition(" ")[0].rstrip(":")
            message = shorten_message(f"{tool}: {text}")
            failures.append(make_failure("crash", lines[index:end], error, message, frames))
    return failures


def _parse_first_stack(lines: Sequence[LogLine], begin: int) -> tuple[tuple[Frame, ...], int]:
    """Parse the first stack from `begin` on, outermost first, and find the index behind it."""
    limit = min(begin + 300, len(lines))
    start = find_line(lines, _STACK_LINE.match, begin, limit)
    end = find_line(lines, lambda text: not _STACK_LINE.match(text), start, limit)
    frames = parse_places(read_texts(lines[start:end]), _PLACE)
    own = [replace(frame, function=frame.function.partition("(")[0]) for frame in frames]
    return shorten_stack(own[::-1]), end


def parse_valgrind(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each error with the stack right below it; what stands there indented is no failure."""
    failures = []
    for index, line in enumerate(lines[:-1]):
        if line.text[:1].strip() and _VALGRIND_CALL.match(lines[index + 1].text):
            end = find_line(lines, lambda text: not _VALGRIND_CALL.match(text), index + 1)
            calls = filter(None, map(_VALGRIND_CALL.match, read_texts(lines[index + 1 : end])))
            frames = [parse_place(call) for call in calls if call["path"]]
            message = shorten_message(line.text)
            stack = shorten_stack(frames[::-1])
            failures.append(make_failure("crash", lines[index:end], "", message, stack))
    return failures
