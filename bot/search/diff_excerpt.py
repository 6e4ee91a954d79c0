"""Shorten the diff of a past change to the hunks that tell most."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.search.source_files import kind_of
from bot.text.code_line import shorten_code_line

FILE_HUNKS = 3
HUNK_LINES = 30
LINE_CHARS = 160
FILE_HEAD = re.compile(r"(?m)^(?=diff --git )")
HUNK_HEAD = re.compile(r"(?m)^(?=@@ )")
KIND_ORDER = ("code", "test", "text", "docs", "foreign")


def shorten_diff(diff: str, limit_chars: int) -> str:
    """Shorten a diff of git to some hunks of some files, code first; what goes is counted."""
    files = [part for part in FILE_HEAD.split(diff) if part.startswith("diff --git ")]
    chosen: list[str] = []
    room, left_out = limit_chars, 0
    for file in sorted(files, key=_rank_file):
        excerpt = "\n".join(_shorten_file(file))
        room -= len(excerpt) + 1
        if room < 0 and chosen:
            left_out += 1
        else:
            chosen.append(excerpt)
    if left_out:
        chosen.append(f"(cut: the diffs of {left_out} more files)")
    return "\n".join(chosen)


def _rank_file(file: str) -> int:
    return KIND_ORDER.index(kind_of(_read_path(file)))


def _read_path(file: str) -> str:
    return file.partition("\n")[0].rpartition(" b/")[2].strip('"')


def _shorten_file(file: str) -> Iterator[str]:
    """Yield a file's path and its first hunks, each shortened."""
    _, *hunks = HUNK_HEAD.split(file)
    note = "" if hunks else " (no text)"
    yield f"--- {_read_path(file)}{note}"
    for hunk in hunks[:FILE_HUNKS]:
        lines = hunk.rstrip("\n").split("\n")
        yield from (shorten_code_line(line, LINE_CHARS) for line in lines[:HUNK_LINES])
        if len(lines) > HUNK_LINES:
            yield f"(cut: {len(lines) - HUNK_LINES} more lines of this hunk)"
    if len(hunks) > FILE_HUNKS:
        yield f"(cut: {len(hunks) - FILE_HUNKS} more hunks of this file)"
