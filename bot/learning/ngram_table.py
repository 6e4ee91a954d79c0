"""A table of n-grams and their counts: sorted, looked up many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.learning.ngram_keys import CODE_BITS, CODE_MASK, HASH_BITS, Hashes

Counts = NDArray[np.uint16]
Places = NDArray[np.int64]
MOST_COUNT = 65535
_KEY_BITS = HASH_BITS + int(CODE_BITS)


@dataclass(frozen=True, slots=True)
class Followers:
    """What follows some contexts: for each n-gram the row of its context, character and count."""

    rows: Places
    codes: NDArray[np.int64]
    counts: NDArray[np.float64]


def join_followers(parts: Sequence[Followers]) -> Followers:
    """Join what several tables say follows, one behind the other."""
    rows = np.concatenate([part.rows for part in parts])
    codes = np.concatenate([part.codes for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    return Followers(rows, codes, counts)


@dataclass(frozen=True)
class NgramTable:
    """N-grams by their keys, which ascend, and how often each was counted."""

    keys: Hashes
    counts: Counts

    def list_followers(self, contexts: Hashes) -> Followers:
        """List what follows each of several contexts (hashed, one row each)."""
        firsts = contexts << CODE_BITS
        bounds = self._find_places(np.concatenate([firsts, firsts + (CODE_MASK + np.uint64(1))]))
        begins, ends = bounds[: len(contexts)], bounds[len(contexts) :]
        lengths = ends - begins
        rows = np.repeat(np.arange(len(contexts)), lengths)
        skipped = np.cumsum(lengths) - lengths
        places = np.arange(len(rows)) + (begins - skipped)[rows]
        codes = (self.keys[places] & CODE_MASK).astype(np.int64)
        return Followers(rows, codes, self.counts[places].astype(np.float64))

    def look_up(self, keys: Hashes) -> NDArray[np.float64]:
        """Look up the count of each n-gram; 0 for one that is not in the table."""
        if not len(self.keys):
            return np.zeros(len(keys))
        places = np.minimum(self._find_places(keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], 0).astype(np.float64)

    def _find_places(self, keys: Hashes) -> Places:
        """Find where each key stands or would stand: in its bucket, by bisection.

        Bisecting the whole table misses the processor's cache at every step; the buckets' bounds
        stay in it.
        """
        buckets = (keys >> self._bucket_shift).astype(np.int64)
        low, high = self._bucket_bounds[buckets], self._bucket_bounds[buckets + 1]
        last = max(len(self.keys) - 1, 0)
        for _step in range(self._bucket_steps):
            middle = (low + high) >> 1
            before = self.keys[np.minimum(middle, last)] < keys
            low = np.where(before & (middle < high), middle + 1, low)
            high = np.where(before, high, middle)
        return low

    @cached_property
    def _bucket_shift(self) -> np.uint64:
        bits = min(max(len(self.keys).bit_length() - 2, 1), 20)
        return np.uint64(_KEY_BITS - bits)

    @cached_property
    def _bucket_bounds(self) -> Places:
        # One bucket more than there are: a context's end may be the end of all keys.
        number = 1 << (_KEY_BITS - int(self._bucket_shift))
        firsts = np.arange(number, dtype=np.uint64) << self._bucket_shift
        bounds = np.searchsorted(self.keys, firsts)
        return np.concatenate([bounds, [len(self.keys)] * 2]).astype(np.int64)

    @cached_property
    def _bucket_steps(self) -> int:
        longest = int(np.diff(self._bucket_bounds).max(initial=0))
        return longest.bit_length() if len(self.keys) else 0


def count_keys(keys: Hashes) -> tuple[Hashes, NDArray[np.int64]]:
    """Count equal keys: each once, ascending, and how often it is there."""
    ordered = np.sort(keys)
    return count_ordered(ordered)


def count_ordered(ordered: Hashes) -> tuple[Hashes, NDArray[np.int64]]:
    """Count equal neighbours."""
    firsts = np.flatnonzero(mark_firsts(ordered))
    lengths = np.diff(np.concatenate([firsts, [len(ordered)]]))
    return ordered[firsts], lengths


def mark_firsts(ordered: Hashes) -> NDArray[np.bool_]:
    """Mark each place that holds another value than the one before it."""
    return np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)]


def make_table(keys: Hashes, counts: NDArray[np.int64]) -> NgramTable:
    """Make a table of ascending keys and their counts, which stop at the most that is kept."""
    return NgramTable(keys, np.minimum(counts, MOST_COUNT).astype(np.uint16))


def merge_tables(table: NgramTable, added: NgramTable) -> NgramTable:
    """Add the counts of another table, a small one: that is quicker than to count all anew."""
    places = np.searchsorted(table.keys, added.keys)
    known = table.look_up(added.keys) > 0
    counts = table.counts.astype(np.int64)
    counts[places[known]] += added.counts[known]
    new = places[~known]
    keys = np.insert(table.keys, new, added.keys[~known])
    return make_table(keys, np.insert(counts, new, added.counts[~known]))
