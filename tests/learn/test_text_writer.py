"""The kept text of a repository is written whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from bot.corpus.alphabet import UNKNOWN, decode_codes, encode_text
from bot.corpus.repository_text import RepositoryText
from bot.corpus.text_writer import TextFiles, remove_strays, write_text


def test_text_is_read_as_it_was_written(tmp_path):
    """Files stand one after the other, and each begins where its number says."""
    kept = TextFiles.of(tmp_path, "7-c0ffee")
    with write_text(kept) as writer:
        lengths = [writer.add(text) for text in ("x = 1\r\n", "", "é\n")]
    text = RepositoryText("ada/engine", "MIT", "c0ffee", kept.codes, kept.starts)

    assert [6, 0, 2] == lengths
    assert [0, 6, 6, 8] == text.read_starts().tolist()
    assert "x = 1\n\ufffd\n" == decode_codes(text.map_codes())
    assert {kept.codes, kept.starts} == set(tmp_path.iterdir())


def test_nothing_half_written_stays(tmp_path):
    """A failure in the middle leaves what was there before."""
    kept = TextFiles.of(tmp_path, "7-c0ffee")

    with pytest.raises(UnicodeDecodeError), write_text(kept) as writer:
        writer.add(b"x = '\xe9'\n".decode())
    assert [] == list(tmp_path.iterdir())


def test_no_starts_stand_beside_other_codes(tmp_path):
    """Where it ends between its two files, the text is not there at all, and is written again."""
    kept = TextFiles.of(tmp_path, "7-c0ffee")
    with write_text(kept):
        pass
    kept.codes.unlink()
    kept.codes.mkdir()

    with pytest.raises(IsADirectoryError), write_text(kept):
        pass
    assert not kept.starts.exists()


def test_what_a_killed_process_left_is_removed(tmp_path):
    """Half-written files and those of no repository go; other people's files stay."""
    kept = TextFiles.of(tmp_path, "7-c0ffee")
    for name in (kept.codes.name, f"{kept.codes.name}.part", "old.codes", "notes.txt"):
        tmp_path.joinpath(name).touch()
    remove_strays(tmp_path, {kept.codes, kept.starts})

    assert {kept.codes.name, "notes.txt"} == {path.name for path in tmp_path.iterdir()}


def test_every_character_has_a_code():
    """The alphabet's own characters keep theirs, and all others share one, the odd ones too."""
    codes = encode_text("az\t~é\U0001f600\ud800")

    assert np.uint8 == codes.dtype
    assert [UNKNOWN] * 3 == codes[-3:].tolist()
    assert "az\t~" == decode_codes(codes[:4])
    assert 0 == len(encode_text(""))
