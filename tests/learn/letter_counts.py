"""A small model that is learnt in an instant: counts of letters behind the last few."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from bot.corpus.alphabet import ALPHABET, Codes, encode_text
from bot.learning.character_model import Bits

ORDER = 12
START = np.zeros(0, np.uint8).tobytes()


class LetterCounts:
    """Probabilities of the next letter by counts, longer contexts before shorter ones."""

    name = "letters"
    reach = 100_000
    piece = 50_000

    def __init__(self, text: str) -> None:
        self._counts: dict[bytes, Counter[int]] = defaultdict(Counter)
        codes = encode_text(text).tobytes()
        for place, code in enumerate(codes):
            for length in range(min(ORDER, place) + 1):
                self._counts[codes[place - length : place]][code] += 1
        self.characters_read = 0

    def begin(self, after: Codes) -> bytes:
        """Begin with nothing read."""
        return START

    def read(self, state: bytes, codes: Codes) -> bytes:
        """Remember the last letters."""
        self.characters_read += len(codes)
        return (state + codes.tobytes())[-ORDER:]

    def advance(self, states: Sequence[bytes], codes: Sequence[int]) -> list[bytes]:
        """Remember one more. A batch of nothing is refused, as networks do."""
        if not states:
            raise ValueError("an empty batch")
        return [(state + bytes([code]))[-ORDER:] for state, code in zip(states, codes, strict=True)]

    def compute_bits(self, states: Sequence[bytes]) -> Bits:
        """Mix the counts of all lengths, as Witten and Bell do."""
        return np.array([self._compute_row(state) for state in states], np.float32)

    def _compute_row(self, state: bytes) -> list[float]:
        row = np.full(len(ALPHABET), 1 / len(ALPHABET))
        for length in range(len(state) + 1):
            counts = self._counts.get(state[len(state) - length :])
            if counts is None:
                break
            kinds, total = len(counts), counts.total()
            row *= kinds / (kinds + total)
            row[list(counts)] += np.array(list(counts.values())) / (kinds + total)
        return (-np.log2(row)).tolist()
