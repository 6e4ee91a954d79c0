"""Here lives the last look at a diff before it leaves the bot: whether it is one, and how large."""

from __future__ import annotations

from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet


@dataclass(frozen=True, slots=True)
class DiffCounts:
    """Files and lines of a diff."""

    files: int
    added: int
    removed: int


def counts(diff: str) -> DiffCounts:
    """The size of a unified diff with git's headers. Raises ValueError when it is none."""
    try:
        patch = PatchSet(diff)
    except UnidiffParseError as wrong:
        raise ValueError(f"not a unified diff: {wrong}") from wrong
    headers = sum(line.startswith("diff --git ") for line in diff.split("\n"))
    if len(patch) < headers or (diff.strip() and not len(patch)):
        raise ValueError(f"not a unified diff: {headers} headers, {len(patch)} files")
    return DiffCounts(len(patch), patch.added, patch.removed)
