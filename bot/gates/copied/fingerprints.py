"""Choose the fingerprints of a text: some hashes of its runs of words, the same in every copy.

Winnowing (Schleimer, Wilkerson and Aiken 2003): of each window of hashes the smallest is kept, so
that any run of `SURE_WORDS` words that two texts share has at least one fingerprint in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

RUN_WORDS = 14  # hashed together: shorter runs are anybody's
SURE_WORDS = 32  # a shared run of so many words is never missed
WINDOW = SURE_WORDS - RUN_WORDS + 1
HASH_BITS = 48  # what a database stores in six bytes; whatever is found is compared word by word
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = np.uint64(0xFF51AFD7ED558CCD)

Hashes = NDArray[np.uint64]


def hash_runs(words: Sequence[str]) -> Hashes:
    """Hash each run of `RUN_WORDS` words, by the word that it begins with."""
    count = len(words) - RUN_WORDS + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    codes = {word: crc32(word.encode("utf-8", "replace")) for word in set(words)}
    values = np.fromiter((codes[word] for word in words), np.uint64, len(words)) * _MIX
    powers = _list_powers(_BASE, len(words))
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(values * powers, dtype=np.uint64)))
    hashes = (sums[RUN_WORDS:] - sums[:count]) * _list_powers(_INVERSE, count)
    hashes ^= hashes >> np.uint64(33)
    hashes *= _MIX
    return hashes >> np.uint64(64 - HASH_BITS)


def choose_fingerprints(words: Sequence[str]) -> dict[int, int]:
    """Choose the fingerprints of these words: the word where each begins, and its hash.

    There are none where the words are too few.
    """
    hashes = hash_runs(words)
    if not len(hashes):
        return {}
    windows = np.lib.stride_tricks.sliding_window_view(hashes, min(WINDOW, len(hashes)))
    places = np.unique(windows.argmin(axis=1) + np.arange(len(windows)))
    return dict(zip(places.tolist(), hashes[places].tolist(), strict=True))


def _list_powers(base: int, count: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)
