"""Here lives the code beside a failure: the lines around the place where it broke."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from bot.text import mask_secrets
from bot.values import Failure, Reading

AROUND = 1  # lines above and below
_MOST = 12  # failures that are given their code: nobody reads further
_LINE = 160  # characters


def attach_code(
    reading: Reading, read: Callable[[Collection[str]], Mapping[str, bytes]]
) -> Reading:
    """The reading with three lines of code for each of its first failures; `read` gives the files'
    bytes by path.
    """
    first, rest = reading.failures[:_MOST], reading.failures[_MOST:]
    files = read({failure.frames[-1].file for failure in first if failure.frames})
    shown = [replace(failure, code=_around(failure, files)) for failure in first]
    return replace(reading, failures=(*shown, *rest))


def _around(failure: Failure, files: Mapping[str, bytes]) -> str:
    """`> ` marks the line itself; empty where the file or the line is not there."""
    frame = failure.frames[-1] if failure.frames else None
    if frame is None or frame.line is None or frame.file not in files:
        return ""
    lines = files[frame.file].decode(errors="replace").split("\n")
    if not 0 < frame.line <= len(lines):
        return ""
    begin = max(frame.line - 1 - AROUND, 0)
    chosen = enumerate(lines[begin : frame.line + AROUND], begin + 1)
    return mask_secrets(
        "\n".join(
            f"{'>' if number == frame.line else ' '} {number:>4}  {line.rstrip()[:_LINE]}"
            for number, line in chosen
        )
    )
