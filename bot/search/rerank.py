"""Here lives the ranking by meaning: what a model of meaning says of the best candidates, when
there is one.

It is asked for these alone: a whole repository would cost hours, and its answer is worth the most
where words ran out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.bm25 import Floats
from bot.search.file_index import FileIndex

CANDIDATES = 40  # files
PASSAGES = 3  # of each, its best chunks
NEAR = 5  # files that are told to be near


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a file: `place` is that of its definition among the file's, from 1, or 0 for the
    file's rest.
    """

    path: str
    key: str
    place: int


# How alike in meaning a request is to each passage, at most 1; NaN where one cannot be read, None
# when nobody can say.
SimilarityFunction = Callable[[str, Sequence[Passage]], Sequence[float] | None]


def rerank(
    alike: SimilarityFunction,
    request: str,
    index: FileIndex,
    files: Sequence[int],
    of_chunks: Floats,
) -> Floats | None:
    """How much each file means what the request does: from 0 to 1 among these files, 0 for all
    others.
    """
    chunks = [chunk for file in files for chunk in _best(index, file, of_chunks)]
    told = alike(request, [_passage(index, chunk) for chunk in chunks])
    likeness = np.array(told or [np.nan], dtype=np.float64)
    if np.isnan(likeness).all():
        return None
    best = np.full(len(index.paths), likeness[~np.isnan(likeness)].min())
    np.fmax.at(best, index.chunk_files[chunks], likeness)
    found = np.zeros(len(index.paths))
    found[list(files)] = (best[list(files)] - best.min()) / (np.ptp(best) or 1)
    return found


def _best(index: FileIndex, file: int, of_chunks: Floats) -> Iterator[int]:
    mine = np.flatnonzero(index.chunk_files == file)
    yield from (
        int(chunk) for chunk in mine[np.argsort(-of_chunks[mine], kind="stable")][:PASSAGES]
    )


def _passage(index: FileIndex, chunk: int) -> Passage:
    file = index.chunk_files[chunk]
    return Passage(index.paths[file], index.keys[file], int(index.chunk_places[chunk]))
