"""Which files are held out to judge by."""

from __future__ import annotations

import pytest

from bot.learning.split_corpus import TooSmall, split_corpus
from tests.learn.text_folder import write_texts


def test_a_repository_is_held_out_whole(tmp_path):
    """Of five repositories one at least is kept apart, with all of its files."""
    split = split_corpus(write_texts(tmp_path, {f"a/{number}": ["x", "y"] for number in range(5)}))
    held_out = {span.text.name for span in split.held_out}

    assert "repository" == split.by
    assert 10 == len(split.training) + len(split.held_out)
    assert held_out
    assert not held_out & {span.text.name for span in split.training}


def test_repositories_without_a_file_do_not_count(tmp_path):
    """Where one alone has files, some of its files are held out."""
    empty = {f"a/{number}": [] for number in range(5)}
    split = split_corpus(write_texts(tmp_path, empty | {"a/b": ["x", "y", "z", ""]}))

    assert "file" == split.by
    assert 3 == len(split.training) + len(split.held_out)


def test_one_file_is_too_few(tmp_path):
    """Nothing would be left to judge by."""
    with pytest.raises(TooSmall, match="has 1 file with text"):
        split_corpus(write_texts(tmp_path, {"a/b": ["x", ""]}))
