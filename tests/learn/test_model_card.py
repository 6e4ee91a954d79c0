"""The card of a model: written, read again, and refused where it is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.learning.model_card import CARD, BadModel, CorpusPart, ModelCard, read_card, write_card

CARD_OF_NGRAM = ModelCard(
    kind="ngram",
    held_out_bits=1.5,
    held_out_by="repository",
    held_out_characters=1000,
    made_at=datetime(2026, 1, 2, tzinfo=UTC),
    corpus=(CorpusPart("acme/site", "f" * 40, "MIT", 5000),),
    settings={"orders": "0 1 2", "most_megabytes": 64},
    figures={"characters_a_second": 1e6},
)


def test_card_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """A card that was written is read with the same values."""
    write_card(CARD_OF_NGRAM, tmp_path)

    assert CARD_OF_NGRAM == read_card(tmp_path)


def test_folder_without_card_holds_no_model(tmp_path: Path) -> None:
    """A folder without a card is told to hold no model, and what to do."""
    with pytest.raises(BadModel, match=r"holds no model: .* greenlit learn"):
        read_card(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("kind", "pickle", "kind: Input should be 'ngram' or 'lstm'"),
        ("held_out_bits", "NaN", "held_out_bits"),
        ("run", "rm", "run: "),
        ("corpus", [{"name": 1}], "corpus.0.name"),
    ],
)
def test_card_with_a_mistake_names_it(
    tmp_path: Path, name: str, value: object, sentence: str
) -> None:
    """A card with a wrong, missing or unknown entry is refused with the entry's name."""
    path = write_card(CARD_OF_NGRAM, tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))

    with pytest.raises(BadModel, match="is no card of a model") as refusal:
        read_card(tmp_path)
    assert sentence in str(refusal.value)


def test_card_that_is_no_json_is_refused(tmp_path: Path) -> None:
    """Bytes that are no JSON, and more than a card can have, are refused."""
    (tmp_path / CARD).write_bytes(b"\x80\x04")
    with pytest.raises(BadModel, match="is no card"):
        read_card(tmp_path)
    (tmp_path / CARD).write_bytes(b" " * (5 << 20))
    with pytest.raises(BadModel, match="more than 4 MiB"):
        read_card(tmp_path)
