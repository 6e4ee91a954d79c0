"""Search what may be typed next: many continuations at a time, in one batch of the model's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import ALPHABET, UNKNOWN
from bot.learning.character_model import Bits, CharacterModel, State

NEVER_TYPED = (UNKNOWN, ALPHABET.index("\r"), ALPHABET.index("\x0c"))
LINE_END = "\n"


def _classify(character: str) -> int:
    """Tell which characters go on with a token: those of words, and those of operators."""
    if re.fullmatch(r"\w", character):
        return WORD
    return OPERATOR if character in "=<>!+-*/%&|^~@" else ALONE


WORD, OPERATOR, ALONE = 0, 1, 2
_KINDS = np.array([_classify(character) for character in ALPHABET])
_GOES_ON = np.array([_KINDS == kind if kind != ALONE else _KINDS < 0 for kind in range(3)])


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How wide and how far to search, and below which probability nothing is followed."""

    width: int = 8
    most_characters: int = 80
    most_line_ends: int = 3
    least_probability: float = 0.05


@dataclass(frozen=True, slots=True)
class Draft:
    """What may come next up to the end of a token, and how probable it is that just this does."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class _Beam(Generic[State]):
    text: str
    bits: float
    state: State


def search_drafts(
    model: CharacterModel[State],
    state: State,
    limits: SearchLimits,
    is_stopped: Callable[[], bool],
) -> list[Draft]:
    """Search the probable continuations of what a state has read; what was found when stopped.

    A continuation is followed only while it is as probable as the limits ask, so little is
    searched where the model does not know.
    """
    drafts: list[Draft] = []
    beams = [_Beam("", 0.0, state)]
    for _ in range(limits.most_characters):
        if not beams or is_stopped():
            break
        bits = model.compute_bits([beam.state for beam in beams])
        drafts += _end_tokens(beams, bits, limits)
        beams = _follow(model, beams, bits, limits)
    return drafts


def _end_tokens(beams: Sequence[_Beam[State]], bits: Bits, limits: SearchLimits) -> Iterator[Draft]:
    """Make a draft of each beam whose token probably ends here."""
    for beam, row in zip(beams, bits, strict=True):
        if not beam.text.strip() or beam.text[-1].isspace():
            continue
        goes_on = _GOES_ON[_KINDS[ALPHABET.index(beam.text[-1])]]
        probability = float(2.0**-beam.bits * (1.0 - np.exp2(-row[goes_on]).sum()))
        if probability >= limits.least_probability:
            yield Draft(beam.text, probability)


def _follow(
    model: CharacterModel[State],
    beams: Sequence[_Beam[State]],
    bits: Bits,
    limits: SearchLimits,
) -> list[_Beam[State]]:
    """Follow the most probable continuations by one character."""
    totals = bits + np.array([[beam.bits] for beam in beams], bits.dtype)
    totals[:, NEVER_TYPED] = np.inf
    for number, beam in enumerate(beams):
        if beam.text.count(LINE_END) >= limits.most_line_ends:
            totals[number, ALPHABET.index(LINE_END)] = np.inf
    rows, codes = _choose_best(totals, limits)
    if not rows:
        return []
    states = model.advance([beams[row].state for row in rows], codes)
    return [
        _Beam(beams[row].text + ALPHABET[code], float(totals[row, code]), state)
        for row, code, state in zip(rows, codes, states, strict=True)
    ]


def _choose_best(totals: NDArray[np.float32], limits: SearchLimits) -> tuple[list[int], list[int]]:
    """Choose as many places of the table as the search is wide, the fewest bits first."""
    order = np.argsort(totals, axis=None)[: limits.width]
    kept = order[totals.ravel()[order] <= -np.log2(limits.least_probability)]
    rows, codes = np.divmod(kept, len(ALPHABET))
    return rows.tolist(), codes.tolist()
