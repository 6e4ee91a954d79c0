"""Index one commit: its code, its tests, its texts, and the commits that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.search.file_index import FileIndex, build_file_index
from bot.search.past_commits import PastCommits
from bot.search.segment import Segment
from bot.search.source_files import Kind, kind_of


@dataclass(frozen=True, slots=True)
class CommitIndex:
    """The files of a commit in three indexes, and its history in a fourth.

    `commits` are those of `history`, newest first; `skipped` are files that were not read, and why.
    """

    code: FileIndex
    tests: FileIndex
    texts: FileIndex
    history: FileIndex
    commits: PastCommits
    skipped: tuple[str, ...] = ()


def build_commit_index(
    segments: Sequence[Segment],
    files: Sequence[tuple[str, str]],
    history: Sequence[Segment],
    commits: PastCommits,
) -> CommitIndex:
    """Index the files, given as path and key, and the commits that led here, newest first.

    The segments hold the files' contents, those of the history the commits' messages.
    """
    by_kind: dict[Kind, list[tuple[str, str]]] = {}
    for path, key in files:
        by_kind.setdefault(kind_of(path), []).append((path, key))
    texts = [*by_kind.get("text", ()), *by_kind.get("docs", ())]
    return CommitIndex(
        build_file_index(segments, by_kind.get("code", ())),
        build_file_index(segments, by_kind.get("test", ())),
        build_file_index(segments, texts),
        build_file_index(history, [("", sha) for sha in commits.shas]),  # without a path
        commits,
    )
