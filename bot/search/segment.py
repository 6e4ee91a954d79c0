"""Here lives a segment: what is known of some files once and for all, whichever commits they stand
in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.search.chunks import REST, split_into_chunks
from bot.search.postings import Numbers, Postings, merged
from bot.search.source_files import find_unreadable_reason, kind_of
from bot.search.symbols import Symbol, parse_symbols
from bot.search.term_counts import Tally

NAME_WEIGHT = 2  # a definition's name counts as often more as a word inside it
HOPELESS = 10  # files the parser lost its way in, after which no more are parsed


@dataclass(frozen=True, slots=True)
class FileSymbols:
    """What one file defines, or why it was not read."""

    key: str
    symbols: tuple[Symbol, ...] = ()
    unread_reason: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents are chunks; each belongs to a file, known by its key."""

    keys: tuple[str, ...]
    owners: Numbers  # of each document, an index in `keys`
    # of each document's definition among the file's, counted from 1; 0 for the file's rest
    places: Numbers
    lengths: Numbers  # of each document, in words
    body: Postings
    # over files: the terms of the definitions' names, and "=name" for each name as it is
    names: Postings


@dataclass(slots=True)
class SegmentBuilder:
    """Files go in one by one, a segment comes out."""

    files: list[FileSymbols] = field(default_factory=list)
    _owners: list[int] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)
    _body: Tally = field(default_factory=Tally)
    _names: Tally = field(default_factory=Tally)
    _lost: int = 0
    parse: bool = True  # without it nothing is known of definitions

    def add(self, key: str, path: str, data: bytes) -> None:
        note = find_unreadable_reason(data)
        found = () if note else self._symbols(path, data)
        self._write(FileSymbols(key, found, note), {} if note else split_into_chunks(data, found))

    def add_text(self, key: str, text: str) -> None:
        self._write(FileSymbols(key), {REST: text.encode()})

    def _symbols(self, path: str, data: bytes) -> tuple[Symbol, ...]:
        if not self.parse or self._lost >= HOPELESS or kind_of(path) != "code":
            return ()
        parsed = parse_symbols(path, data)
        self._lost += parsed is None
        return parsed or ()

    def _write(self, leaf: FileSymbols, held: dict[int, bytes]) -> None:
        names = "\n".join(symbol.name for symbol in leaf.symbols)
        self._names.add(names.encode(), [f"={symbol.last_name}" for symbol in leaf.symbols])
        for place, text in held.items():
            name = f"\n{leaf.symbols[place].name}".encode() * NAME_WEIGHT if place != REST else b""
            self._body.add(text + name)
            self._owners.append(len(self.files))
            self._places.append(place + 1)
        self.files.append(leaf)

    def build(self) -> Segment:
        return Segment(
            tuple(leaf.key for leaf in self.files),
            np.array(self._owners, dtype=np.uint32),
            np.array(self._places, dtype=np.uint32),
            np.array(self._body.lengths, dtype=np.uint32),
            self._body.postings(),
            self._names.postings(),
        )


def join_segments(segments: Sequence[Segment]) -> Segment:
    """One segment with all that these hold."""
    files = [len(segment.keys) for segment in segments]
    chunks = [len(segment.owners) for segment in segments]
    return Segment(
        tuple(key for segment in segments for key in segment.keys),
        np.concatenate(
            [segment.owners + at for segment, at in zip(segments, _offsets(files), strict=True)]
        ),
        np.concatenate([segment.places for segment in segments]),
        np.concatenate([segment.lengths for segment in segments]),
        merged([segment.body for segment in segments], chunks),
        merged([segment.names for segment in segments], files),
    )


def _offsets(sizes: Sequence[int]) -> list[np.uint32]:
    return [np.uint32(sum(sizes[:place])) for place in range(len(sizes))]
