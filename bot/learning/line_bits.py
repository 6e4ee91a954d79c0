"""Tell how surprising each line of some files is, to a model of all the code around it.

The model is an n-gram of characters that knows everything but the line itself: the other files, and
the other lines of its own. So a line that was there before and one that is new are judged alike; a
model that had learnt the old lines would find nothing but the new ones surprising.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import ALPHABET, Codes, encode_text
from bot.learning.ngram_keys import Hashes, hash_contexts, make_keys

ORDER = 9  # characters, the last of which is foretold
TRUST = 3.0  # in the shorter context, in roots of how often the longer one was seen
LINE_STEP = np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio: keeps lines apart
RUN = 6  # characters, the end of the line among them
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LineBits:
    """What the least expected characters of a line take to foretell, in bits per character.

    They are a few in a row: a slip is short, and in a mean over the whole line it would be lost.
    """

    path: str
    line: int  # from 1
    characters: int  # without its indentation and its end
    column: int  # where the least expected ones begin, from 0 behind the indentation
    bits: float


class LineModel:
    """The model of some texts, which reads the code around them file by file.

    It keeps only what these texts ask for, so its size does not grow with what it reads.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Read the texts that are to be judged: one at least."""
        self._paths = list(texts)
        self._files = [encode_text(_end_lines_as_git(text)) for text in texts.values()]
        self._codes: Codes = np.concatenate(self._files)
        self._hashes = _hash_grams(self._codes)
        uniques = [np.unique(hashes, return_counts=True) for hashes in self._hashes]
        self._known = [values for values, _ in uniques]
        self._counts: list[Counts] = [counts.astype(np.int64) for _, counts in uniques]
        self._characters = len(self._codes)

    def read(self, text: str) -> None:
        """Read a file of the code around them."""
        codes = encode_text(text)
        self._characters += len(codes)
        ends = np.arange(len(codes))  # of grams that are asked for: none longer ends elsewhere
        for order, all_hashes in enumerate(_hash_grams(codes)):
            places, is_known = self._find_known(order, all_hashes[ends])
            counts = np.bincount(places[is_known], minlength=len(self._known[order]))
            self._counts[order] += counts
            ends = ends[is_known]

    def list_lines(self) -> Iterator[LineBits]:
        """List the bits of each line that is not blank, file by file."""
        bits = self._compute_bits()
        start = 0
        for path, codes in zip(self._paths, self._files, strict=True):
            yield from _list_lines(path, codes, bits[start : start + len(codes)])
            start += len(codes)

    @cached_property
    def _lines(self) -> Counts:
        """The number of the line that each character stands in, over all files."""
        ends = self._codes == ALPHABET.index("\n")
        lines: Counts = np.cumsum(ends) - ends
        return lines

    def _compute_bits(self) -> Floats:
        """Compute -log2 of the probability of each character, from no context to the longest."""
        chances = np.full(len(self._codes), 1 / len(ALPHABET))
        totals = self._characters - np.bincount(self._lines)[self._lines]
        for order in range(ORDER):
            hashes = self._hashes[order]
            counts = self._count_elsewhere(order, hashes)
            totals = np.maximum(totals, counts)
            weights = TRUST * np.sqrt(totals) + 1
            chances = (counts + weights * chances) / (totals + weights)
            # Of the context before each; the very first character has none, and is lent the last.
            totals = self._count_elsewhere(order, np.roll(hashes, 1))
        bits: Floats = -np.log2(chances)
        return bits

    def _count_elsewhere(self, order: int, hashes: Hashes) -> Counts:
        """Count how often each gram stands outside of the line that asks for it."""
        places, is_known = self._find_known(order, hashes)
        counts = np.where(is_known, self._counts[order][places], 0)
        inside = hashes + self._lines.astype(np.uint64) * LINE_STEP
        _, inverse, repeats = np.unique(inside, return_inverse=True, return_counts=True)
        elsewhere: Counts = np.maximum(counts - repeats[inverse], 0)
        return elsewhere

    def _find_known(self, order: int, hashes: Hashes) -> tuple[Counts, NDArray[np.bool_]]:
        """Find where each gram would stand among those that are asked for, and whether it does."""
        known = self._known[order]
        places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        return places, known[places] == hashes


def _end_lines_as_git(text: str) -> str:
    """Let line feeds alone end lines, the last one too: places are told as git counts them."""
    return text.replace("\r\n", "\n").replace("\r", " ").rstrip("\n") + "\n"


def _hash_grams(codes: Codes) -> list[Hashes]:
    """Hash the grams of each order that end at each character."""
    return [make_keys(contexts, codes) for contexts in hash_contexts(codes, range(ORDER))]


def _list_lines(path: str, codes: Codes, bits: Floats) -> Iterator[LineBits]:
    start = 0
    for number, end in enumerate(np.flatnonzero(codes == ALPHABET.index("\n")).tolist(), 1):
        first = start + _count_blanks(codes[start:end].tolist())
        if first < end:
            column, mean = _find_run(bits[first : end + 1])
            yield LineBits(path, number, end - first, column, mean)
        start = end + 1


def _find_run(bits: Floats) -> tuple[int, float]:
    """Find where the most surprising few characters begin, and their mean."""
    length = min(RUN, len(bits))
    sums = np.concatenate([np.zeros(1), np.cumsum(bits)])
    means = (sums[length:] - sums[:-length]) / length
    column = int(means.argmax())
    return column, float(means[column])


def _count_blanks(codes: Sequence[int]) -> int:
    blanks = [ALPHABET.index(blank) for blank in " \t"]
    return next((place for place, code in enumerate(codes) if code not in blanks), len(codes))
