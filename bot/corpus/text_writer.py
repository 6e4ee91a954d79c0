"""Write the kept text of a repository file by file, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from bot.corpus.alphabet import encode_text

PART = ".part"  # ends the names of files that are being written


@dataclass(frozen=True, slots=True)
class TextFiles:
    """Where the text of a repository at one commit is kept."""

    codes: Path
    starts: Path

    @classmethod
    def of(cls, folder: Path, name: str) -> TextFiles:
        """Name them. Each commit has a name of its own, so that the old files stay till then."""
        return cls(folder / f"{name}.codes", folder / f"{name}.starts.npy")

    def remove(self) -> None:
        """Remove them, where they are there."""
        self.codes.unlink(missing_ok=True)
        self.starts.unlink(missing_ok=True)


@dataclass(slots=True)
class TextWriter:
    """Takes the texts of a repository's kept files, one after the other."""

    codes: IO[bytes]
    starts: list[int] = field(default_factory=lambda: [0])

    def add(self, text: str) -> int:
        """Append a file; return its characters as they are kept."""
        codes = encode_text(text)
        self.codes.write(codes.tobytes())
        self.starts.append(self.starts[-1] + len(codes))
        return len(codes)


@contextmanager
def write_text(files: TextFiles) -> Iterator[TextWriter]:
    """Write the text of a repository; where the block fails, nothing of it stays."""
    files.codes.parent.mkdir(parents=True, exist_ok=True)
    parts = TextFiles(_name_part(files.codes), _name_part(files.starts))
    try:
        with parts.codes.open("wb") as codes:
            writer = TextWriter(codes)
            yield writer
            _flush(codes)
        with parts.starts.open("wb") as starts:
            np.save(starts, np.array(writer.starts, np.int64))
            _flush(starts)
        files.starts.unlink(missing_ok=True)  # what has none is not there at all
        parts.codes.replace(files.codes)
        parts.starts.replace(files.starts)
    finally:
        parts.remove()


def remove_strays(folder: Path, kept: set[Path]) -> None:
    """Remove the files that no repository's text is in: of a process that was killed."""
    for path in folder.glob("*"):
        if path not in kept and path.name.endswith((PART, ".codes", ".starts.npy")):
            path.unlink(missing_ok=True)


def _name_part(path: Path) -> Path:
    return path.with_name(f"{path.name}{PART}")


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
