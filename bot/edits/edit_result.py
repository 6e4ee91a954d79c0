"""Define what an edit comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an edit comes to: new texts by path, None for a deleted file.

    Git's modes and the old paths of moved files stand by new path.
    """

    files: dict[str, str | None]
    modes: dict[str, str]
    moves: dict[str, str]
