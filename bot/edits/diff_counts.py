"""Count the files and lines of a diff, and find out whether it is one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.edits.change_diff import parse_change_diff


@dataclass(frozen=True, slots=True)
class DiffCounts:
    """Files and lines of a diff."""

    files: int
    added: int
    removed: int


def count_diff(diff: str) -> DiffCounts:
    """Count what a unified diff with git's headers changes. Raises ValueError when it is none."""
    change = parse_change_diff(diff)
    return DiffCounts(len(change.files), change.added, change.removed)
