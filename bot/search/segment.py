"""Build index segments: what is known of some files, whichever commits they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.search.chunks import REST, split_into_chunks
from bot.search.postings import Numbers, Postings, merge_postings
from bot.search.source_files import find_unreadable_reason, kind_of
from bot.search.symbols import Symbol, parse_symbols
from bot.search.term_counts import TermCounter

NAME_WEIGHT = 2  # the name of a definition counts as often more as a word inside it
MAX_TIMEOUTS = 10  # files that took the parser too long, after which no more are parsed


@dataclass(frozen=True, slots=True)
class FileSymbols:
    """The definitions of one file, or why it was not read."""

    key: str
    symbols: tuple[Symbol, ...] = ()
    unread_reason: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """An index of some files. Documents are chunks; each belongs to a file, known by its key."""

    keys: tuple[str, ...]
    file_numbers: Numbers  # of each document, an index in `keys`
    # Which of the file's definitions each document is, counted from 1; 0 for the file's rest.
    symbol_numbers: Numbers
    lengths: Numbers  # of each document, in words
    body: Postings
    # Over files: "=name" for each definition, and the names that were given with a text.
    names: Postings


@dataclass(slots=True)
class SegmentBuilder:
    """Builds an index segment: call add() for each file, then build()."""

    files: list[FileSymbols] = field(default_factory=list)
    parse: bool = True  # without parsing, no definitions are known
    _file_numbers: list[int] = field(default_factory=list)
    _symbol_numbers: list[int] = field(default_factory=list)
    _body: TermCounter = field(default_factory=TermCounter)
    _names: TermCounter = field(default_factory=TermCounter)
    _timeouts: int = 0

    def add(self, key: str, path: str, data: bytes) -> None:
        """Add a file; one that cannot be read is kept with the reason."""
        if reason := find_unreadable_reason(data):
            self._append(FileSymbols(key, (), reason), {})
        else:
            symbols = self._parse(path, data)
            self._append(FileSymbols(key, symbols), split_into_chunks(data, symbols))

    def add_text(self, key: str, text: str, names: Sequence[str] = ()) -> None:
        """Add a text without definitions, such as a commit message, with names that are its own."""
        self._append(FileSymbols(key), {REST: text.encode()}, names)

    def build(self) -> Segment:
        """Return the segment of all files."""
        return Segment(
            tuple(file.key for file in self.files),
            np.array(self._file_numbers, dtype=np.uint32),
            np.array(self._symbol_numbers, dtype=np.uint32),
            np.array(self._body.lengths, dtype=np.uint32),
            self._body.postings(),
            self._names.postings(),
        )

    def _parse(self, path: str, data: bytes) -> tuple[Symbol, ...]:
        if not self.parse or self._timeouts >= MAX_TIMEOUTS or kind_of(path) != "code":
            return ()
        symbols = parse_symbols(path, data)
        if symbols is None:
            self._timeouts += 1
            return ()
        return symbols

    def _append(
        self, file: FileSymbols, chunks: dict[int, bytes], names: Sequence[str] = ()
    ) -> None:
        self._names.add(b"", [*names, *(f"={symbol.last_name}" for symbol in file.symbols)])
        for index, text in chunks.items():
            name = b"" if index == REST else f"\n{file.symbols[index].name}".encode()
            self._body.add(text + name * NAME_WEIGHT)
            self._file_numbers.append(len(self.files))
            self._symbol_numbers.append(index + 1)
        self.files.append(file)


def join_segments(segments: Sequence[Segment]) -> Segment:
    """Join segments into one that holds all their files."""
    keys: list[str] = []
    file_numbers, symbol_numbers, lengths = [], [], []
    for segment in segments:
        file_numbers.append(segment.file_numbers + np.uint32(len(keys)))
        symbol_numbers.append(segment.symbol_numbers)
        lengths.append(segment.lengths)
        keys += segment.keys
    bodies = [(segment.body, len(segment.file_numbers)) for segment in segments]
    names = [(segment.names, len(segment.keys)) for segment in segments]
    return Segment(
        tuple(keys),
        np.concatenate(file_numbers),
        np.concatenate(symbol_numbers),
        np.concatenate(lengths),
        merge_postings(bodies),
        merge_postings(names),
    )
