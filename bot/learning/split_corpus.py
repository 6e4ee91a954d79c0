"""Which files a model is learnt from, and on which ones it is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot.corpus.alphabet import Codes
from bot.corpus.repository_text import RepositoryText
from bot.text.amounts import count_noun

HELD_OUT_SHARE = 0.1
FEWEST_REPOSITORIES = 5  # below it a repository held out would be too much of what is to be learnt


class TooSmall(ValueError):
    """The corpus is too small to learn from and to judge by; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class FileSpan:
    """Where a file stands in the text of its repository."""

    text: RepositoryText
    start: int
    end: int

    @property
    def characters(self) -> int:
        """How long the file is."""
        return self.end - self.start

    def read_codes(self) -> Codes:
        """Read the file's characters."""
        return self.text.map_codes()[self.start : self.end]


@dataclass(frozen=True, slots=True)
class CorpusSplit:
    """The files to learn from, and those to judge by. `by` says what was kept apart whole."""

    training: tuple[FileSpan, ...]
    held_out: tuple[FileSpan, ...]
    by: Literal["repository", "file"]


def split_corpus(texts: Sequence[RepositoryText]) -> CorpusSplit:
    """Hold out about a tenth of the repositories, or of the files where they are few.

    Which ones is told by their names alone, so a corpus that grows keeps them apart.
    """
    files = [span for text in texts for span in _list_files(text)]
    by_repository = len({span.text.name for span in files}) >= FEWEST_REPOSITORIES
    name_unit = _name_repository if by_repository else _name_file
    held_units = _choose_held_out({name_unit(span) for span in files})
    if not held_units:
        raise TooSmall(
            f"The corpus has {count_noun(len(files), 'file')} with text; "
            "learning needs two at least, one of them to judge by. "
            "Add repositories: greenlit corpus clone PATH"
        )
    training = tuple(span for span in files if name_unit(span) not in held_units)
    held_out = tuple(span for span in files if name_unit(span) in held_units)
    return CorpusSplit(training, held_out, "repository" if by_repository else "file")


def _list_files(text: RepositoryText) -> Iterator[FileSpan]:
    starts = text.read_starts().tolist()
    for start, end in pairwise(starts):
        if end > start:
            yield FileSpan(text, start, end)


def _name_repository(span: FileSpan) -> str:
    return span.text.name


def _name_file(span: FileSpan) -> str:
    return f"{span.text.name}:{span.start}"


def _choose_held_out(names: set[str]) -> set[str]:
    """Choose a tenth by their hashes: one at least, and never all."""
    if len(names) < 2:
        return set()
    ordered = sorted(names, key=_hash_name)
    held = [name for name in ordered if _hash_name(name) < HELD_OUT_SHARE]
    return set(held[: len(names) - 1] or ordered[:1])


def _hash_name(name: str) -> float:
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
