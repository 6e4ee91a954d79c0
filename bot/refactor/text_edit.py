"""Collect the edits of a refactoring: small texts in exact places, and what could not be proved."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile

from bot.refactor.module_names import PYTHON
from bot.refactor.python_project import CannotRefactor

SHOWN_CHARS = 120
BOM = "\ufeff"
BLANK_END = re.compile(r"(?<=\n)(?:\r?\n)+\Z")
Position = tuple[int, int]  # line from 1, column in bytes from 0
Span = tuple[int, int, str]  # from and to, in bytes of the file, and the new text


@dataclass(frozen=True, slots=True)
class Unproven:
    """A place that may be meant as well, and was left as it is."""

    path: str
    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Refactoring:
    """New texts by path, None for what goes; what was left; and each file's number of changes."""

    files: dict[str, str | None]
    places: dict[str, int]
    unproven: tuple[Unproven, ...] = ()
    moves: dict[str, str] = field(default_factory=dict)  # new path to old
    others: dict[str, int] = field(default_factory=dict)  # places that are another's, by whose
    words: tuple[Unproven, ...] = ()  # comments and texts that still say the old name


@dataclass(slots=True)
class TextEdits:
    """The edits of one refactoring, collected file by file."""

    files: Mapping[str, str]
    spans: dict[str, set[Span]] = field(default_factory=dict)
    unproven: set[Unproven] = field(default_factory=set)
    others: Counter[str] = field(default_factory=Counter)
    words: set[Unproven] = field(default_factory=set)
    _encoded: dict[str, bytes] = field(default_factory=dict)
    _line_starts: dict[str, list[int]] = field(default_factory=dict)

    def replace_in_line(self, path: str, line: int, columns: tuple[int, int], new: str) -> None:
        """Replace what stands between two columns of a line."""
        start, stop = columns
        self.replace(path, (line, start), (line, stop), new)

    def replace(self, path: str, start: Position, stop: Position, new: str) -> None:
        """Replace what stands between two positions."""
        starts = self._find_line_starts(path)
        first, last = starts[start[0] - 1] + start[1], starts[stop[0] - 1] + stop[1]
        self.spans.setdefault(path, set()).add((first, last, new))

    def insert(self, path: str, position: Position, new: str) -> None:
        """Insert a text at a position."""
        self.replace(path, position, position, new)

    def read_line(self, path: str, line: int, columns: tuple[int, int]) -> str:
        """Give what stands between two columns of a line."""
        start = self._find_line_starts(path)[line - 1]
        text = self._encoded[path][start + columns[0] : start + columns[1]]
        return text.decode(errors="replace")

    def leave(self, path: str, line: int, why: str) -> None:
        """Leave a place as it is, and record that it may be meant as well."""
        self.unproven.add(self._describe(path, line, why))

    def leave_lines(self, path: str, pattern: re.Pattern[str], why: str) -> None:
        """Leave each line of a file in which a pattern is."""
        text = self.files[path]
        for number, line in enumerate(text.split("\n"), 1) if pattern.search(text) else ():
            if pattern.search(line):
                self.leave(path, number, why)

    def keep(self, owner: str) -> None:
        """Count a place that is proved to be another's."""
        self.others[owner] += 1

    def mention(self, path: str, line: int, why: str) -> None:
        """Record a place that is only read by people, and was left."""
        self.words.add(self._describe(path, line, why))

    def _describe(self, path: str, line: int, why: str) -> Unproven:
        text = self.files[path].split("\n")[line - 1].strip()[:SHOWN_CHARS]
        return Unproven(path, line, text, why)

    def finish(self, moves: Mapping[str, str] | None = None) -> Refactoring:
        """Make all edits, and move files (new path to old).

        Raises CannotRefactor when Python could not read a file afterwards.
        """
        files: dict[str, str | None] = {}
        for path, spans in self.spans.items():
            text = _replace_spans(self.files[path], spans)
            if path.endswith(PYTHON):
                _refuse_unreadable(path, text)
            files[path] = text if BLANK_END.search(self.files[path]) else BLANK_END.sub("", text)
        for path, old in (moves or {}).items():
            files[path] = files.get(old) or self.files[old]
            files[old] = None
        places = {path: len(spans) for path, spans in self.spans.items()}
        return Refactoring(
            files,
            places,
            sort_places(self.unproven),
            dict(moves or {}),
            dict(self.others),
            sort_places(self.words),
        )

    def _find_line_starts(self, path: str) -> list[int]:
        if path not in self._line_starts:
            text = self.files[path]
            self._encoded[path] = text.encode(errors="surrogatepass")
            lines = text.removeprefix(BOM).split("\n")
            lengths = [len(line.encode(errors="surrogatepass")) + 1 for line in lines]
            first = len(BOM.encode()) if text.startswith(BOM) else 0
            self._line_starts[path] = list(accumulate(lengths, initial=first))
        return self._line_starts[path]


def find_in_lines(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, re.Match[str]]]:
    """Find a pattern in the lines of a text: the line from 1, the column in bytes, the match."""
    for number, line in enumerate(text.removeprefix(BOM).split("\n"), 1):
        for match in pattern.finditer(line):
            yield number, len(line[: match.start()].encode(errors="surrogatepass")), match


def sort_places(places: Iterable[Unproven]) -> tuple[Unproven, ...]:
    """Order places by file and line."""
    return tuple(sorted(places, key=lambda place: (place.path, place.line, place.why)))


def _refuse_unreadable(path: str, text: str) -> None:
    try:
        ast.parse(text.removeprefix(BOM))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = f"{path}:{error.lineno}" if isinstance(error, SyntaxError) else path
        raise CannotRefactor(f"{place} could not be changed in a way that Python reads.") from None


def _replace_spans(text: str, spans: Iterable[Span]) -> str:
    """Replace from the last span to the first; whole lines stand before what begins a line."""
    raw = text.encode(errors="surrogatepass")
    ordered = sorted(spans, key=lambda span: (*span[:2], span[2][-1:] != "\n", span[2]))
    for start, stop, new in reversed(_widen_cuts(raw, ordered)):
        raw = raw[:start] + new.encode() + raw[stop:]
    return raw.decode(errors="surrogatepass")


def _widen_cuts(raw: bytes, spans: Sequence[Span]) -> list[Span]:
    """Let cuts of whole lines take blank lines along, so that no more are left than one side had.

    At the beginning of a file, none are left.
    """
    widened: list[Span] = []
    limits = [*(span[0] for span in spans[1:]), len(raw)]
    first = 0  # where the cuts begin that end where this one does
    for (start, stop, new), limit in zip(spans, limits, strict=True):
        is_joined = bool(widened) and widened[-1][1] == start and not widened[-1][2]
        first = first if is_joined else start
        taken = 0
        if not new and raw[start:stop].endswith(b"\n") and raw[:start][-1:] in (b"", b"\n"):
            taken = _count_needless_blanks(raw[:first].removeprefix(BOM.encode()), raw[stop:limit])
        widened.append((start, stop + taken, new))
    return widened


def _count_needless_blanks(above: bytes, below: bytes) -> int:
    """Count the bytes of the blank lines that begin a text, as far as those above are as many."""
    blanks = list(takewhile(_is_blank, below.splitlines(keepends=True)))
    if above.strip():
        kept = list(takewhile(_is_blank, reversed(above.splitlines(keepends=True))))
        blanks = blanks[: len(kept)]
    return sum(map(len, blanks))


def _is_blank(line: bytes) -> bool:
    return line.endswith(b"\n") and not line.strip()
