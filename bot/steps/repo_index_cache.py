"""Here lives the notebook of one repository: what the Memory knows of its objects, and what was
derived just now.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence

from bot.ports import DerivedCache, SegmentBlob
from bot.search import (
    FileSymbols,
    Segment,
    decode_segment,
    decode_symbols,
    encode_segment,
    join_segments,
)
from bot.search.index_workers import BuiltSegment
from bot.values import CommitInfo, Sha

SMALL = 1_000  # keys, below which a pack is joined with others like it
MOST_SMALL = 8

Derive = Callable[[Sequence[str]], Iterator[BuiltSegment]]


class RepoIndexCache:
    """What is derived goes into the Memory; what the Memory may forget at once is kept here for
    this once.
    """

    def __init__(self, memory: DerivedCache, shelf: str) -> None:
        self._memory = memory
        self._shelf = shelf
        self._fresh: dict[str, bytes] = {}

    def segments(self, keys: Collection[str], derive: Derive) -> list[Segment]:
        """Segments that hold all of the keys, as far as they can be had; only what is not known is
        derived.
        """
        packs = self._memory.load_segments(self._shelf, keys)
        known = {key for pack in packs for key in pack.keys}
        found = self._joined(packs)
        for made, notes in derive([key for key in keys if key not in known]):
            self._memory.store(self._shelf, made, notes)
            self._fresh.update(notes)
            found.append(decode_segment(made))
        return found

    def leaves(self, files: Sequence[tuple[str, str]]) -> dict[str, FileSymbols]:
        """What these files define, given as path and key."""
        notes = self._notes([key for _, key in files])
        return {path: decode_symbols(key, path, notes[key]) for path, key in files if key in notes}

    def past(self, commits: Sequence[Sha]) -> tuple[CommitInfo, ...]:
        notes = self._notes(commits)
        return tuple(read_past(sha, notes[sha]) for sha in commits if sha in notes)

    def _notes(self, keys: Collection[str]) -> dict[str, bytes]:
        fresh = {key: self._fresh[key] for key in keys if key in self._fresh}
        return (
            self._memory.load_metadata(self._shelf, [key for key in keys if key not in fresh])
            | fresh
        )

    def _joined(self, packs: Sequence[SegmentBlob]) -> list[Segment]:
        small = [pack for pack in packs if len(pack.keys) < SMALL]
        if len(small) <= MOST_SMALL:
            return [decode_segment(each) for each in packs]
        one = join_segments([decode_segment(each) for each in small])
        self._memory.store(
            self._shelf,
            encode_segment(one),
            {},
            replaces=[each.cache_id for each in small],
        )
        return [one, *(decode_segment(each) for each in packs if each not in small)]


def written_past(past: CommitInfo) -> bytes:
    return json.dumps([past.message, past.paths], ensure_ascii=False).encode("utf-8", "replace")


def read_past(sha: Sha, note: bytes) -> CommitInfo:
    message, paths = json.loads(note)
    return CommitInfo(sha, message, tuple(paths))
