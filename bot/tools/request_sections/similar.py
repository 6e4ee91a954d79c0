"""Render past changes that are like the request, with the hunks of their diffs that tell most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.search.source_files import kind_of
from bot.text.code_line import shorten_code_line
from bot.tools.request_sections.section import count_noun, join_lines, render_section
from bot.values import SimilarCommit

MAX_PATHS = 12
MESSAGE_LINES = 8
DIFF_CHARS = 2_500  # of each change
FILE_HUNKS = 3
HUNK_LINES = 30
LINE_CHARS = 160
FILE_HEAD = re.compile(r"(?m)^(?=diff --git )")
HUNK_HEAD = re.compile(r"(?m)^(?=@@ )")
KIND_ORDER = ("code", "test", "text", "docs", "foreign")


def render_similar(commit: SimilarCommit) -> str:
    """Render the message, the files and the diff, shortened."""
    message = commit.message.strip("\n").split("\n")
    paths = ", ".join(commit.paths[:MAX_PATHS])
    more = f" and {len(commit.paths) - MAX_PATHS} more" if len(commit.paths) > MAX_PATHS else ""
    lines = [
        *message[:MESSAGE_LINES],
        *(["..."] if len(message) > MESSAGE_LINES else []),
        f"Files: {join_lines(paths)}{more}",
        *shorten_diff(commit.diff),
    ]
    title = f"A past change like it, commit {commit.sha[:12]}"
    return render_section(title, lines, DIFF_CHARS + 4_000)


def shorten_diff(diff: str) -> list[str]:
    """Shorten a diff to some hunks of some files, code first; what is left out is counted."""
    files = [part for part in FILE_HEAD.split(diff) if part.startswith("diff --git ")]
    if not files:
        return diff.split("\n") if diff else []
    lines: list[str] = []
    room, left_out = DIFF_CHARS, 0
    for file in sorted(files, key=_rank_file):
        shown = list(_shorten_file(file))
        room -= sum(len(line) + 1 for line in shown)
        if room < 0 and lines:
            left_out += 1
        else:
            lines += shown
    if left_out:
        lines.append(f"(cut: the diffs of {count_noun(left_out, 'more file')})")
    return lines


def _rank_file(file: str) -> int:
    return KIND_ORDER.index(kind_of(_read_path(file)))


def _read_path(file: str) -> str:
    first_line = file.partition("\n")[0]
    return first_line.rpartition(" b/")[2].strip('"')


def _shorten_file(file: str) -> Iterator[str]:
    """Yield a file's path and its first hunks, each shortened."""
    head, *hunks = HUNK_HEAD.split(file)
    yield f"--- {_read_path(file)}{' (binary)' if 'Binary files' in head else ''}"
    for hunk in hunks[:FILE_HUNKS]:
        lines = hunk.rstrip("\n").split("\n")
        yield from (shorten_code_line(line, LINE_CHARS) for line in lines[:HUNK_LINES])
        yield from _tell_cut(len(lines) - HUNK_LINES, "more line")
    yield from _tell_cut(len(hunks) - FILE_HUNKS, "more hunk")


def _tell_cut(count: int, noun: str) -> Sequence[str]:
    return [f"(cut: {count_noun(count, noun)})"] if count > 0 else []
