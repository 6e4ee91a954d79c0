"""Bits per character: of any model, on files that are chosen evenly and read from their beginning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.corpus.alphabet import encode_text
from bot.learning.measure_bits import FILES_AT_A_TIME, measure_bits, take_files
from bot.learning.split_corpus import FileSpan, split_corpus
from tests.learn.letter_counts import LetterCounts
from tests.learn.python_sources import draw_source
from tests.learn.text_folder import write_texts


@pytest.fixture
def spans(tmp_path: Path) -> list[FileSpan]:
    """More files than are measured at a time, of different lengths."""
    texts = [draw_source(number)[: 20 + number] for number in range(FILES_AT_A_TIME + 9)]
    split = split_corpus(write_texts(tmp_path, {"acme/site": texts}))
    return sorted([*split.training, *split.held_out], key=lambda span: span.start)


def test_any_model_is_measured_character_by_character(spans: list[FileSpan]) -> None:
    """The measure is the mean of what the model says of each character, before it reads it."""
    model = LetterCounts(draw_source(99))
    total = 0.0
    for span in spans:
        state = model.begin(encode_text(""))
        for code in span.read_codes().tolist():
            total += float(model.compute_bits([state])[0, code])
            state = model.read(state, np.array([code], np.uint8))
    characters = sum(span.end - span.start for span in spans)

    assert measure_bits(model, spans, 10**9) == pytest.approx(total / characters, rel=1e-5)


def test_characters_are_taken_from_files_all_over(spans: list[FileSpan]) -> None:
    """So many characters are taken as are asked for, and from the whole list of files."""
    taken = list(take_files(spans, 200))
    texts = [span.read_codes().tobytes() for span in spans]
    places = [texts.index(codes.tobytes()) for codes in taken[:-1]]

    assert sum(map(len, taken)) == 200
    assert min(places) < len(spans) / 2 < max(places)


def test_no_files_have_no_bits() -> None:
    """Where nothing is to be measured, nothing is divided by."""
    assert measure_bits(LetterCounts("x"), [], 100) == 0
