"""Rank the best candidates by semantic similarity, where there is an embedding model.

Only the candidates are compared: embedding a whole repository would take hours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.bm25 import Floats
from bot.search.file_index import FileIndex

CANDIDATES = 40  # files
FILE_PASSAGES = 3  # of each file, its best chunks
NEAREST = 5  # files whose similarity is told as a reason


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a file: the definition `symbol_number` of it, from 1, or the file's rest for 0."""

    path: str
    key: str
    symbol_number: int


# Returns the similarity of a request to each passage, at most 1: NaN for a passage that cannot be
# read, None when the model cannot be asked.
SimilarityFunction = Callable[[str, Sequence[Passage]], Sequence[float] | None]


def score_similarity(
    similarity: SimilarityFunction,
    request: str,
    index: FileIndex,
    files: Sequence[int],
    chunk_scores: Floats,
) -> Floats | None:
    """Score these files from 0 to 1 by their most similar passages, all others 0.

    Returns None when the model has no answer.
    """
    chunks: list[int] = []
    for file in files:
        chunks += _pick_chunks(index, file, chunk_scores)
    answer = similarity(request, [_make_passage(index, chunk) for chunk in chunks])
    similarities = np.array(answer or [np.nan], dtype=np.float64)
    if np.isnan(similarities).all():
        return None
    best = np.full(len(index.paths), np.nanmin(similarities))
    np.fmax.at(best, index.chunk_files[chunks], similarities)
    scores = np.zeros(len(index.paths))
    candidates = list(files)
    scores[candidates] = (best[candidates] - best.min()) / (np.ptp(best) or 1)
    return scores


def _pick_chunks(index: FileIndex, file: int, chunk_scores: Floats) -> list[int]:
    chunks = np.flatnonzero(index.chunk_files == file)
    order = np.argsort(-chunk_scores[chunks], kind="stable")[:FILE_PASSAGES]
    return [int(chunk) for chunk in chunks[order]]


def _make_passage(index: FileIndex, chunk: int) -> Passage:
    file = index.chunk_files[chunk]
    return Passage(index.paths[file], index.keys[file], int(index.chunk_symbols[chunk]))
