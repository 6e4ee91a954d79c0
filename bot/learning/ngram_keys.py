"""Number the contexts of characters, so that n-grams are kept in one sorted array.

A context is what stands in the `order` characters before a place, hashed to 50 bits together with
its order. An n-gram's key is its context's hash and, in the lowest 7 bits, the character that
follows: the characters that follow a context stand side by side. In ten million contexts, some
two pairs in a hundred thousand million share a hash, which does no harm: they share their counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import Codes

Hashes = NDArray[np.uint64]
OUTSIDE = 100  # stands before a file's first character, as often as a context is long
CODE_BITS = np.uint64(7)
CODE_MASK = np.uint64(127)
HASH_BITS = 50

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIXER = np.uint64(0xD6E8FEB86659FD93)
_ORDER = np.uint64(0x9FB21C651E98DF25)


def hash_contexts(codes: Codes, orders: Sequence[int]) -> Iterator[Hashes]:
    """Hash, for each order in turn, the context before each place of a text.

    `orders` ascend. Places that have fewer characters before them than the order are hashed by
    those: put OUTSIDE before a file as often as the longest order.
    """
    values = codes.astype(np.uint64) + np.uint64(1)
    sums = np.zeros(len(codes), np.uint64)
    powers = _list_powers(orders[-1] if orders else 0)
    length = 0
    for order in orders:
        for step in range(length, order):
            sums[step + 1 :] += values[: max(len(codes) - step - 1, 0)] * powers[step]
        length = order
        yield _mix(sums, np.array(order))


def hash_endings(endings: NDArray[np.uint8], orders: NDArray[np.int64]) -> Hashes:
    """Hash, for each row of last characters and each order, the context that the row ends in."""
    values = endings[:, ::-1].astype(np.uint64) + np.uint64(1)
    sums = np.cumsum(values * _list_powers(endings.shape[1]), axis=1, dtype=np.uint64)
    padded = np.concatenate([np.zeros((len(endings), 1), np.uint64), sums], axis=1)
    return _mix(padded[:, orders], orders)


def make_keys(contexts: Hashes, codes: Codes) -> Hashes:
    """Make the keys of n-grams of their contexts' hashes and the characters that follow."""
    return (contexts << CODE_BITS) | codes.astype(np.uint64)


def join_files(files: Sequence[Codes], longest: int) -> Codes:
    """Join files, each behind as many OUTSIDE as the longest order."""
    outside = np.full(longest, OUTSIDE, np.uint8)
    parts = [part for codes in files for part in (outside, codes)]
    return np.concatenate([*parts, np.zeros(0, np.uint8)])


def _list_powers(number: int) -> Hashes:
    factors = np.full(number, _BASE, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _mix(sums: Hashes, orders: NDArray[np.int64]) -> Hashes:
    mixed = sums + orders.astype(np.uint64) * _ORDER
    for _round in range(2):
        mixed ^= mixed >> np.uint64(32)
        mixed *= _MIXER
    return mixed >> np.uint64(64 - HASH_BITS)
