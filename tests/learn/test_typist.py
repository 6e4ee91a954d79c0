"""The simulated typist counts as a person would, and the lines are the same each time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.completion.suggestion import CursorPlace
from bot.learning.split_corpus import FileSpan
from tests.learn.benchmarks.completion_tables import (
    TYPING_COLUMNS,
    list_latency_rows,
    list_typing_rows,
)
from tests.learn.benchmarks.latency import measure_latency
from tests.learn.benchmarks.typist import Line, choose_lines, type_lines
from tests.learn.benchmarks.word_completion import complete_word
from tests.learn.letter_counts import LetterCounts
from tests.learn.text_folder import write_texts

LINE = Line("a.py", "x = 1\n", "return value + 1", "\n    y = 2\n", 7)


@pytest.mark.parametrize(
    ("texts", "keys", "wrong"),
    [
        ((), 16, 0),
        (("return value + 1",), 1, 0),
        (("return value - 2",), 6, 0),
        (("raise Wrong", "return value"), 6, 0),
        (("raise Wrong",), 16, 1),
        (("return value + 1\n    y = 2",), 1, 0),
    ],
)
def test_keys_are_counted(texts, keys, wrong):
    """A right suggestion takes a key, its right words a key each, another suggestion its place."""
    typing = type_lines([LINE], lambda place: texts if place.before == LINE.before else ())

    assert (keys, wrong) == (typing.keys, typing.wrong)


def test_exact_lines_are_counted():
    """The first suggestion that is the whole line counts, and so does the rest of it."""
    shown = {LINE.before: ["return value + 1\nmore"], f"{LINE.before}return ": ["value + 1"]}
    typing = type_lines([LINE] * 2, lambda place: shown.get(place.before, []))

    assert (2, 2, 2) == (typing.lines, typing.whole_lines, typing.rests)


def test_words_of_the_file_are_completed_nearest_first():
    """What editors have built in knows the words above, the nearest first, and no other."""
    before = "order = first\norders = second\n"

    assert ["ders", "der"] == list(complete_word(CursorPlace("a.py", f"{before}or")))
    assert [] == list(complete_word(CursorPlace("a.py", before)))
    assert [] == list(complete_word(CursorPlace("a.py", f"{before}zebra")))


@pytest.fixture
def spans(tmp_path) -> list[FileSpan]:
    """Three small files of a repository."""
    texts = ["a = 11\n\n  b = 22\n", "\n\n", "def f():\n    pass\n"]
    (repository,) = write_texts(tmp_path, {"r": texts})
    return [FileSpan(repository, *ends) for ends in pairwise(repository.read_starts().tolist())]


def test_lines_are_the_same_for_a_seed(spans):
    """A line of each file that has one is chosen, without its indentation, the same each time."""
    lines = choose_lines(spans)

    assert lines == choose_lines(spans)
    assert 2 == len(lines)
    assert all(line.text == line.text.strip() for line in lines)


def test_latency_is_told_apart(spans):
    """How long opening a file takes and how long the next key does are two figures."""
    measured = measure_latency(LetterCounts("a = 1\n"), choose_lines(spans))

    assert ["open", "next key"] == list(measured)
    assert 2 == measured["open"].count
    assert all(0 < each.p50_ms <= each.p95_ms for each in measured.values())


def test_tables_compare_with_what_editors_have(spans):
    """The rows say what each completion saves, against words of the open file, and how long it takes."""
    models = {"letters": LetterCounts("a = 1\n")}
    lines = choose_lines(spans)
    typing = list(list_typing_rows(models, lines))

    assert ["letters", "words of the open file"] == [row[0] for row in typing]
    assert ["open", "next key"] == [row[1] for row in list_latency_rows(models, lines)]
    assert {len(TYPING_COLUMNS)} == {len(row) for row in typing}
