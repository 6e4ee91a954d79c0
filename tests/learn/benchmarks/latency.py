"""How long a suggestion takes: at the next key, and when a file is opened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.completion.suggest import Suggester
from bot.completion.suggestion import CursorPlace
from bot.learning.character_model import CharacterModel
from tests.learn.benchmarks.typist import Line

KEYS = 12  # typed in each file
PATIENCE_S = 40


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one kind of request: in the middle, and of the slowest twentieth."""

    count: int
    p50_ms: float
    p95_ms: float


def measure_latency(
    model: CharacterModel, lines: Sequence[Line], patience_s: float = PATIENCE_S
) -> dict[str, Latency]:
    """Measure on files at whose lines somebody opens them and types: "open" and "next key"."""
    suggester = Suggester(model)
    opened: list[float] = []
    typed: list[float] = []
    deadline = time.perf_counter() + patience_s
    for line in lines:
        if time.perf_counter() > deadline:
            break
        first, *others = _time_keys(suggester, line)
        opened.append(first)
        typed += others
    return {"open": _summarise(opened), "next key": _summarise(typed)}


def _time_keys(suggester: Suggester, line: Line) -> Iterator[float]:
    for count in range(min(KEYS, len(line.text)) + 1):
        began = time.perf_counter()
        suggester.suggest(CursorPlace(line.path, line.before + line.text[:count]))
        yield (time.perf_counter() - began) * 1000


def _summarise(times_ms: Sequence[float]) -> Latency:
    p50, p95 = np.percentile(times_ms, [50, 95])
    return Latency(len(times_ms), float(p50), float(p95))
