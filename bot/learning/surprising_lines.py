"""Rank the new lines of a change by how surprising they are beside the old lines of their file."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from bot.learning.line_bits import LineBits, LineModel
from bot.values.surprise import SurprisingLine

FEWEST_NEW = 10  # lines, below which whoever reviews sees them all anyway
FEWEST_OLD = 20  # lines of a file, below which those of all changed files are its measure
LENGTH_SPREAD = 0.35  # how unlike in length compared lines are, as a logarithm
STEADY_BITS = 0.2  # added to the spread of the usual bits, so that a few like lines do not decide
LEAST_WEIGHT = 1e-9  # of a compared line: one unlike all others in length is compared with all
LEAST_SPREADS = 1.0  # above the usual bits: a line below is nothing to look at
LEAST_BITS = 4.0  # a guess of one in sixteen: below it, a line is only less dull than dull ones


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A new line, with how many spreads it is above the usual bits of such lines."""

    line: LineBits
    usual_bits: float
    spreads: float

    @property
    def is_surprising(self) -> bool:
        """Whether it is worth a look."""
        return self.spreads > LEAST_SPREADS and self.line.bits > LEAST_BITS


def rank_surprising(
    texts: Mapping[str, str],
    code_lines: Mapping[str, Collection[int]],
    new_lines: Mapping[str, Collection[int]],
    around: Iterable[str],
) -> tuple[SurprisingLine, ...]:
    """Rank the new lines that are more surprising than usual, the most surprising first.

    `texts` are the changed files as the change leaves them, `around` the other files of the
    repository. Nothing is read where there are too few new lines of code for a choice.
    """
    count = sum(len(set(numbers) & set(code_lines[path])) for path, numbers in new_lines.items())
    if count < FEWEST_NEW:
        return ()
    model = LineModel(texts)
    for text in around:
        model.read(text)
    lines = [line for line in model.list_lines() if line.line in code_lines[line.path]]
    ranked = [each for each in _rank_new(lines, new_lines) if each.is_surprising]
    ranked.sort(key=attrgetter("spreads"), reverse=True)
    split = {path: text.replace("\r\n", "\n").split("\n") for path, text in texts.items()}
    return tuple(_make_value(each, split[each.line.path]) for each in ranked)


def _rank_new(
    lines: Sequence[LineBits], new_lines: Mapping[str, Collection[int]]
) -> Iterator[_Ranked]:
    """Compare each new line with the old ones of its file; those of all files where it has few."""
    new = [line for line in lines if line.line in new_lines[line.path]]
    old = [line for line in lines if line.line not in new_lines[line.path]]
    usual = _UsualBits(old if len(old) >= FEWEST_OLD else lines)
    usual_of_files = {}
    for path in new_lines:
        own = [line for line in old if line.path == path]
        usual_of_files[path] = _UsualBits(own) if len(own) >= FEWEST_OLD else usual
    for line in new:
        yield usual_of_files[line.path].rank(line)


class _UsualBits:
    """What some lines take to foretell, by their length."""

    def __init__(self, lines: Sequence[LineBits]) -> None:
        self._lengths = np.log([line.characters for line in lines])
        self._bits = np.array([line.bits for line in lines])

    def rank(self, line: LineBits) -> _Ranked:
        """Compare a line with those of about its length."""
        distances = (self._lengths - np.log(line.characters)) / LENGTH_SPREAD
        weights = np.exp(-0.5 * distances**2) + LEAST_WEIGHT
        usual = float(np.average(self._bits, weights=weights))
        variance = float(np.average((self._bits - usual) ** 2, weights=weights))
        spreads = (line.bits - usual) / (math.sqrt(variance) + STEADY_BITS)
        return _Ranked(line, usual, spreads)


def _make_value(ranked: _Ranked, lines: Sequence[str]) -> SurprisingLine:
    line = ranked.line
    text = lines[line.line - 1].strip()
    bits, usual_bits = round(line.bits, 2), round(ranked.usual_bits, 2)
    return SurprisingLine(line.path, line.line, text, line.column, bits, usual_bits)
