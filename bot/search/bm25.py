"""Here lives BM25: how well documents answer weighted terms, given how rare these are and how long
the documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Earned = tuple[Places, Floats]  # documents, and what a term earned each


@dataclass(frozen=True, slots=True)
class Hits:
    """For each term the documents that hold it and how often, and all documents' lengths in words."""

    terms: Mapping[str, tuple[Places, Floats]]
    lengths: Floats

    def grouped(self, group: Places, size: int) -> Hits:
        """The same for the documents' groups, such as the files of chunks."""
        lengths = summed(group, self.lengths, size)
        return Hits(
            {
                term: _held(summed(group[docs], counts, size))
                for term, (docs, counts) in self.terms.items()
            },
            lengths,
        )


def summed(places: Places, values: Floats, size: int) -> Floats:
    """The sum of the values at each place."""
    return np.bincount(places, values, size).astype(np.float64)


def _held(sums: Floats) -> tuple[Places, Floats]:
    held = np.flatnonzero(sums).astype(np.int64)
    return held, sums[held]


def earned(
    hits: Hits, query: Mapping[str, float], k1: float = K1, b: float = B
) -> dict[str, Earned]:
    """What each term earned the documents that hold it; the sum over the terms is a document's
    score.
    """
    size = len(hits.lengths)
    norm = k1 * (1 - b + b * hits.lengths / max(1.0, float(hits.lengths.mean()) if size else 1.0))
    found = {}
    for term, (docs, counts) in hits.terms.items():
        rarity = log(1 + (size - len(docs) + 0.5) / (len(docs) + 0.5))
        found[term] = (docs, query[term] * rarity * (k1 + 1) * counts / (counts + norm[docs]))
    return found


def total(earned: Mapping[str, Earned], size: int) -> Floats:
    scores = np.zeros(size)
    for docs, values in earned.values():
        scores[docs] += values
    return scores


def scores(hits: Hits, query: Mapping[str, float], k1: float = K1, b: float = B) -> Floats:
    return total(earned(hits, query, k1, b), len(hits.lengths))
