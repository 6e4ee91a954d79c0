"""Count terms in many documents: each distinct word is split once, and arrays do the sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.search.postings import Numbers, Postings, build_postings, hash_terms
from bot.search.terms import split_terms, split_word

# Bytes, because decoding every file costs more than finding its words; a word that is not ASCII is
# split when it is first met.
WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
BATCH_WORDS = 400_000
ID_BITS = np.uint64(32)
ID_MASK = np.uint64(0xFFFFFFFF)
# Each number is a pair of 32-bit ids: a document or a term above, a word or a document below.
Pairs = NDArray[np.uint64]


class TermCounter:
    """Builds postings: call add() for each document, then postings()."""

    def __init__(self) -> None:
        """Begin without documents."""
        self._vocabulary = _Vocabulary()
        self._word_ids: list[int] = []
        self._sizes: list[int] = []
        self._batches: list[tuple[Pairs, Numbers]] = []
        self._batch_start = 0
        self.lengths: list[int] = []

    def add(self, text: bytes, whole_terms: Sequence[str] = ()) -> None:
        """Add a document: its words, and terms that are not split."""
        words = WORD.findall(text)
        self._word_ids.extend(map(self._vocabulary.__getitem__, words))
        self._word_ids.extend(map(self._vocabulary.add_whole, whole_terms))
        self._sizes.append(len(words) + len(whole_terms))
        self.lengths.append(len(words))
        if len(self._word_ids) > BATCH_WORDS:
            self._flush()

    def postings(self) -> Postings:
        """Return the postings of all documents."""
        self._flush()
        pairs = np.concatenate([pairs for pairs, _ in self._batches])
        counts = np.concatenate([counts for _, counts in self._batches])
        terms = self._vocabulary.terms
        hashes = hash_terms(terms)
        documents = (pairs & ID_MASK).astype(np.uint32)
        return build_postings(hashes[(pairs >> ID_BITS).astype(np.int64)], documents, counts)

    def _flush(self) -> None:
        numbers = np.arange(self._batch_start, len(self.lengths), dtype=np.uint64)
        documents = np.repeat(numbers, self._sizes)
        words = np.array(self._word_ids, dtype=np.uint64)
        pairs, counts = count_equal(documents << ID_BITS | words)
        self._batches.append(self._vocabulary.count_terms(pairs, counts))
        self._batch_start = len(self.lengths)
        self._word_ids.clear()
        self._sizes.clear()


def count_equal(pairs: Pairs) -> tuple[Pairs, NDArray[np.int64]]:
    """Sort the pairs, each once, and count how often it was there.

    As `np.unique` does it, in a third of the time: documents come in order, which a stable sort
    makes use of.
    """
    ordered = np.sort(pairs, kind="stable")
    firsts = np.flatnonzero(np.diff(ordered, prepend=np.uint64(2**64 - 1)))
    return ordered[firsts], np.diff(firsts, append=len(ordered))


class _Vocabulary(dict[bytes, int]):
    """The id of each word, and for each id the ids of the terms that the word is split into."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}
        self._term_ids: list[int] = []  # of all words, one word after the other
        self._starts = [0]

    def __missing__(self, word: bytes) -> int:
        text = word.decode("utf-8", "replace")
        return self._add(word, split_word(text) if text.isascii() else split_terms(text))

    def add_whole(self, term: str) -> int:
        """Return the id of a term that is not split."""
        known = self.get(term.encode())
        return self._add(term.encode(), [term]) if known is None else known

    def _add(self, word: bytes, terms: Iterable[str]) -> int:
        for term in terms:
            self._term_ids.append(self.terms.setdefault(term, len(self.terms)))
        self._starts.append(len(self._term_ids))
        self[word] = number = len(self)
        return number

    def count_terms(self, pairs: Pairs, counts: NDArray[np.int64]) -> tuple[Pairs, Numbers]:
        """Turn counted (document, word) pairs into (term, document) pairs, sorted, each once."""
        words = (pairs & ID_MASK).astype(np.int64)
        starts = np.array(self._starts, dtype=np.int64)
        sizes = np.diff(starts)[words]
        ends = np.cumsum(sizes)
        within_word = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
        term_places = np.repeat(starts[words], sizes) + within_word
        terms = np.array(self._term_ids, dtype=np.uint64)[term_places]
        keys = terms << ID_BITS | np.repeat(pairs >> ID_BITS, sizes)
        order = np.argsort(keys, kind="stable")
        firsts = np.flatnonzero(np.diff(keys[order], prepend=np.uint64(2**64 - 1)))
        ordered_counts = np.repeat(counts, sizes)[order]
        if not len(firsts):  # which reduceat refuses
            return keys, ordered_counts.astype(np.uint32)
        return keys[order][firsts], np.add.reduceat(ordered_counts, firsts).astype(np.uint32)


def count_terms(texts: Sequence[bytes]) -> tuple[Postings, Numbers]:
    """Return the postings of these texts, and their lengths in words."""
    counter = TermCounter()
    for text in texts:
        counter.add(text)
    return counter.postings(), np.array(counter.lengths, dtype=np.uint32)
