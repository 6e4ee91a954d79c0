"""Hold a file as lines: where each stands, exactly or loosely, and how it ends."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType

Key = Callable[[str], str]
Splice = tuple[int, int, tuple[str, ...]]  # lines from, up to, and what stands there instead

# What word processors and models make of plain punctuation.
SMART = MappingProxyType(
    str.maketrans(
        {
            **dict.fromkeys("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033", '"'),
            **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
            **dict.fromkeys("\u00a0\u2007\u202f", " "),
            "\u2026": "...",
        }
    )
)
LINE_END = re.compile(r"\r?\n")
MOST_LETTERS = 30  # of a line, that count
MOST_FOLLOWED = 100  # splices and new lines, before an index is made anew


def loosen(text: str) -> str:
    """Reduce a line to its words, with plain quotes and dashes."""
    if not text.isascii():
        text = text.translate(SMART)
    return " ".join(text.replace("'", '"').split())


def _loosen_all(texts: Sequence[str]) -> list[str]:
    """Loosen many lines at once: a megabyte of them takes its time one by one."""
    joined = "\n".join(texts)
    if not joined.isascii():
        joined = joined.translate(SMART)
    return [" ".join(text.split()) for text in joined.replace("'", '"').split("\n")]


def is_same_line(wanted: str, have: str) -> bool:
    """Tell whether loosely equal lines may be the same: a straight quote means itself."""
    if wanted.isascii() or wanted == have:
        return " ".join(wanted.split()) == " ".join(have.split())
    return True


def has_word(text: str) -> bool:
    """Tell whether a line has a word, and is no blank or bracket like many others."""
    return any(map(str.isalnum, text))


def count_letters(text: str) -> int:
    """Count how much a line tells: by its letters and digits, some of which are enough."""
    return min(sum(map(str.isalnum, text)), MOST_LETTERS)


TIERS: tuple[Key, ...] = (str, str.rstrip, loosen)


@dataclass(frozen=True, slots=True)
class LineIndex:
    """Where the lines of a text stand, by their keys.

    The text may have been spliced since it was indexed: to index a megabyte anew for each splice
    takes longer than to follow a line through some of them.
    """

    texts: Sequence[str]
    splices: tuple[Sequence[Splice], ...] = ()
    _indexes: dict[Key, dict[str, list[int]]] = field(default_factory=dict)

    def find_numbers(self, key: Key, line_key: str) -> list[int]:
        """Find the numbers of the lines that have the key."""
        if key not in self._indexes:
            self._indexes[key] = self._index_by(key)
        numbers = self._indexes[key].get(line_key, [])
        for splices in self.splices:
            numbers = list(_follow_numbers(numbers, splices, key, line_key))
        return numbers

    def _index_by(self, key: Key) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = defaultdict(list)
        line_keys = _loosen_all(self.texts) if key is loosen else map(key, self.texts)
        for number, line_key in enumerate(line_keys):
            numbers[line_key].append(number)
        return dict(numbers)

    def follow(self, splices: Sequence[Splice], texts: Sequence[str]) -> LineIndex:
        """Give the index of the lines that the splices, in their order, make of these."""
        all_splices = (*self.splices, splices)
        if sum(1 + len(new_lines) for _, _, new_lines in chain(*all_splices)) > MOST_FOLLOWED:
            return LineIndex(texts)
        return LineIndex(self.texts, all_splices, self._indexes)


def _follow_numbers(
    numbers: Sequence[int], splices: Sequence[Splice], key: Key, line_key: str
) -> Iterator[int]:
    """Follow lines through splices, and find those that come."""
    position = shift = 0
    for start, stop, new_lines in splices:
        first = bisect_left(numbers, start)
        yield from (number + shift for number in numbers[position:first])
        for offset, text in enumerate(new_lines):
            if key(text) == line_key:
                yield start + shift + offset
        position = bisect_left(numbers, stop)
        shift += len(new_lines) - (stop - start)
    yield from (number + shift for number in numbers[position:])


@dataclass(slots=True)
class FileLines:
    """The lines of a file and their ends, of which only the last may have none.

    A byte order mark is kept apart.
    """

    texts: list[str]
    ends: list[str]
    mark: str
    index: LineIndex

    @classmethod
    def split(cls, text: str) -> FileLines:
        """Split a text into lines; joining them gives it again."""
        mark = ""
        if text.startswith("\ufeff"):
            mark = "\ufeff"
        texts = text.removeprefix(mark).split("\n")
        ends = ["\n"] * (len(texts) - 1) + [""]
        if not texts[-1]:
            texts.pop()
            ends.pop()
        if "\r" in text:
            _move_carriage_returns(texts, ends)
        return cls(texts, ends, mark, LineIndex(texts))

    def join(self) -> str:
        """Join the lines to the text of the file."""
        if "\r\n" in self.ends:
            return self.mark + "".join(map("".join, zip(self.texts, self.ends, strict=True)))
        text = self.mark + "\n".join(self.texts)
        if self.ends:
            text += self.ends[-1]
        return text

    def is_blank(self) -> bool:
        """Tell whether there is no text."""
        return not (self.mark or any(map(str.strip, self.texts)))

    def join_with_line_feeds(self) -> str:
        """Join the lines with line feeds alone, and without the mark."""
        text = "\n".join(self.texts)
        if self.ends and self.ends[-1]:
            text += "\n"
        return text

    def find_numbers(self, key: Key, line_key: str) -> list[int]:
        """Find the numbers of the lines that have the key."""
        return self.index.find_numbers(key, line_key)

    def splice(self, splices: Sequence[Splice]) -> FileLines:
        """Put other lines in some places.

        What comes ends as its neighbours do, and the file ends as it did.
        """
        texts: list[str] = []
        ends: list[str] = []
        position = 0
        ordered = sorted(splices)
        for start, stop, new_lines in ordered:
            last = max(stop, start) - 1
            neighbours = range(min(start, last), min(start, last) + len(new_lines))
            texts += self.texts[position:start]
            texts += new_lines
            ends += self.ends[position:start]
            ends += [self.line_end_at(min(number, last)) for number in neighbours]
            position = stop
        texts += self.texts[position:]
        ends += self.ends[position:]
        self._mend_ends(ends)
        return FileLines(texts, ends, self.mark, self.index.follow(ordered, texts))

    def _mend_ends(self, ends: list[str]) -> None:
        """Let every line end, and the last one as that of this file does."""
        if "" in ends:  # the last one of this file, and lines may have come behind it
            ends[ends.index("")] = self.line_end_at(len(self.ends))
        if ends and self.ends and not self.ends[-1]:
            ends[-1] = ""

    def line_end_at(self, number: int) -> str:
        """Tell how the line there ends, or the one above the last, which may have no end."""
        if not self.ends:
            return "\n"
        nearest = min(max(number, 0), len(self.ends) - 1)
        return self.ends[nearest] or self.ends[nearest - 1] or "\n"


def _move_carriage_returns(texts: list[str], ends: list[str]) -> None:
    """Move carriage returns that stand before line feeds from the lines to their ends."""
    for number, end in enumerate(ends):
        if end and texts[number].endswith("\r"):
            texts[number] = texts[number][:-1]
            ends[number] = "\r\n"
