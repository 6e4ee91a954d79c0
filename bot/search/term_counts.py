"""Here lives the counting of terms in many documents: each word is split once, and the sums are
done by arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.search.postings import Numbers, Postings, hashed, postings
from bot.search.terms import split_terms

# Bytes, because decoding every file costs more than finding its words; what is not ASCII is split
# when first met.
WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
BATCH_WORDS = 400_000
Wide = NDArray[np.uint64]


class Tally:
    """Documents go in, postings come out. A document is a sequence of texts with what one word in
    each counts.
    """

    def __init__(self) -> None:
        self._words = _Words()
        self._ids: list[int] = []
        self._sizes: list[int] = []
        self._done: list[tuple[Wide, Numbers]] = []
        self._first = 0
        self.lengths: list[int] = []

    def add(self, text: bytes, marks: Sequence[str] = ()) -> None:
        """One more document: its words, and marks, which are terms as they stand."""
        self._ids.extend(map(self._words.__getitem__, found := WORD.findall(text)))
        self._ids.extend(map(self._words.mark, marks))
        self._sizes.append(len(found) + len(marks))
        self.lengths.append(len(found))
        if len(self._ids) > BATCH_WORDS:
            self._flush()

    def postings(self) -> Postings:
        self._flush()
        keys = np.concatenate([keys for keys, _ in self._done])
        counts = np.concatenate([counts for _, counts in self._done])
        hashes = np.fromiter(map(hashed, self._words.terms), np.uint64, len(self._words.terms))
        return postings(
            hashes[(keys >> 32).astype(np.int64)], (keys & 0xFFFFFFFF).astype(np.uint32), counts
        )

    def _flush(self) -> None:
        documents = np.repeat(
            np.arange(self._first, len(self.lengths), dtype=np.uint64), self._sizes
        )
        words = np.array(self._ids, dtype=np.uint64)
        self._done.append(
            self._words.counted(*np.unique(documents << np.uint64(32) | words, return_counts=True))
        )
        self._first = len(self.lengths)
        self._ids.clear()
        self._sizes.clear()


class _Words(dict[bytes, int]):
    """Each word's number, and the numbers of the terms that it is split into."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}
        self._flat: list[int] = []
        self._starts = [0]

    def __missing__(self, word: bytes) -> int:
        return self._new(word, split_terms(word.decode("utf-8", "replace")))

    def mark(self, mark: str) -> int:
        """The number of a term that is not split."""
        known = self.get(mark.encode())
        return self._new(mark.encode(), [mark]) if known is None else known

    def _new(self, word: bytes, found: Iterable[str]) -> int:
        for term in found:
            self._flat.append(self.terms.setdefault(term, len(self.terms)))
        self._starts.append(len(self._flat))
        self[word] = number = len(self)
        return number

    def counted(self, pairs: Wide, counts: NDArray[np.int64]) -> tuple[Wide, Numbers]:
        """From (document, word) pairs to (term, document) pairs, sorted, each once."""
        words = (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
        starts = np.array(self._starts, dtype=np.int64)
        sizes = np.diff(starts)[words]
        ends = np.cumsum(sizes)
        inside = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
        found = np.array(self._flat, dtype=np.uint64)[np.repeat(starts[words], sizes) + inside]
        keys = found << np.uint64(32) | np.repeat(pairs >> np.uint64(32), sizes)
        order = np.argsort(keys, kind="stable")
        firsts = np.flatnonzero(np.diff(keys[order], prepend=np.uint64(2**64 - 1)))
        every = np.repeat(counts, sizes)[order]
        return keys[order][firsts], np.add.reduceat(every, firsts).astype(np.uint32) if len(
            firsts
        ) else every.astype(np.uint32)


def counted(texts: Sequence[bytes]) -> tuple[Postings, Numbers]:
    """The postings of these texts, and their lengths in words."""
    tally = Tally()
    for text in texts:
        tally.add(text)
    return tally.postings(), np.array(tally.lengths, dtype=np.uint32)
