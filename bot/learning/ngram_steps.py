"""The arithmetic of interpolation: from the shortest context to the longest, step by step.

Each step takes a discount off every count of its context, and spreads what was taken off, and a
little more, by the distribution of the steps before it (modified Kneser-Ney discounts by Chen and
Goodman, with the strength of Pitman and Yor). Steps of the corpus and of the open file alternate,
so a long context in the corpus weighs more than a short one in the file, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import ALPHABET
from bot.learning.ngram_table import Followers

Floats = NDArray[np.float64]
CHARACTERS = len(ALPHABET)


@dataclass(frozen=True, slots=True)
class InterpolationStep:
    """One context length of one source, and how far its counts are believed."""

    cached: bool  # counted in the open file, not in the corpus
    order: int
    discounts: tuple[float, float, float]  # of a count of one, of two, and of more
    strength: float  # counts that the steps before are worth, beside what was taken off


@dataclass(frozen=True)
class Interpolation:
    """Steps, from the shortest context to the longest."""

    steps: tuple[InterpolationStep, ...]

    @cached_property
    def _discounts(self) -> Floats:
        return np.array([(0.0, *step.discounts) for step in self.steps])

    @cached_property
    def _strengths(self) -> Floats:
        return np.array([step.strength for step in self.steps])

    def list_orders(self, *, cached: bool) -> tuple[int, ...]:
        """List the orders of a source, ascending."""
        return tuple(step.order for step in self.steps if step.cached is cached)

    def list_places(self, *, cached: bool) -> NDArray[np.int64]:
        """List where the steps of a source stand among all."""
        places = [place for place, step in enumerate(self.steps) if step.cached is cached]
        return np.array(places, np.int64)

    def mix_all(self, followers: Followers, states: int) -> Floats:
        """Compute the probabilities of all characters in several states.

        The rows of the followers number states and, within each, steps; what is there twice adds.
        """
        shape = (states, len(self.steps))
        size = states * len(self.steps)
        rows, cells, counts = _add_up(followers, size)
        taken = self._discounts[rows % len(self.steps), np.minimum(counts, 3).astype(np.int64)]
        spread = sum_rows(rows, taken, size).reshape(shape) + self._strengths
        totals = sum_rows(rows, counts, size).reshape(shape) + self._strengths
        kept = np.zeros((*shape, CHARACTERS))
        kept.reshape(-1)[cells] = counts - taken
        return _chain(kept, spread, totals)

    def mix_own(self, tallies: Sequence[Tally]) -> Floats:
        """Compute the probability of the character that came, at many places; a tally a step."""
        mixed = np.full(len(tallies[0].own), 1 / CHARACTERS)
        for step, tally in zip(self.steps, tallies, strict=True):
            first, second, more = step.discounts
            taken = np.array([0.0, *step.discounts])[np.minimum(tally.own, 3).astype(np.int64)]
            spread = first * tally.ones + second * tally.twos + more * tally.more + step.strength
            mixed = (tally.own - taken + spread * mixed) / (tally.total + step.strength)
        return mixed


@dataclass(frozen=True, slots=True)
class Tally:
    """At many places of a text, the counts behind their contexts: what a step needs of them."""

    own: Floats  # of the character that came
    total: Floats  # of all characters together
    ones: Floats  # how many characters have a count of one,
    twos: Floats  # of two,
    more: Floats  # of more


def sum_rows(rows: NDArray[np.int64], amounts: NDArray[Any], size: int) -> Floats:
    """Sum the amounts of each row of `size`."""
    return np.bincount(rows, amounts, size).astype(np.float64, copy=False)


def _add_up(followers: Followers, rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Add up the counts of each row and character: rows, cells, counts."""
    every_cell = followers.rows * CHARACTERS + followers.codes
    sums = sum_rows(every_cell, followers.counts, rows * CHARACTERS)
    cells = np.flatnonzero(sums).astype(np.int64)
    return cells // CHARACTERS, cells, sums[cells]


def _chain(kept: Floats, spread: Floats, totals: Floats) -> Floats:
    """Spread each step's rest over the steps before it.

    A step's share of the end is what all steps behind it leave: so one product does for all.
    """
    left = np.cumprod((spread / totals)[:, ::-1], axis=1)[:, ::-1]
    behind = np.concatenate([left[:, 1:], np.ones((len(left), 1))], axis=1)
    shares = behind / totals
    mixed: Floats = (shares[:, np.newaxis, :] @ kept)[:, 0, :]
    return mixed + left[:, :1] / CHARACTERS
