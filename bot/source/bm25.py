"""Here lives BM25: how well a document answers weighted terms, given how rare they are and how long it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Document:
    """What one document has of the query: terms with their numbers, and its length in words."""

    hits: Mapping[str, int]
    words: int

    @staticmethod
    def of(pieces: Sequence[Document]) -> Document:
        hits: Counter[str] = Counter()
        for piece in pieces:
            hits.update(piece.hits)
        return Document(hits, sum(piece.words for piece in pieces))


def scores(documents: Sequence[Document], query: Mapping[str, float]) -> list[dict[str, float]]:
    """For each document what each term earned it; their sum is its score."""
    holding = Counter(term for document in documents for term in document.hits)
    rarity = {term: log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for term, n in holding.items()}
    mean = max(1.0, sum(document.words for document in documents) / max(1, len(documents)))
    return [_score(document, query, rarity, mean) for document in documents]


def _score(
    document: Document, query: Mapping[str, float], rarity: Mapping[str, float], mean: float
) -> dict[str, float]:
    length = K1 * (1 - B + B * document.words / mean)
    return {term: query[term] * rarity[term] * n * (K1 + 1) / (n + length) for term, n in document.hits.items()}
