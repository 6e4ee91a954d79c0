"""Find every line where a quoted text stands: the index tells the files, which are then scanned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from bot.search.bm25 import Indices
from bot.search.commit_index import CommitIndex
from bot.search.file_index import FileIndex
from bot.search.quoted.quoted_texts import CODE_SPELLING, QuotedText, TextKind
from bot.search.terms import split_terms
from bot.text.code_line import shorten_code_line
from bot.values import GrepMatch, QuotedPlaces

MAX_FILES = 120  # a text that may stand in more is too common to be looked for
MAX_CASUAL_FILES = 60  # one that no marks set off
MAX_CASUAL_LINES = 24
MAX_LINES = 24  # shown of one text
FILE_LINES = 4  # shown of one file, where all would be too many
COMMON_LINES = 100  # from which on only a few are shown
FEW_LINES = 8
ALL_LINES = 100  # shown of all texts together
MAX_TEXTS = 12
MAX_ABSENT = 6
MAX_COUNTS = 12  # files whose number of lines is told
LINE_CHARS = 160

# What may not stand beside a text of each kind, or it is another text.
NEIGHBOURS: Mapping[TextKind, re.Pattern[bytes]] = {
    "name": re.compile(rb"[\w$\x80-\xff]"),
    "option": re.compile(rb"[\w-]"),
    "path": re.compile(rb"[\w-]"),
    "message": re.compile(rb"(?!)"),
}


@dataclass(frozen=True, slots=True)
class Lookup:
    """A text to look for, the quoted text that it is or is a part of, and the files to scan."""

    quoted: QuotedText
    text: str
    paths: tuple[str, ...]
    is_casual: bool = False  # to be told of only where it is rare

    @property
    def is_whole(self) -> bool:
        """Whether it is the quoted text itself."""
        return self.text == self.quoted.text


def list_candidate_files(index: CommitIndex, texts: Sequence[QuotedText]) -> list[Lookup]:
    """List for each text, and for its parts, the files that have its words.

    One that may stand in very many files, or has no word, is left out.
    """
    lookups = []
    for quoted in texts:
        for text in _order_texts(quoted):
            terms = sorted(set(split_terms(text)))
            paths = _find_files(index, terms)
            is_word = text.isalpha() and not CODE_SPELLING.search(text)
            is_plain = is_word or quoted.kind == "path"
            is_casual = is_plain or not quoted.is_explicit or text != quoted.text
            if terms and len(paths) <= (MAX_CASUAL_FILES if is_casual else MAX_FILES):
                lookups.append(Lookup(quoted, text, paths, is_casual))
    return lookups


def _order_texts(quoted: QuotedText) -> tuple[str, ...]:
    """Put the last part of a dotted name first, which stands where it is defined and called."""
    if quoted.kind == "name":
        return (*quoted.parts, quoted.text)
    return (quoted.text, *quoted.parts)


def find_quoted_places(
    lookups: Sequence[Lookup], files: Mapping[str, bytes], best_paths: Sequence[str] = ()
) -> tuple[QuotedPlaces, ...]:
    """Scan the files; list the texts in their order, the lines of the best paths first.

    Of a text and its parts, the first that stands somewhere counts. Those that stand nowhere come
    last.
    """
    ranks = {path: rank for rank, path in enumerate(best_paths)}
    collector = _PlaceCollector()
    for lookup in lookups:
        if collector.has(lookup.quoted):
            continue
        paths = sorted(lookup.paths, key=lambda path: ranks.get(path, len(ranks)))
        scanned = {path: files[path] for path in paths if path in files}
        matches = list(_scan(lookup, scanned))
        # A file that was not read may hold what the others do not.
        if matches or len(scanned) == len(paths):
            collector.add(lookup, matches)
    return collector.finish()


@dataclass(slots=True)
class _PlaceCollector:
    """The texts whose places are known so far."""

    present: dict[str, QuotedPlaces] = field(default_factory=dict)
    absent: dict[str, QuotedPlaces] = field(default_factory=dict)
    _room: int = ALL_LINES
    _covered: set[str] = field(default_factory=set)  # texts that stand somewhere

    def has(self, quoted: QuotedText) -> bool:
        """Whether places of the text, or of a part of it, are known."""
        return quoted.text in self._covered

    def add(self, lookup: Lookup, matches: Sequence[GrepMatch]) -> None:
        """Add what the scan for a text gave."""
        quoted = lookup.quoted
        if not matches:
            # A path need not be spelled from the root to be here.
            if lookup.is_whole and quoted.is_explicit and quoted.kind != "path":
                self.absent[quoted.text] = QuotedPlaces(quoted.text)
            return
        if lookup.is_casual and len(matches) > MAX_CASUAL_LINES:
            return
        self._covered.update((quoted.text, lookup.text))
        self.absent.pop(quoted.text, None)
        if lookup.text in self.present or len(self.present) >= MAX_TEXTS:
            return
        places = _choose_lines(matches, min(MAX_LINES, self._room))
        self._room -= len(places)
        counts = Counter(match.path for match in matches)
        self.present[lookup.text] = QuotedPlaces(
            lookup.text,
            places,
            len(matches),
            len(counts),
            dict(counts.most_common(MAX_COUNTS)),
            part_of="" if lookup.is_whole else quoted.text,
        )

    def finish(self) -> tuple[QuotedPlaces, ...]:
        """Return the texts with places, then those without."""
        return (*self.present.values(), *list(self.absent.values())[:MAX_ABSENT])


def _find_files(index: CommitIndex, terms: Sequence[str]) -> tuple[str, ...]:
    """Find the files that hold all terms, code first, then tests, then texts."""
    paths: list[str] = []
    for part in (index.code, index.tests, index.texts):
        paths += [part.paths[file] for file in _intersect(part, terms)]
    return tuple(paths)


def _intersect(index: FileIndex, terms: Sequence[str]) -> Indices:
    matches = index.chunks.match(terms).terms
    if not terms or len(matches) < len(terms):
        return np.zeros(0, np.int64)
    holders = [np.unique(index.chunk_files[chunks]) for chunks, _ in matches.values()]
    return reduce(lambda left, right: np.intersect1d(left, right, assume_unique=True), holders)


def _scan(lookup: Lookup, files: Mapping[str, bytes]) -> Iterator[GrepMatch]:
    """Find the lines, each once however often it holds the text."""
    neighbour = NEIGHBOURS[lookup.quoted.kind if lookup.is_whole else _part_kind(lookup)]
    literal = lookup.text.encode("utf-8", "replace")
    for path, data in files.items():
        number, counted, line_end = 1, 0, -1
        for start in _find_literal(data, literal):
            end = start + len(literal)
            is_part = neighbour.match(data, end) or (start and neighbour.match(data, start - 1))
            if is_part or start < line_end:
                continue
            number += data.count(b"\n", counted, start)
            counted = start
            line_start = data.rfind(b"\n", 0, start) + 1
            line_end = data.find(b"\n", start)
            line_end = len(data) if line_end < 0 else line_end
            line = data[line_start:line_end]
            yield GrepMatch(path, number, _shorten(line, start - line_start))


def _find_literal(data: bytes, literal: bytes) -> Iterator[int]:
    """Find where a text starts; thirty times as fast as a pattern that looks behind."""
    start = data.find(literal)
    while start >= 0:
        yield start
        start = data.find(literal, start + len(literal))


def _part_kind(lookup: Lookup) -> TextKind:
    return "message" if lookup.quoted.kind == "message" else "name"


def _shorten(line: bytes, focus: int) -> str:
    text = line.decode("utf-8", "replace")
    indent = len(text) - len(text.lstrip())
    return shorten_code_line(text.strip(), LINE_CHARS, max(0, focus - indent))


def _choose_lines(matches: Sequence[GrepMatch], limit: int) -> tuple[GrepMatch, ...]:
    """Choose all when they fit; else the first lines of each file, as long as there is room."""
    if len(matches) <= limit:
        return tuple(matches)
    if len(matches) > COMMON_LINES:
        limit = min(limit, FEW_LINES)
    chosen: list[GrepMatch] = []
    taken: Counter[str] = Counter()
    for match in matches:
        taken[match.path] += 1
        if taken[match.path] <= FILE_LINES:
            chosen.append(match)
    return tuple(chosen[:limit])
