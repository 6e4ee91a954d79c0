"""Clean a CI log: turn its bytes into numbered lines of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bot.text import mask_secrets

LINE_CHARS = 4096  # a longer line would make expressions slow, and nobody reads it
_LINE_END = 4 * LINE_CHARS + 29  # of its bytes
_TIMESTAMP_CHARS = 28  # "2026-03-15T15:27:20.0592285Z", then a blank
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# CSI, then OSC up to its end, then `ESC ( B` and the like, then the same as `gh` prints it with a
# caret.
_ANSI = re.compile(
    r"(?:\x1b|\^\[)(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/][0-~]|[@-Z\\^_=>])"
)
_MARK = re.compile(r"##\[(error|warning|notice)\]")
# Job and step, as `gh run view` prints them before each line.
_GH_COLUMNS = re.compile(rb"[^\t\n]{1,300}\t[^\t\n]{0,300}\t(?=(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT)")
# What a tool that runs another puts before each line of it: Ant, docker compose, docker build,
# Lerna, Turborepo, pnpm.
_PREFIX = re.compile(
    r"(?:\s{3,}\[(?:junit|javac|exec|java|testng|echo|groovyc)\] ?|[a-z][\w.-]{0,60}[-_]\d+\s+\| ?"
    r"|#\d+ \d+\.\d+ "
    r"|@[\w.-]{1,60}/[\w.-]{1,60}: |@?[\w./-]{1,80}[ :](?:test|build|lint|typecheck|type-check"
    r"|check)(?::[\w-]+)?: "
    r"|\[gw\d+\] (?=FAILED|ERROR)|==\d+== )"
)

_TAG = re.compile(r"\[[\w:./@ -]{1,40}\] ?|[\w.-]{1,40} +\| ?")


class LogLine(NamedTuple):
    """A line of the log by its number there.

    `mark` is what the runner had written before it: "error", "warning", "notice" or nothing.
    """

    number: int
    text: str
    mark: str = ""


def clean_log(raw_log: bytes) -> list[str]:
    """Turn a whole log into lines that people and models read; secrets are masked."""
    lines = raw_log.removesuffix(b"\n").split(b"\n")  # \r alone ends no line
    return mask_secrets("\n".join(map(_clean_line, lines))).split("\n")


def parse_line(number: int, raw_line: bytes) -> LogLine:
    """Take timestamp, colours, overwritten text and the runner's mark off a line."""
    text = _clean_line(raw_line)
    # A problem matcher marks lines in the middle of a traceback, so the mark goes and the line
    # stays.
    mark = text.startswith("##[") and _MARK.match(text)
    if mark:
        return LogLine(number, text[mark.end() :], mark[1])
    return LogLine(number, text)


def parse_lines(first_number: int, raw_lines: Iterable[bytes]) -> Iterator[LogLine]:
    """Parse lines that follow each other; nearly all are plain text behind a timestamp."""
    for number, raw_line in enumerate(raw_lines, first_number):
        is_plain = raw_line[27:29] == b"Z " and raw_line[10:11] == b"T" and raw_line[29:30] != b"#"
        if (
            is_plain
            and b"\x1b" not in raw_line
            and b"\r" not in raw_line
            and b"^[[" not in raw_line
        ):
            text = raw_line[29:_LINE_END].decode(errors="replace")
            yield LogLine(number, text[:LINE_CHARS].rstrip())
        else:
            yield parse_line(number, raw_line)


def strip_prefixes(lines: Iterable[LogLine]) -> list[LogLine]:
    """Take off what a tool that runs another puts before each line of it."""
    return [
        line._replace(text=line.text[prefix.end() :]) if prefix else line
        for line, prefix in ((line, _PREFIX.match(line.text)) for line in lines)
    ]


def strip_tags(lines: Sequence[LogLine]) -> Sequence[LogLine]:
    """Take off the name in brackets that a tool which runs several others puts before each line.

    Where most lines begin with one.
    """
    tagged = sum(bool(_TAG.match(line.text)) for line in lines)
    if not tagged or tagged * 2 < len(lines):
        return lines
    return [line._replace(text=_TAG.sub("", line.text)) for line in lines]


def unindent_blocks(lines: Iterable[LogLine]) -> Iterator[LogLine]:
    """Take the common indentation off each run of indented lines.

    So a tool shows what another one printed: pip a build, nextest a test.
    """
    for is_indented, run in groupby(lines, lambda line: not line.text[:1].strip()):
        block = list(run)
        if is_indented:
            depths = [len(line.text) - len(line.text.lstrip()) for line in block if line.text]
            depth = min(depths, default=0)
            block = [line._replace(text=line.text[depth:]) for line in block]
        yield from block


def _clean_line(raw_line: bytes) -> str:
    if b"Z" not in raw_line[:60] and b"\x1b" not in raw_line and b"\r" not in raw_line:
        return _decode(raw_line)[:LINE_CHARS].rstrip()
    columns = b"\t" in raw_line[:600] and _GH_COLUMNS.match(raw_line)
    if columns:
        raw_line = raw_line[columns.end() :]
    text = _strip_timestamp(_decode(raw_line).rstrip("\r\n"))
    if "\x1b" in text or "^[[" in text:
        text = _ANSI.sub("", text)
    # What a progress bar overwrote was not the last word.
    return text.rpartition("\r")[2][:LINE_CHARS].rstrip()


def _decode(raw_line: bytes) -> str:
    return raw_line[: LINE_CHARS * 4].removeprefix(_BYTE_ORDER_MARK).decode(errors="replace")


def _strip_timestamp(text: str) -> str:
    is_stamped = (
        text[_TIMESTAMP_CHARS - 1 : _TIMESTAMP_CHARS] == "Z"
        and text[10:11] == "T"
        and text[:4].isdecimal()
    )
    return text[_TIMESTAMP_CHARS + 1 :] if is_stamped else text
