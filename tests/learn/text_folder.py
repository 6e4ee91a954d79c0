"""Corpora that tests of learning write to the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.corpus.alphabet import encode_text
from bot.corpus.repository_text import RepositoryText


def write_texts(folder: Path, files: Mapping[str, Sequence[str]]) -> list[RepositoryText]:
    """Write repositories, each with the texts of its files."""
    return [_write_text(folder, name, texts) for name, texts in files.items()]


def _write_text(folder: Path, name: str, texts: Sequence[str]) -> RepositoryText:
    codes = [encode_text(text) for text in texts]
    folder.mkdir(exist_ok=True)
    path = folder / f"{name.replace('/', '+')}.codes"
    path.write_bytes(b"".join(code.tobytes() for code in codes))
    starts = path.with_suffix(".starts.npy")
    np.save(starts, np.cumsum([0, *map(len, codes)], dtype=np.int64))
    return RepositoryText(name, "MIT", "0" * 40, path, starts)
