"""Which of the learnt models serves, and what is said where none can."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.completion.choose_model import NoSuchModel, choose_model
from bot.learning.model_card import BadModel, ModelCard, write_card


def make_model(models, name, bits, kind="ngram"):
    """A folder with the card of a model."""
    folder = models / name
    folder.mkdir(parents=True)
    write_card(ModelCard(kind, bits, "file", 1000, datetime(2026, 11, 30, tzinfo=UTC), ()), folder)
    return folder


def test_fewest_bits_serve(tmp_path):
    """The model serves that needs the fewest bits on held-out files, and the reason says so."""
    make_model(tmp_path, "lstm", 2.25, "lstm")
    make_model(tmp_path, "ngram", 1.75)
    choice = choose_model(tmp_path)

    assert "ngram" == choice.model.name
    assert (
        "ngram, with 1.75 bits per character on held-out files, the fewest: lstm needs 2.25."
    ) == choice.reason


def test_only_model_serves(tmp_path):
    """One model alone is compared with nothing."""
    make_model(tmp_path, "ngram", 1.75)

    assert "ngram, with 1.75 bits per character on held-out files." == choose_model(tmp_path).reason


def test_wanted_model_serves(tmp_path):
    """A model that is named serves, however it did; by its name or its folder."""
    make_model(tmp_path, "ngram", 1.75)
    worse = make_model(tmp_path, "lstm", 2.25, "lstm")
    elsewhere = make_model(tmp_path / "elsewhere", "mine", 3.0)

    assert worse == choose_model(tmp_path, "lstm").model.folder
    assert elsewhere == choose_model(tmp_path, str(elsewhere)).model.folder


def test_broken_model_is_left_out(tmp_path):
    """A model whose card cannot be read does not serve, and what is wrong is said."""
    make_model(tmp_path, "ngram", 1.75)
    (make_model(tmp_path, "lstm", 1.25, "lstm") / "card.json").write_text("{")
    (tmp_path / ".half-written").mkdir()
    (tmp_path / "notes.txt").touch()
    choice = choose_model(tmp_path)

    assert "ngram" == choice.model.name
    assert [True] == ["lstm/card.json is no card of a model" in text for text in choice.unfit]


def test_no_model_is_told(tmp_path):
    """Where there is no model yet, the command that learns one is named."""
    sentence = r"^There is no model in \S+ yet\. Learn one with: greenlit learn$"

    for models in (tmp_path, tmp_path / "missing"):
        with pytest.raises(BadModel, match=sentence):
            choose_model(models)


def test_only_broken_models_are_told(tmp_path):
    """Where no model can serve, the first one's fault is the answer."""
    (tmp_path / "ngram").mkdir()

    with pytest.raises(BadModel, match=r"ngram holds no model: card\.json cannot be read"):
        choose_model(tmp_path)


def test_unknown_name_is_told(tmp_path):
    """Where there is no model of a name, those that there are are named."""
    make_model(tmp_path, "ngram", 1.75)

    with pytest.raises(NoSuchModel, match=r"no model lstn, .* There are: ngram\.$"):
        choose_model(tmp_path, "lstn")
