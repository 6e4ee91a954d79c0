"""Measure how well a model foretells files that it has not learnt from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Protocol, runtime_checkable

import numpy as np

from bot.corpus.alphabet import Codes
from bot.learning.character_model import Bits, CharacterModel
from bot.learning.split_corpus import FileSpan

JUDGED_CHARACTERS = 300_000  # enough that two halves of them differ by a hundredth of a bit
FILES_AT_A_TIME = 32  # states asked in one batch, one of each file
NOTHING = np.zeros(0, np.uint8)


@runtime_checkable
class MeasuresTexts(Protocol):
    """A model that knows a faster way through a whole file than one character after the other."""

    def compute_text_bits(self, codes: Codes) -> Bits:
        """Compute the bits of each character of a file that is read from its beginning."""


def measure_bits(
    model: CharacterModel[Any], spans: Sequence[FileSpan], most_characters: int
) -> float:
    """Measure a model's bits per character on files, each read from its beginning.

    What is foretold is judged before it is read, so a cache has learnt from what stands before it
    alone. Files are taken in turn until there are `most_characters`; the last one may be cut.
    """
    files = list(take_files(spans, most_characters))
    if isinstance(model, MeasuresTexts):
        bits = [model.compute_text_bits(codes) for codes in files]
    else:
        bits = list(measure_by_characters(model, files))
    characters = sum(map(len, files))
    return sum(float(np.sum(part, dtype=np.float64)) for part in bits) / max(characters, 1)


def take_files(spans: Sequence[FileSpan], most_characters: int) -> Iterator[Codes]:
    """Take files evenly from all of them, until there are enough characters."""
    left = most_characters
    for span in _spread(spans):
        codes = np.asarray(span.read_codes()[:left])
        left -= len(codes)
        if not len(codes):
            return
        yield codes


def _spread(spans: Sequence[FileSpan]) -> Iterator[FileSpan]:
    """Order files so that any beginning of them is spread over all: by steps of golden ratio."""
    order = sorted(range(len(spans)), key=lambda place: place * 0.6180339887498949 % 1)
    return (spans[place] for place in order)


def measure_by_characters(model: CharacterModel[Any], files: Sequence[Codes]) -> Iterator[Bits]:
    """Compute the bits of each file's characters, reading one after the other, as any model can."""
    waiting = iter(files)
    while batch := list(islice(waiting, FILES_AT_A_TIME)):
        yield from _measure_batch(model, batch)


def _measure_batch(model: CharacterModel[Any], files: Sequence[Codes]) -> list[Bits]:
    bits = [np.zeros(len(codes), np.float32) for codes in files]
    states = [model.begin(NOTHING) for _codes in files]
    for place in range(max(map(len, files))):
        live = [number for number, codes in enumerate(files) if place < len(codes)]
        rows = model.compute_bits([states[number] for number in live])
        for number, row in zip(live, rows, strict=True):
            code = files[number][place : place + 1]
            bits[number][place] = row[code[0]]
            states[number] = model.read(states[number], code)
    return bits
