"""How big the network is, and how it is trained: two presets."""

from __future__ import annotations

from dataclasses import dataclass

from bot.corpus.alphabet import ALPHABET

WINDOW = 100  # characters that it is trained on at a time
BEFORE_FILE = ALPHABET.index("\n")  # what the network has read before a file's first character
MOST_LAYERS, MOST_UNITS = 8, 4096  # more is no network of ours


@dataclass(frozen=True, slots=True)
class Shape:
    """Layers of LSTM units over learnt vectors of the characters."""

    layers: int
    units: int
    dropout: float
    embedding: int = 64


@dataclass(frozen=True, slots=True)
class Course:
    """How a network is trained. A step learns from one batch of windows."""

    shape: Shape
    batch: int  # windows
    rate: float  # of learning, at its highest
    minutes: float
    most_steps: int | None = None
    seed: int = 1
    steps_to_warm: int = 100  # while the learning rate rises
    steps_a_round: int = 200  # after each round it is judged, and its learning rate set
    patience: int = 5  # rounds without a better judgement
    judged_windows: int = 640

    def compute_rate(self, step: int, elapsed_s: float) -> float:
        """Compute the learning rate: first it rises, then it falls in a line to a 50th."""
        spent = elapsed_s / (60 * self.minutes)
        if self.most_steps:
            spent = max(spent, step / self.most_steps)
        return self.rate * min(1.0, (step + 1) / self.steps_to_warm) * max(1.0 - spent, 0.02)


PRESETS = {
    # In so few minutes no character is seen often enough to be learnt by heart: no dropout.
    "small": Course(
        Shape(layers=1, units=256, dropout=0.0), batch=32, rate=4e-3, minutes=10, steps_a_round=400
    ),
    "whole": Course(
        Shape(layers=4, units=512, dropout=0.2, embedding=100), batch=512, rate=2e-3, minutes=600
    ),
}
