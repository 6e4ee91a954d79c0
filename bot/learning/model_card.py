"""What a model says of itself beside its weights: what it was learnt from, and how well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from bot.learning.split_corpus import CorpusSplit

CARD = "card.json"
MOST_BYTES = 4 << 20

Count = Annotated[int, Field(ge=0)]
Setting = int | float | str


class BadModel(ValueError):
    """A model cannot be used as it stands; the text says which file, why, and what to do."""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class CorpusPart:
    """A repository that a model was learnt from or judged by."""

    name: str
    commit: str
    licence: str
    characters: Count
    held_out: bool = False  # judged by, not learnt from; where files were held out, always false


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model's card. Figures that some kind of model alone has stand in `figures` by name."""

    kind: Literal["ngram", "lstm"]
    held_out_bits: Annotated[float, Field(gt=0, le=64, allow_inf_nan=False)]  # for a character
    held_out_by: Literal["repository", "file"]
    held_out_characters: Count
    made_at: datetime
    corpus: tuple[CorpusPart, ...]
    settings: dict[str, Setting] = field(default_factory=dict)
    figures: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = field(default_factory=dict)


_CARDS = TypeAdapter(ModelCard)


def list_corpus_parts(split: CorpusSplit) -> tuple[CorpusPart, ...]:
    """List the repositories of a corpus as cards name them."""
    held = {span.text.name for span in split.held_out if split.by == "repository"}
    texts = {span.text for span in (*split.training, *split.held_out)}
    return tuple(
        CorpusPart(
            text.name, text.commit, text.licence, text.characters, held_out=text.name in held
        )
        for text in sorted(texts, key=lambda text: (text.name, text.commit))
    )


def write_card(card: ModelCard, folder: Path) -> Path:
    """Write the card into the model's folder."""
    path = folder / CARD
    path.write_bytes(_CARDS.dump_json(card, indent=1) + b"\n")
    return path


def read_card(folder: Path) -> ModelCard:
    """Read the card of the model in a folder. Raises BadModel where there is none, or a bad one."""
    path = folder / CARD
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadModel(
            f"{folder} holds no model: {path.name} cannot be read ({error.strerror}). "
            "Learn one with: greenlit learn"
        ) from error
    if len(content) > MOST_BYTES:
        raise BadModel(f"{path} has more than 4 MiB: it is no card of a model.")
    return _parse_card(path, content)


def _parse_card(path: Path, content: bytes) -> ModelCard:
    try:
        return _CARDS.validate_json(content)
    except ValidationError as error:
        mistake = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in mistake["loc"]) or "the whole"
        raise BadModel(
            f"{path} is no card of a model: {where}: {mistake['msg']}. "
            "Learn the model again with: greenlit learn"
        ) from error
