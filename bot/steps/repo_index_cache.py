"""Cache what is derived from one repository's objects, so that each is derived once."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

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

SMALL_BYTES = 1_000_000  # smaller segments are joined with others like them
MAX_SMALL = 8  # small segments that are left alone
HISTORY = "history of "  # begins the key of a list of commits
SHA_CHARS = 40

DeriveSegments = Callable[[Sequence[str]], Iterator[BuiltSegment]]


class RepoIndexCache:
    """Cache of one repository's index.

    Writes go to the port and are also held here, since the port may drop them at once.
    """

    def __init__(self, cache: DerivedCache, namespace: str) -> None:
        self._cache = cache
        self._namespace = namespace
        self._fresh: dict[str, bytes] = {}

    def load_segments(self, keys: Collection[str], derive: DeriveSegments) -> list[Segment]:
        """Load segments that hold all of the keys; derive and store those that are unknown.

        Keys that cannot be derived are in none.
        """
        blobs = self._cache.load_segments(self._namespace, keys)
        known = {key for blob in blobs for key in blob.keys}
        segments = self._join_small(blobs)
        for blob, metadata in derive([key for key in keys if key not in known]):
            self._cache.store(self._namespace, blob, metadata)
            self._fresh.update(metadata)
            segments.append(decode_segment(blob))
        return segments

    def load_symbols(self, files: Sequence[tuple[str, str]]) -> dict[str, FileSymbols]:
        """Load what files define, given as path and key; unknown ones are left out."""
        metadata = self._load_metadata([key for _, key in files])
        return {
            path: decode_symbols(key, path, metadata[key]) for path, key in files if key in metadata
        }

    def load_commits(self, shas: Sequence[Sha]) -> tuple[CommitInfo, ...]:
        """Load commits in this order; unknown ones are left out."""
        return decode_commits(self._load_metadata(shas), shas)

    def load_history(self, heads: Sequence[Sha]) -> tuple[Sha | None, dict[Sha, int]]:
        """Load the list of commits that led to the first of these heads that has one.

        Returns that head and the commits' times; None and nothing when there is no list.
        """
        blobs = self._cache.load_segments(self._namespace, [f"{HISTORY}{head}" for head in heads])
        lists = {blob.keys[0].removeprefix(HISTORY): blob for blob in blobs}
        head = next((head for head in heads if head in lists), None)
        return head, decode_history(lists[head].columns) if head else {}

    def store_history(self, head: Sha, times: Mapping[Sha, int]) -> None:
        """Store the list of commits that led to this head, with their times."""
        blob = SegmentBlob((f"{HISTORY}{head}",), encode_history(times))
        self._cache.store(self._namespace, blob, {})

    def _load_metadata(self, keys: Collection[str]) -> dict[str, bytes]:
        fresh = {key: self._fresh[key] for key in keys if key in self._fresh}
        others = [key for key in keys if key not in fresh]
        return self._cache.load_metadata(self._namespace, others) | fresh

    def _join_small(self, blobs: Sequence[SegmentBlob]) -> list[Segment]:
        """Decode the segments; store many small ones as one, which is faster to load.

        Those of a whole repository are left alone: to join them would cost the next commit most.
        """
        small = [blob for blob in blobs if blob.count_bytes() < SMALL_BYTES]
        if len(small) <= MAX_SMALL:
            return [decode_segment(blob) for blob in blobs]
        joined = join_segments([decode_segment(blob) for blob in small])
        replaces = [blob.cache_id for blob in small]
        self._cache.store(self._namespace, encode_segment(joined), {}, replaces=replaces)
        return [joined, *(decode_segment(blob) for blob in blobs if blob not in small)]


def encode_history(times: Mapping[Sha, int]) -> dict[str, bytes]:
    """Encode commits and their times as columns."""
    return {
        "shas": bytes.fromhex("".join(times)),
        "times": array("q", times.values()).tobytes(),
    }


def decode_history(columns: Mapping[str, bytes]) -> dict[Sha, int]:
    """Decode what `encode_history` wrote."""
    names = columns["shas"].hex()
    shas = [Sha(names[start : start + SHA_CHARS]) for start in range(0, len(names), SHA_CHARS)]
    return dict(zip(shas, memoryview(columns["times"]).cast("q"), strict=True))


def encode_commit(commit: CommitInfo) -> bytes:
    """Encode a commit's message and paths."""
    data = [commit.message, commit.paths]
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def decode_commits(metadata: Mapping[str, bytes], shas: Sequence[Sha]) -> tuple[CommitInfo, ...]:
    """Decode what `encode_commit` wrote, all at once; commits without metadata are left out."""
    known = [sha for sha in shas if sha in metadata]
    rows = json.loads(b"[" + b",".join(metadata[sha] for sha in known) + b"]")
    return tuple(
        CommitInfo(sha, message, tuple(paths))
        for sha, (message, paths) in zip(known, rows, strict=True)
    )
