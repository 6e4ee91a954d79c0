"""Shorten the diff of a past change to the hunks that tell most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.search.source_files import kind_of
from bot.text.code_line import shorten_code_line

FILE_HUNKS = 3
HUNK_LINES = 30
LINE_CHARS = 160
FILE_HEAD = re.compile(r"(?m)^(?=diff --git )")
HUNK_HEAD = re.compile(r"(?m)^(?=@@ )")
KIND_ORDER = ("code", "test", "text", "docs", "foreign")


def split_hunks(diff: str) -> dict[str, list[str]]:
    """Split a diff of git into the hunks of each file, by its path."""
    hunks = {}
    for part in FILE_HEAD.split(diff):
        if part.startswith("diff --git "):
            path = part.partition("\n")[0].rpartition(" b/")[2].strip('"')
            hunks[path] = HUNK_HEAD.split(part)[1:]
    return hunks


def shorten_diff(diff: str, limit_chars: int) -> str:
    """Shorten a diff of git to some hunks of some files, code first; what goes is counted."""
    files = split_hunks(diff)
    chosen: list[str] = []
    room, left_out = limit_chars, 0
    for path in sorted(files, key=_rank_path):
        excerpt = "\n".join(_shorten_hunks(path, files[path]))
        room -= len(excerpt) + 1
        if room < 0 and chosen:
            left_out += 1
        else:
            chosen.append(excerpt)
    if left_out:
        chosen.append(f"(cut: the diffs of {left_out} more files)")
    return "\n".join(chosen)


def _rank_path(path: str) -> int:
    return KIND_ORDER.index(kind_of(path))


def _shorten_hunks(path: str, hunks: Sequence[str]) -> Iterator[str]:
    """Yield a file's path and its first hunks, each shortened."""
    note = "" if hunks else " (no text)"
    yield f"--- {path}{note}"
    for hunk in hunks[:FILE_HUNKS]:
        lines = hunk.rstrip("\n").split("\n")
        yield from (shorten_code_line(line, LINE_CHARS) for line in lines[:HUNK_LINES])
        if len(lines) > HUNK_LINES:
            yield f"(cut: {len(lines) - HUNK_LINES} more lines of this hunk)"
    if len(hunks) > FILE_HUNKS:
        yield f"(cut: {len(hunks) - FILE_HUNKS} more hunks of this file)"
