"""The n-gram model of characters, with a cache of the open file. It needs nothing but NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import Codes
from bot.learning.character_model import Bits
from bot.learning.ngram_cache import MOST_CHARACTERS, FileCache, open_file
from bot.learning.ngram_file import read_ngram_file
from bot.learning.ngram_keys import OUTSIDE, Hashes, hash_endings
from bot.learning.ngram_steps import Interpolation
from bot.learning.ngram_table import Followers, NgramTable, join_followers
from bot.learning.ngram_tallies import tally_by_past, tally_by_table


@dataclass(frozen=True, slots=True, eq=False)
class NgramState:
    """What a model has read: the last characters, and what it learnt of the file."""

    ending: bytes
    file: FileCache | None


class NgramModel:
    """Tells the next character by counts of n-grams in a corpus and in the open file."""

    name = "ngram"
    reach = MOST_CHARACTERS
    piece = 1 << 16

    def __init__(self, table: NgramTable, interpolation: Interpolation) -> None:
        self.table = table
        self.interpolation = interpolation
        self._corpus_orders = interpolation.list_orders(cached=False)
        self._cache_orders = interpolation.list_orders(cached=True)
        self._corpus_places = interpolation.list_places(cached=False)
        self._cache_places = interpolation.list_places(cached=True)
        self._orders = np.array([step.order for step in interpolation.steps], np.int64)
        self._longest = max(*self._corpus_orders, *self._cache_orders, 0, 1)

    def begin(self, after: Codes) -> NgramState:
        """Make the state before a file's first character; the cache learns from what is behind."""
        file = open_file(after, self._cache_orders) if self._cache_orders else None
        return NgramState(bytes([OUTSIDE]) * self._longest, file)

    def read(self, state: NgramState, codes: Codes) -> NgramState:
        """Read further text; the cache learns from it."""
        ending = (state.ending + codes.tobytes())[-self._longest :]
        return NgramState(ending, state.file.read(codes) if state.file else None)

    def advance(self, states: Sequence[NgramState], codes: Sequence[int]) -> list[NgramState]:
        """Read one more character in each state. The cache learns nothing."""
        pairs = zip(states, codes, strict=True)
        return [NgramState(state.ending[1:] + bytes([code]), state.file) for state, code in pairs]

    def compute_bits(self, states: Sequence[NgramState]) -> Bits:
        """Compute -log2 of the probability of each character next: a row of 100 for each state."""
        joined = b"".join(state.ending for state in states)
        endings = np.frombuffer(joined, np.uint8).reshape(len(states), self._longest)
        contexts = hash_endings(endings, self._orders)
        followers = [self._ask_corpus(contexts), *self._ask_caches(states, contexts)]
        mixed = self.interpolation.mix_all(join_followers(followers), len(states))
        return (-np.log2(mixed)).astype(np.float32)

    def compute_text_bits(self, codes: Codes) -> Bits:
        """Compute the bits of each character of a file that is read from its beginning.

        The same as reading character by character, for all of them at once. A file that is longer
        than the cache keeps is read in pieces, each as a file of its own.
        """
        pieces = range(0, len(codes), MOST_CHARACTERS)
        bits = [self._measure_piece(codes[start : start + MOST_CHARACTERS]) for start in pieces]
        return np.concatenate([*bits, np.zeros(0, np.float32)])

    def _measure_piece(self, codes: Codes) -> Bits:
        by_corpus = tally_by_table(self.table, codes, self._corpus_orders)
        by_cache = tally_by_past(codes, self._cache_orders)
        steps = self.interpolation.steps
        tallies = [next(by_cache if step.cached else by_corpus) for step in steps]
        return (-np.log2(self.interpolation.mix_own(tallies))).astype(np.float32)

    def _ask_corpus(self, contexts: Hashes) -> Followers:
        followers = self.table.list_followers(contexts[:, self._corpus_places].reshape(-1))
        return self._place(followers, np.arange(len(contexts)), self._corpus_places)

    def _ask_caches(self, states: Sequence[NgramState], contexts: Hashes) -> Iterator[Followers]:
        """Ask each file that the states have read. In a search that is one file."""
        cached = contexts[:, self._cache_places]
        for file in {id(state.file): state.file for state in states}.values():
            if file is not None:
                members = [place for place, state in enumerate(states) if state.file is file]
                for followers in file.list_followers(cached[members].reshape(-1)):
                    yield self._place(followers, np.array(members), self._cache_places)

    def _place(
        self, followers: Followers, states: NDArray[np.int64], places: NDArray[np.int64]
    ) -> Followers:
        """Number the rows by states and all steps, where they were numbered by a source's own."""
        rows = states[:, np.newaxis] * len(self.interpolation.steps) + places
        return Followers(rows.reshape(-1)[followers.rows], followers.codes, followers.counts)


def load_ngram(folder: Path) -> NgramModel:
    """Load the model in a folder. Raises BadModel, with a sentence, where it cannot be used."""
    return NgramModel(*read_ngram_file(folder))


def make_cache_alone(interpolation: Interpolation) -> NgramModel:
    """Make a model that has learnt from no corpus: all it knows is the open file."""
    return NgramModel(NgramTable(np.zeros(0, np.uint64), np.zeros(0, np.uint16)), interpolation)
