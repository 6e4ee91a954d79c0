"""The windows that the network is trained on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bot.corpus.alphabet import decode_codes
from bot.learning.lstm.windows import Windows, shuffle_places
from bot.learning.split_corpus import FileSpan, TooSmall
from tests.learn.text_folder import write_texts


def _list_spans(texts):
    spans = []
    for text in texts:
        starts = text.read_starts().tolist()
        spans += [FileSpan(text, *ends) for ends in pairwise(starts)]
    return spans


@pytest.mark.parametrize("count", [1, 2, 3, 5, 64, 1000, 4097])
def test_every_window_comes_once_in_an_epoch(count):
    """The shuffled order holds each number once, and differs by its keys."""
    keys = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.uint64)

    orders = [shuffle_places(np.arange(count), count, key).tolist() for key in keys]

    assert [list(range(count))] * 2 == [sorted(order) for order in orders]
    assert count < 64 or orders[0] != orders[1]


def test_neighbours_are_shuffled_apart():
    """Windows that follow each other in a file do not follow each other in an epoch."""
    order = shuffle_places(np.arange(10_000), 10_000, np.array([9, 8, 7, 6], np.uint64))

    assert (np.abs(np.diff(order)) < 10).mean() < 0.01


def test_window_holds_what_comes_next(tmp_path):
    """Each character stands beside the next one; before a file stands the end of a line."""
    texts = write_texts(tmp_path, {"a/a": ["x" * 100, "0123456789" * 10]})
    windows = Windows(_list_spans(texts), seed=1)

    inputs, targets = windows.read_batch(0, 2)

    rows = {
        (decode_codes(row), decode_codes(goal)) for row, goal in zip(inputs, targets, strict=True)
    }
    assert rows == {
        ("\n" + "x" * 99, "x" * 100),
        ("\n" + ("0123456789" * 10)[:99], "0123456789" * 10),
    }


def test_repositories_of_one_name_are_read_each_for_itself(tmp_path):
    """A mirror and a clone may have the same name; each window comes from its own text."""
    texts = [
        write_texts(tmp_path / letter, {"a/a": [letter * 150 * length]})[0]
        for length, letter in enumerate("xy", 1)
    ]
    windows = Windows(_list_spans(texts), seed=1)

    _, targets = windows.read_batch(0, windows.count)

    assert [*"x" * 2, *"y" * 3] == sorted(decode_codes(row[:1]) for row in targets)


def test_no_character_of_a_file_is_left_out(tmp_path):
    """An epoch reads a file whole; its last window reaches back to be full."""
    body = "".join(f"{number:05d}" for number in range(50))  # 250 characters
    texts = write_texts(tmp_path, {"a/a": [body, "short"], "b/b": ["y" * 130]})
    windows = Windows(_list_spans(texts), seed=1)

    _, targets = windows.read_batch(0, windows.count)

    rows = {decode_codes(row) for row in targets}
    assert rows == {body[:100], body[100:200], body[150:], "y" * 100}


def test_a_batch_is_the_same_whenever_it_is_read(tmp_path):
    """A step's batch is told by the seed and the step alone; epochs differ."""
    texts = write_texts(tmp_path, {"a/a": ["".join(map(str, range(3000)))]})
    spans = _list_spans(texts)
    windows = Windows(spans, seed=1)
    size = windows.count

    first = [windows.read_batch(step, size)[0] for step in range(3)]
    again = Windows(spans, seed=1).read_batch(2, size)[0]

    assert np.array_equal(first[2], again)
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], Windows(spans, seed=2).read_batch(0, size)[0])


def test_corpus_of_short_files_is_refused(tmp_path):
    """Where no file is as long as a window, a sentence says so."""
    with pytest.raises(TooSmall, match="A network needs files of 100 characters"):
        Windows(_list_spans(write_texts(tmp_path, {"a/a": ["x = 1\n"]})), seed=1)
