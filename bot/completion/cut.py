"""Cut a draft so that it fits its place: nothing twice, and nothing that does not parse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from bot.completion.python_place import PythonPlace
from bot.completion.scan_python import PYTHON
from bot.completion.suggestion import CursorPlace
from bot.search.grammars import language_of

LEAST_CHARACTERS = 2  # one character is typed as quickly as it is taken
LEAST_REPEATED_LINE = 3
_MIDDLE_OF_WORD = re.compile(r"\w\Z")
_CLOSERS = re.compile(r"[)\]}\"':,;\s]+")


class Cutter(Protocol):
    """Fits drafts into one place."""

    def cut(self, draft: str) -> str:
        """Return what of the draft fits; "" for nothing."""


def make_cutter(place: CursorPlace) -> Cutter:
    """Make the cutter for a place: one that knows the syntax where the file is Python."""
    after = place.after.replace("\r\n", "\n")
    if language_of(place.path) == PYTHON:
        before = place.before.replace("\r\n", "\n")
        return _Cutter(after, PythonPlace(before, after).takes)
    return _Cutter(after, lambda _: True)


def is_inside_word(place: CursorPlace) -> bool:
    """Tell whether a word stands on both sides: whoever is in it is not at its end."""
    return bool(_MIDDLE_OF_WORD.search(place.before[-1:]) and re.match(r"\w", place.after))


class _Cutter:
    def __init__(self, after: str, takes: Callable[[str], bool]) -> None:
        self._after = after
        self._takes = takes

    def cut(self, draft: str) -> str:
        """Return what of the draft fits; "" for nothing."""
        for text in self._list_cuts(draft.rstrip()):
            if self._is_whole(text) and self._takes(text):
                return text
        return ""

    def _list_cuts(self, draft: str) -> Iterator[str]:
        """List the draft without what stands behind the cursor already.

        Closers alone may be needed as well as those that stand there: the syntax tells.
        """
        draft = _drop_repeated_lines(draft, self._after)
        overlap = _measure_overlap(draft, self._after)
        shorter = draft[: len(draft) - overlap].rstrip()
        if not overlap or _CLOSERS.fullmatch(draft, len(draft) - overlap):
            yield draft
        if overlap:
            yield shorter

    def _is_whole(self, text: str) -> bool:
        joins_words = bool(_MIDDLE_OF_WORD.search(text) and re.match(r"\w", self._after))
        return len(text.strip()) >= LEAST_CHARACTERS and not joins_words


def _measure_overlap(draft: str, after: str) -> int:
    """Measure how much of the draft's end is what the text behind the cursor begins with."""
    for length in range(min(len(draft), len(after)), 0, -1):
        if draft.endswith(after[:length]):
            return length
    return 0


def _drop_repeated_lines(draft: str, after: str) -> str:
    """Drop the lines from the one on that is the next below the cursor."""
    rest, _, below = after.partition("\n")
    next_line = below.lstrip("\n").partition("\n")[0].strip()
    if rest.strip() or len(next_line) < LEAST_REPEATED_LINE:
        return draft
    lines = draft.split("\n")
    for number, line in enumerate(lines[1:], 1):
        if line.strip() == next_line:
            return "\n".join(lines[:number]).rstrip()
    return draft
