"""Store for each term the documents that hold it and how often, as arrays.

A term is known by the first eight bytes of its hash. A posting is one number: the count in its
lowest eight bits, the document above them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
COUNT_BITS = np.uint32(8)
MAX_COUNT = np.uint32(255)
Places = NDArray[np.int64]
EMPTY: Numbers = np.zeros(0, np.uint32)
EMPTY.flags.writeable = False
NOWHERE: Places = np.zeros(0, np.int64)
NOWHERE.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Postings:
    """`packed[starts[i]:starts[i + 1]]` are the postings of `terms[i]`; both are sorted."""

    terms: Hashes
    starts: Numbers
    packed: Numbers

    def find(self, hashes: Hashes) -> tuple[Places, Numbers, Numbers]:
        """Find the postings of these terms, all at once.

        Returns for each posting the index of its term in `hashes`, its document and its count.
        """
        if not len(self.terms):
            return NOWHERE, EMPTY, EMPTY
        places = np.minimum(np.searchsorted(self.terms, hashes), len(self.terms) - 1)
        known = np.flatnonzero(self.terms[places] == hashes)
        starts = self.starts[places[known]].astype(np.int64)
        sizes = self.starts[places[known] + 1] - starts
        ends = np.cumsum(sizes)
        rows = np.arange(sizes.sum()) + np.repeat(starts - (ends - sizes), sizes)
        packed = self.packed[rows]
        return np.repeat(known, sizes), packed >> COUNT_BITS, packed & MAX_COUNT

    def __len__(self) -> int:
        """Count the postings of all terms."""
        return int(self.starts[-1])


def hash_terms(terms: Collection[str]) -> Hashes:
    """Hash each of the terms to 64 bits."""
    return np.fromiter(map(hash_term, terms), np.uint64, len(terms))


@lru_cache(10_000)  # a request's terms are looked up in one index after the other
def hash_term(term: str) -> int:
    """Hash a term to 64 bits."""
    digest = blake2b(term.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def build_postings(hashes: Hashes, documents: Numbers, counts: Numbers) -> Postings:
    """Build postings from one row for each term in each document, ordered (nearly) by document."""
    packed = (documents << COUNT_BITS) | np.minimum(counts, MAX_COUNT)
    order = np.argsort(hashes, kind="stable")
    terms, starts = np.unique(hashes[order], return_index=True)
    return Postings(terms, np.append(starts, len(hashes)).astype(np.uint32), packed[order])


def merge_postings(parts: Iterable[tuple[Postings, int]]) -> Postings:
    """Concatenate postings, each given with its number of documents.

    The documents of each part are numbered after those of the parts before it.
    """
    hashes: list[Hashes] = [EMPTY.astype(np.uint64)]
    packed: list[Numbers] = [EMPTY]
    size = 0
    for postings, documents in parts:
        hashes.append(np.repeat(postings.terms, np.diff(postings.starts)))
        packed.append(postings.packed + (np.uint32(size) << COUNT_BITS))
        size += documents
    rows = np.concatenate(packed)
    return build_postings(np.concatenate(hashes), rows >> COUNT_BITS, rows & MAX_COUNT)
