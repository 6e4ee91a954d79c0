"""The recurrent network as it is asked: by NumPy alone, which starts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import Codes
from bot.learning.character_model import Bits
from bot.learning.lstm.network_file import Weights, read_network
from bot.learning.lstm.shape import BEFORE_FILE, Shape

NETWORK = "model.keras"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LstmState:
    """What the network holds of the text so far: for each layer its output and its cells."""

    layers: Floats  # layers, 2, units


class LstmModel:
    """A model of code by a recurrent network."""

    name = "lstm"
    reach = 1000  # characters; what stands further above moves its predictions no more
    piece = 10  # the largest preset takes milliseconds for each

    def __init__(self, shape: Shape, weights: Weights) -> None:
        embedding, *recurrent, self._ending, self._ending_bias = weights
        self._shape = shape
        halves = _halve_gates(shape.units)
        parts = [recurrent[place : place + 3] for place in range(0, len(recurrent), 3)]
        self._biases = [bias * halves for _, _, bias in parts]
        # What the first layer computes of a character is looked up; the bias is in it.
        self._table = (embedding @ parts[0][0]) * halves + self._biases[0]
        self._first = np.ascontiguousarray(parts[0][1] * halves)
        self._others = [np.vstack([kernel, inner]) * halves for kernel, inner, _ in parts[1:]]

    def begin(self, _after: Codes) -> LstmState:
        """Make the state before a file's first character."""
        empty = LstmState(np.zeros((self._shape.layers, 2, self._shape.units), np.float32))
        return self.advance([empty], [BEFORE_FILE])[0]

    def read(self, state: LstmState, codes: Codes) -> LstmState:
        """Read further text of the file."""
        held = state.layers[None]
        for code in codes[:, None]:
            held = self._step(held, code)
        return LstmState(held[0])

    def advance(self, states: Sequence[LstmState], codes: Sequence[int]) -> list[LstmState]:
        """Read one more character in each of several states, in one batch."""
        held = np.stack([state.layers for state in states])
        return [LstmState(row) for row in self._step(held, np.asarray(codes, np.intp))]

    def compute_bits(self, states: Sequence[LstmState]) -> Bits:
        """Compute -log2 of the probability of each character next."""
        outputs = np.stack([state.layers[-1, 0] for state in states])
        return self._rate(outputs)

    def compute_text_bits(self, codes: Codes) -> Bits:
        """Compute the bits of each character of a file that is read from its beginning."""
        held = self.begin(codes[:0]).layers[None]
        outputs = np.empty((len(codes), self._shape.units), np.float32)
        for place, code in enumerate(codes[:, None]):
            outputs[place] = held[0, -1, 0]
            held = self._step(held, code)
        return self._rate(outputs)[np.arange(len(codes)), codes]

    def _rate(self, outputs: Floats) -> Bits:
        logits = outputs @ self._ending + self._ending_bias
        logits -= logits.max(axis=1, keepdims=True)
        bits: Bits = (np.log(np.exp(logits).sum(axis=1, keepdims=True)) - logits) / np.log(2)
        return bits.astype(np.float32, copy=False)

    def _step(self, held: Floats, codes: NDArray[np.integer]) -> Floats:
        """Compute one step of all layers: batch, layers, 2, units."""
        new = np.empty_like(held)
        gates = self._table[codes] + held[:, 0, 0] @ self._first
        _pass_gates(gates, held[:, 0, 1], new[:, 0])
        for number, weights in enumerate(self._others, 1):
            joined = np.concatenate([new[:, number - 1, 0], held[:, number, 0]], axis=1)
            gates = joined @ weights + self._biases[number]
            _pass_gates(gates, held[:, number, 1], new[:, number])
        return new


def load_lstm(folder: Path) -> LstmModel:
    """Load the network that was learnt into a folder. Raises BadModel."""
    return LstmModel(*read_network(folder / NETWORK))


def _halve_gates(units: int) -> Floats:
    """Make the factors with which one tanh serves all gates: the logistic function of x is half of
    (1 + tanh of half of x).
    """
    factors = np.full(4 * units, 0.5, np.float32)
    factors[2 * units : 3 * units] = 1.0  # what may enter the cells is a tanh itself
    return factors


def _pass_gates(gates: Floats, cells: Floats, new: Floats) -> None:
    """Compute a layer's new output and cells of its gates: input, forget, new content, output."""
    np.tanh(gates, out=gates)
    entering, kept, content, leaving = np.split(gates, 4, axis=1)
    new[:, 1] = 0.5 * ((1 + kept) * cells + (1 + entering) * content)
    new[:, 0] = 0.5 * (1 + leaving) * np.tanh(new[:, 1])
