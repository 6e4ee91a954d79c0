"""Here live postings: for each term the documents that hold it and how often, as arrays.

A term is known by the first eight bytes of its hash; a posting is one number, the document above
the lowest eight
bits and the count in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
COUNT_BITS = np.uint32(8)
MOST = np.uint32(255)


@dataclass(frozen=True, slots=True)
class Postings:
    """`packed[starts[i]:starts[i + 1]]` are the postings of `terms[i]`; both are sorted."""

    terms: Hashes
    starts: Numbers
    packed: Numbers

    def of(self, term: str) -> tuple[Numbers, Numbers]:
        """The documents that hold the term, and how often each does."""
        wanted = np.uint64(hashed(term))
        at = int(np.searchsorted(self.terms, wanted))
        if at == len(self.terms) or self.terms[at] != wanted:
            return NONE, NONE
        found = self.packed[int(self.starts[at]) : int(self.starts[at + 1])]
        return found >> COUNT_BITS, found & MOST

    def __len__(self) -> int:
        return int(self.starts[-1])


NONE: Numbers = np.zeros(0, np.uint32)
NONE.flags.writeable = False


def hashed(term: str) -> int:
    return int.from_bytes(
        blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "little"
    )


def postings(hashes: Hashes, documents: Numbers, counts: Numbers) -> Postings:
    """From one row for each term in each document, in the order of the documents or nearly so."""
    packed = (documents << COUNT_BITS) | np.minimum(counts, MOST)
    order = np.argsort(hashes, kind="stable")
    terms, starts = np.unique(hashes[order], return_index=True)
    return Postings(terms, np.append(starts, len(hashes)).astype(np.uint32), packed[order])


def merged(parts: Sequence[Postings], sizes: Sequence[int]) -> Postings:
    """One after the other: the documents of each part are numbered behind those of the parts before
    it.
    """
    offsets = list(accumulate(sizes, initial=0))
    hashes = [np.repeat(part.terms, np.diff(part.starts)) for part in parts]
    packed = [
        part.packed + (np.uint32(at) << COUNT_BITS)
        for part, at in zip(parts, offsets, strict=False)
    ]
    every = np.concatenate(packed) if packed else NONE
    return postings(
        np.concatenate(hashes) if hashes else NONE.astype(np.uint64),
        every >> COUNT_BITS,
        every & MOST,
    )
