"""The folder of a model, in which a new one takes the place of the old one when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.learning.model_card import CARD

DRAFT = ".draft"


@contextmanager
def replace_model(folder: Path) -> Iterator[Path]:
    """Give a folder to write a model into, whose files go to their places at the block's end.

    The card goes last. Where the block fails, the old model stays as it was.
    """
    draft = folder / DRAFT
    shutil.rmtree(draft, ignore_errors=True)  # of a process that was killed
    draft.mkdir(parents=True)
    try:
        yield draft
        for path in sorted(draft.iterdir(), key=lambda path: path.name == CARD):
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
