"""Let threads follow their lines through the diffs of a pull request, as git has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.forge.diff_places import (
    FoundPlace,
    NumberedDiff,
    PlaceNotInDiffError,
    find_place,
    move_place,
    parse_diff,
)
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import ForgeState, RepositoryRecord
from bot.forge.review_records import ThreadPlace, ThreadRecord


class ThreadFollower:
    """Moves threads when a head or a base moved."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state

    def read_diffs(
        self, repository: RepositoryRecord, pull: PullRecord, commit: str
    ) -> dict[str, NumberedDiff]:
        """Read what a commit of a pull request changes since it left the base, by path."""
        return parse_diff(self._state.store.diff(repository.name, pull.base_sha, commit))

    def follow_head(self, repository: RepositoryRecord, pull: PullRecord) -> None:
        """Move the threads of a pull request to where their lines stand in its diff now."""
        threads = [thread for thread in repository.threads.values() if thread.number == pull.number]
        if not threads:
            return
        diffs = self.read_diffs(repository, pull, pull.head_sha)
        for thread in threads:
            place = self._move(repository, pull, thread, diffs.get(thread.original.path))
            repository.threads[thread.id] = _stand_at(thread, place, diffs, pull.head_sha)

    def _move(
        self,
        repository: RepositoryRecord,
        pull: PullRecord,
        thread: ThreadRecord,
        diff: NumberedDiff | None,
    ) -> ThreadPlace | None:
        """Follow the lines from the commit where the thread began; None where they changed."""
        store, name, path = self._state.store, repository.name, thread.original.path
        old, new = thread.original_commit, pull.head_sha
        if thread.original.side == "LEFT":
            old = store.find_merge_base(name, pull.base_sha, old)
            new = store.find_merge_base(name, pull.base_sha, new)
            path = diff.old_path if diff else path
        if old == new:
            return thread.original
        changes = parse_diff(store.diff_file(name, old, new, path))
        return move_place(thread.original, changes.get(path))


def _stand_at(
    thread: ThreadRecord, place: ThreadPlace | None, diffs: Mapping[str, NumberedDiff], commit: str
) -> ThreadRecord:
    """Let a thread stand at a place of the diff; one that is not there makes it outdated."""
    try:
        found_place = find_place(diffs.get(place.path), place) if place else None
    except PlaceNotInDiffError:
        found_place = None
    if not place or not found_place or _came_back(thread, found_place):
        return replace(thread, position=None)
    return replace(thread, place=place, position=found_place.position, commit=commit)


def _came_back(thread: ThreadRecord, found_place: FoundPlace) -> bool:
    """Tell whether an old line that was gone when the thread began is there again."""
    began, now = (
        hunk.rpartition("\n")[2][:1] for hunk in (thread.diff_hunk, found_place.diff_hunk)
    )
    return began == "-" and now == " "
