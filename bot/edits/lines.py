"""Hold a file as lines: where each stands, exactly or loosely, and how it ends."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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


def keep_exact(text: str) -> str:
    """Keep a line as it is."""
    return text


def loosen(text: str) -> str:
    """Reduce a line to its words, with plain quotes and dashes."""
    if not text.isascii():
        text = text.translate(SMART)
    return " ".join(text.replace("'", '"').split())


def _loosen_all(texts: list[str]) -> list[str]:
    """Loosen many lines at once: a megabyte of them takes its time one by one."""
    whole = "\n".join(texts)
    whole = (whole if whole.isascii() else whole.translate(SMART)).replace("'", '"')
    return [" ".join(text.split()) for text in whole.split("\n")]


def is_same_line(wanted: str, have: str) -> bool:
    """Tell whether loosely equal lines may be the same: a straight quote means itself."""
    if wanted.isascii() or wanted == have:
        return " ".join(wanted.split()) == " ".join(have.split())
    return True


TIERS: tuple[Key, ...] = (keep_exact, str.rstrip, loosen)


@dataclass(slots=True)
class FileLines:
    """The lines of a file and their ends, of which only the last may have none.

    A byte order mark is kept apart.
    """

    texts: list[str]
    ends: list[str]
    mark: str = ""
    _indexes: dict[Key, dict[str, list[int]]] = field(default_factory=dict)

    @classmethod
    def split(cls, text: str) -> FileLines:
        """Split a text into lines; joining them gives it again."""
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        texts = text.removeprefix(mark).split("\n")
        ends = ["\n"] * (len(texts) - 1) + [""]
        if not texts[-1]:
            texts.pop()
            ends.pop()
        if "\r" in text:
            ends = [
                "\r\n" if end and line.endswith("\r") else end
                for line, end in zip(texts, ends, strict=True)
            ]
            texts = [
                line[:-1] if len(end) > 1 else line for line, end in zip(texts, ends, strict=True)
            ]
        return cls(texts, ends, mark)

    def join(self) -> str:
        """Join the lines to the text of the file."""
        if "\r\n" in self.ends:
            return self.mark + "".join(map("".join, zip(self.texts, self.ends, strict=True)))
        last = self.ends[-1] if self.ends else ""
        return self.mark + "\n".join(self.texts) + last

    def join_with_line_feeds(self) -> str:
        """Join the lines with line feeds alone, and without the mark."""
        return "\n".join([*self.texts, *([""] if self.ends and self.ends[-1] else [])])

    def index_by(self, key: Key) -> dict[str, list[int]]:
        """Find the numbers of the lines, by their keys."""
        if key not in self._indexes:
            keys = _loosen_all(self.texts) if key is loosen else list(map(key, self.texts))
            if key is str.rstrip and keys == self.texts:
                self._indexes[key] = self.index_by(keep_exact)
                return self._indexes[key]
            places: dict[str, list[int]] = defaultdict(list)
            for at, text in enumerate(keys):
                places[text].append(at)
            self._indexes[key] = dict(places)
        return self._indexes[key]

    def splice(self, splices: Sequence[Splice]) -> FileLines:
        """Put other lines in some places.

        What comes ends as its neighbours do, and the file ends as it did.
        """
        texts: list[str] = []
        ends: list[str] = []
        at = 0
        for start, stop, come in sorted(splices):
            texts += self.texts[at:start] + list(come)
            ends += self.ends[at:start] + [
                self.line_end_at(start if stop > start else start - 1)
            ] * len(come)
            at = stop
        texts += self.texts[at:]
        ends += self.ends[at:]
        bare = bool(self.ends) and not self.ends[-1]
        ends = [end or self.line_end_at(len(self.ends)) for end in ends[:-1]] + ends[-1:]
        if ends and bare:
            ends[-1] = ""
        elif ends and not ends[-1]:
            ends[-1] = self.line_end_at(len(self.ends))
        return FileLines(texts, ends, self.mark)

    def line_end_at(self, at: int) -> str:
        """Tell how lines end there, else in most of the file."""
        here = self.ends[min(max(at, 0), len(self.ends) - 1)] if self.ends else "\n"
        return here or next((end for end, _ in Counter(self.ends[:-1]).most_common(1)), "\n")
