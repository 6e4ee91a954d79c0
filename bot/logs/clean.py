"""Here lives the cleaning of a CI log: bytes as GitHub stores them become numbered lines of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.text import masked

LONGEST = 4096  # characters; a longer line would make expressions slow, and nobody reads it
_STAMP = 28  # "2026-03-15T15:27:20.0592285Z", then a blank
# CSI, then OSC up to its end, then `ESC ( B` and the like, then the same as `gh` prints it with a caret.
_ANSI = re.compile(r"(?:\x1b|\^\[)(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/][0-~]|[@-Z\\^_=>])")
_MARK = re.compile(r"##\[(error|warning|notice)\]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log by its number there; `mark` is what the runner had written before it, "error" or "warning"."""

    number: int
    text: str
    mark: str = ""


def lines_of(raw: Iterable[bytes]) -> Iterator[Line]:
    """One line for each one of the log, without timestamps, colours, overwritten text and marks."""
    for number, line in enumerate(raw, 1):
        text = _plain(line)
        mark = _MARK.match(text)
        # A problem matcher marks lines in the middle of a traceback, so the mark goes and the line stays.
        yield Line(number, text[mark.end() :] if mark else text, mark[1] if mark else "")


def cleaned(raw: bytes) -> list[str]:
    """A whole log as lines to be read by people and models; secrets are masked."""
    text = "\n".join(_plain(line) for line in raw.removesuffix(b"\n").split(b"\n"))  # \r alone ends no line
    return masked(text).split("\n")


def _plain(raw: bytes) -> str:
    cut = raw[: LONGEST * 4].removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
    text = cut.decode(errors="replace")
    if text[10:11] == "T" and text[_STAMP - 1 : _STAMP] == "Z" and text[:4].isdecimal():
        text = text[_STAMP + 1 :]
    if "\x1b" in text or "^[[" in text:
        text = _ANSI.sub("", text)
    # What a progress bar overwrote was not the last word.
    return text.rpartition("\r")[2][:LONGEST].rstrip()
