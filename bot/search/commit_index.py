"""Here lives what is known of one commit: its code, tests and texts, each an index, and the past
that led to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.search.file_index import FileIndex, build_file_index
from bot.search.segment import Segment
from bot.search.source_files import Kind, kind_of
from bot.values import CommitInfo


@dataclass(frozen=True, slots=True)
class CommitIndex:
    """Files in four indexes. `commits` are those of `past`, newest first."""

    code: FileIndex
    tests: FileIndex
    texts: FileIndex
    past: FileIndex
    commits: Sequence[CommitInfo] = ()
    skipped: tuple[str, ...] = ()


def build_commit_index(
    segments: Sequence[Segment],
    files: Sequence[tuple[str, str]],
    commits: Sequence[CommitInfo],
    skipped: tuple[str, ...] = (),
) -> CommitIndex:
    """From the files as path and key, and the commits that led here, newest first."""
    shelves: dict[Kind, list[tuple[str, str]]] = {}
    for path, key in files:
        shelves.setdefault(kind_of(path), []).append((path, key))
    texts = [*shelves.get("text", ()), *shelves.get("docs", ())]
    return CommitIndex(
        build_file_index(segments, shelves.get("code", ())),
        build_file_index(segments, shelves.get("test", ())),
        build_file_index(segments, texts),
        build_file_index(
            segments, [("", commit.sha) for commit in commits]
        ),  # a commit has no path
        commits,
        skipped,
    )
