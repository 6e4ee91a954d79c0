"""Here lives the cleaning of a CI log: bytes as they are stored become numbered lines of plain
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bot.text import mask_secrets

LONGEST = 4096  # characters; a longer line would make expressions slow, and nobody reads it
_STAMP = 28  # "2026-03-15T15:27:20.0592285Z", then a blank
# CSI, then OSC up to its end, then `ESC ( B` and the like, then the same as `gh` prints it with a
# caret.
_ANSI = re.compile(
    r"(?:\x1b|\^\[)(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/][0-~]|[@-Z\\^_=>])"
)
_MARK = re.compile(r"##\[(error|warning|notice)\]")
# Job and step, as `gh run view` prints them before each line.
_GH = re.compile(rb"[^\t\n]{1,300}\t[^\t\n]{0,300}\t(?=(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT)")
# What a tool that runs another puts before each line of it: Ant, docker compose, docker build,
# Lerna, Turborepo, pnpm.
_PEELS = re.compile(
    r"(?:\s{3,}\[(?:junit|javac|exec|java|testng|echo|groovyc)\] ?|[a-z][\w.-]{0,60}[-_]\d+\s+\| ?|#\d+ \d+\.\d+ "
    r"|@[\w.-]{1,60}/[\w.-]{1,60}: |@?[\w./-]{1,80}[ :](?:test|build|lint|typecheck|type-check|check)(?::[\w-]+)?: "
    r"|\[gw\d+\] (?=FAILED|ERROR))"
)


class Line(NamedTuple):
    """A line of the log by its number there; `mark` is what the runner had written before it,
    "error" or "warning".
    """

    number: int
    text: str
    mark: str = ""


def line_of(number: int, raw: bytes) -> Line:
    """A line of the log without timestamp, colours, overwritten text and mark."""
    text = _plain(raw)
    # A problem matcher marks lines in the middle of a traceback, so the mark goes and the line
    # stays.
    mark = _MARK.match(text) if text.startswith("##[") else None
    return Line(number, text[mark.end() :], mark[1]) if mark else Line(number, text)


def peeled(lines: Iterable[Line]) -> list[Line]:
    """The lines without what a tool that runs another puts before each of them."""
    return [
        Line(line.number, line.text[found.end() :], line.mark)
        if (found := _PEELS.match(line.text))
        else line
        for line in lines
    ]


def clean_log(raw: bytes) -> list[str]:
    """A whole log as lines to be read by people and models; secrets are masked."""
    text = "\n".join(
        _plain(line) for line in raw.removesuffix(b"\n").split(b"\n")
    )  # \r alone ends no line
    return mask_secrets(text).split("\n")


def _plain(raw: bytes) -> str:
    if b"Z" not in raw[:60] and b"\x1b" not in raw and b"\r" not in raw:
        return (
            raw[: LONGEST * 4]
            .removeprefix(b"\xef\xbb\xbf")
            .decode(errors="replace")[:LONGEST]
            .rstrip()
        )
    gh = _GH.match(raw) if b"\t" in raw[:600] else None
    cut = raw[gh.end() if gh else 0 :][: LONGEST * 4].removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
    text = cut.decode(errors="replace")
    if text[_STAMP - 1 : _STAMP] == "Z" and text[10:11] == "T" and text[:4].isdecimal():
        text = text[_STAMP + 1 :]
    if "\x1b" in text or "^[[" in text:
        text = _ANSI.sub("", text)
    # What a progress bar overwrote was not the last word.
    return (text.rpartition("\r")[2] if "\r" in text else text)[:LONGEST].rstrip()
