"""Load a model that was learnt before, of whichever kind."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from bot.learning.character_model import CharacterModel
from bot.learning.model_card import read_card

# Imported when one of its kind is loaded: neither needs the other's.
LOADERS = {
    "ngram": "bot.learning.ngram_model:load_ngram",
    "lstm": "bot.learning.lstm_model:load_lstm",
}


def load_model(folder: Path) -> CharacterModel[Any]:
    """Load the model in a folder, by the kind that its card names.

    Raises BadModel, with a sentence for people, where it cannot be used.
    """
    module_name, function_name = LOADERS[read_card(folder).kind].split(":")
    load = getattr(import_module(module_name), function_name)
    model: CharacterModel[Any] = load(folder)
    return model
