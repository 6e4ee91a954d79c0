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

    A state is immutable and small: it stands for the text read so far. Many are kept at a time,
    one for each place of the text that people come back to and for each beam of a search.
    """

    name: str

    def begin(self, file_text: Codes) -> State:
        """Make the state before a file's first character.

        `file_text` is what is open in the editor, around the place that is completed; a model may
        learn from it (a cache), or look at none of it.
        """

    def read(self, state: State, codes: Codes) -> State:
        """Read further text."""

    def advance(self, states: Sequence[State], codes: Sequence[int]) -> list[State]:
        """Read one more character in each of several states, in one batch."""

    def compute_bits(self, states: Sequence[State]) -> Bits:
        """Compute -log2 of the probability of each character next: a row of 100 for each state."""
