"""Attach to each failure the lines of code around the place where it broke."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from bot.text import mask_secrets
from bot.values import Failure, Reading

LINES_AROUND = 1  # above and below
_FAILURES = 12  # that are given their code: nobody reads further
_LINE_CHARS = 160


def attach_code(
    reading: Reading, read_files: Callable[[Collection[str]], Mapping[str, bytes]]
) -> Reading:
    """Attach three lines of code to each of the first failures.

    `read_files` gives the files' bytes by path.
    """
    first, rest = reading.failures[:_FAILURES], reading.failures[_FAILURES:]
    files = read_files({failure.frames[-1].file for failure in first if failure.frames})
    with_code = [replace(failure, code=_cut_excerpt(failure, files)) for failure in first]
    return replace(reading, failures=(*with_code, *rest))


def _cut_excerpt(failure: Failure, files: Mapping[str, bytes]) -> str:
    """Cut out the lines, the failing one behind `> `; empty where there is no such line."""
    frame = failure.frames[-1] if failure.frames else None
    if frame is None or frame.line is None or frame.file not in files:
        return ""
    lines = files[frame.file].decode(errors="replace").split("\n")
    if not 0 < frame.line <= len(lines):
        return ""
    excerpt = []
    first = max(frame.line - LINES_AROUND, 1)
    for number, line in enumerate(lines[first - 1 : frame.line + LINES_AROUND], first):
        pointer = ">" if number == frame.line else " "
        excerpt.append(f"{pointer} {number:>4}  {line.rstrip()[:_LINE_CHARS]}")
    return mask_secrets("\n".join(excerpt))
