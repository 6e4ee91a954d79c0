"""Here lives what is known of one commit: its code, tests and texts, each an index, and the past
that led to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.search.file_index import Index, index
from bot.search.segment import Segment
from bot.search.source_files import Kind, kind_of
from bot.values import CommitInfo


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Files in four indexes. `commits` are those of `past`, newest first."""

    code: Index
    tests: Index
    texts: Index
    past: Index
    commits: Sequence[CommitInfo] = ()
    skipped: tuple[str, ...] = ()


def knowledge(
    segments: Sequence[Segment],
    files: Sequence[tuple[str, str]],
    commits: Sequence[CommitInfo],
    skipped: tuple[str, ...] = (),
) -> Knowledge:
    """From the files as path and key, and the commits that led here, newest first."""
    shelves: dict[Kind, list[tuple[str, str]]] = {}
    for path, key in files:
        shelves.setdefault(kind_of(path), []).append((path, key))
    texts = [*shelves.get("text", ()), *shelves.get("docs", ())]
    return Knowledge(
        index(segments, shelves.get("code", ())),
        index(segments, shelves.get("test", ())),
        index(segments, texts),
        index(segments, [("", commit.sha) for commit in commits]),  # a commit has no path
        commits,
        skipped,
    )
