"""Here lives the index of some files of one commit: segments, seen through the paths that stand in
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.bm25 import Floats, Hits, Places, summed
from bot.search.postings import COUNT_BITS, MOST, Postings
from bot.search.segment import Segment
from bot.search.term_counts import counted

GONE = -1


@dataclass(frozen=True, slots=True)
class Field:
    """Documents with their postings in several parts, each part with the numbers that its documents
    have here.
    """

    parts: Sequence[tuple[Postings, Places]]
    lengths: Floats

    def hits(self, terms: Iterable[str]) -> Hits:
        found = ((term, self._of(term)) for term in terms)
        return Hits({term: hits for term, hits in found if len(hits[0])}, self.lengths)

    def _of(self, term: str) -> tuple[Places, Floats]:
        docs, counts = [], []
        for postings, numbers in self.parts:
            held, count = postings.of(term)
            here = numbers[held]
            docs.append(here[here >= 0])
            counts.append(count[here >= 0].astype(np.float64))
        return np.concatenate(docs or [EMPTY]), np.concatenate(counts or [EMPTY.astype(np.float64)])


EMPTY: Places = np.zeros(0, np.int64)
EMPTY.flags.writeable = False


@dataclass(frozen=True, slots=True)
class FileIndex:
    """Files by their number, in the order of `paths`; `chunk_files` says whose each chunk is."""

    paths: tuple[str, ...]
    keys: tuple[str, ...]
    chunks: Field
    chunk_files: Places
    chunk_places: Places  # of its definition among the file's, from 1; 0 for the file's rest
    names: Field
    path_words: Field


def build_file_index(segments: Sequence[Segment], files: Sequence[tuple[str, str]]) -> FileIndex:
    """The index of these files, given as path and key. Of two files with the same content the first
    is known.
    """
    known: dict[str, int] = {}
    for number, (_, key) in enumerate(files):
        known.setdefault(key, number)
    chunks, names, owners, places, lengths = [], [], [EMPTY], [EMPTY], [EMPTY.astype(np.float64)]
    first = 0
    for segment in segments:
        numbers = np.array([known.pop(key, GONE) for key in segment.keys], dtype=np.int64)
        of_chunks = numbers[segment.owners]
        here = np.flatnonzero(of_chunks >= 0)
        mine = np.full(len(segment.owners), GONE, np.int64)
        mine[here] = np.arange(first, first + len(here))
        first += len(here)
        chunks.append((segment.body, mine))
        names.append((segment.names, numbers))
        owners.append(of_chunks[here])
        places.append(segment.places[here].astype(np.int64))
        lengths.append(segment.lengths[here].astype(np.float64))
    paths = tuple(path for path, _ in files)
    words, sizes = counted([path.encode() for path in paths])
    name_counts = sum(
        (_lengths(postings, numbers, len(paths)) for postings, numbers in names),
        np.zeros(len(paths)),
    )
    return FileIndex(
        paths,
        tuple(key for _, key in files),
        Field(chunks, np.concatenate(lengths)),
        np.concatenate(owners),
        np.concatenate(places),
        Field(names, name_counts),
        Field([(words, np.arange(len(paths)))], sizes.astype(np.float64)),
    )


def _lengths(postings: Postings, numbers: Places, size: int) -> Floats:
    packed = postings.packed[:]
    here = numbers[packed >> COUNT_BITS]
    return summed(here[here >= 0], (packed & MOST)[here >= 0].astype(np.float64), size)


def find_wordless_files(index: FileIndex) -> list[tuple[str, str]]:
    """The files without a word in them, as path and key."""
    words = np.bincount(index.chunk_files, minlength=len(index.paths))
    return [(index.paths[file], index.keys[file]) for file in np.flatnonzero(words == 0)]
