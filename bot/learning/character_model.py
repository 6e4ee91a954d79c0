"""What a model of code is asked while somebody types: which character comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import Codes

State = TypeVar("State")
Bits = NDArray[np.float32]


class CharacterModel(Protocol[State]):
    """A model that has read some text and tells what may follow.

    A state stands for the text read so far; nothing changes it. Many are kept at a time: one for
    each place of a text that somebody comes back to, and for each beam of a search.
    """

    name: str
    reach: int  # how many characters before a place are worth reading, when nothing is read yet
    piece: int  # how many of them are read before it is asked whether anybody still waits

    def begin(self, after: Codes) -> State:
        """Make the state before a file's first character.

        `after` is what stands behind the place that is completed, empty where nothing does: a
        model may learn from it as from what it reads, or look at none of it.
        """

    def read(self, state: State, codes: Codes) -> State:
        """Read further text of the file. A model with a cache of the open file learns from it."""

    def advance(self, states: Sequence[State], codes: Sequence[int]) -> list[State]:
        """Read one more character in each of several states, in one batch, learning nothing."""

    def compute_bits(self, states: Sequence[State]) -> Bits:
        """Compute -log2 of the probability of each character next: a row of 100 for each state."""
