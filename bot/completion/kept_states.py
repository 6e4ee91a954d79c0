"""Keep what a model has read of the open files, so that the next key costs one character."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic

import numpy as np

from bot.corpus.alphabet import ALPHABET, Codes
from bot.learning.character_model import CharacterModel, State

LINES_KEPT = 4  # a state is kept before each of the last lines: that is where people edit
TAIL = 2000  # characters in which those are looked for
MOST_FILES, MOST_STATES = 8, 96
# What stands behind the cursor may change by so much before a file is read anew: editors close
# brackets by themselves, and people step over some lines.
MOST_DRIFT = 512
LINE_END_CODE = ALPHABET.index("\n")


@dataclass
class _ReadFile(Generic[State]):
    before: Codes
    after: Codes
    start: int  # the place in `before` from which on it is read
    states: OrderedDict[int, State] = field(default_factory=OrderedDict)  # by places in `before`

    def keep(self, place: int, state: State) -> None:
        self.states[place] = state
        self.states.move_to_end(place)
        while len(self.states) > MOST_STATES:
            self.states.popitem(last=False)

    def move_to(self, before: Codes) -> None:
        """Forget the states behind the first difference."""
        common = count_common(self.before, before)
        for place in [place for place in self.states if place > common]:
            del self.states[place]
        self.before = before


class StateKeeper(Generic[State]):
    """The states of a model at places of the files that are open, the least used forgotten."""

    def __init__(self, model: CharacterModel[State]) -> None:
        self._model = model
        self._files: OrderedDict[str, _ReadFile[State]] = OrderedDict()

    def read_to(
        self, file: str, before: Codes, after: Codes, is_stopped: Callable[[], bool]
    ) -> State | None:
        """Read a file up to a place, from where it was read to before; None when stopped.

        What was read until then is kept.
        """
        opened = self._open(file, before, after)
        place = max(opened.states)
        state = opened.states[place]
        for stop in _list_stops(before, place, self._model.piece):
            if is_stopped():
                return None
            state = self._model.read(state, before[place:stop])
            place = stop
            opened.keep(place, state)
        return state

    def _open(self, file: str, before: Codes, after: Codes) -> _ReadFile[State]:
        opened = self._files.pop(file, None)
        if opened is not None:
            opened.move_to(before)
        if opened is None or not self._is_worth_keeping(opened, after):
            start = max(0, len(before) - self._model.reach)
            opened = _ReadFile(before, after, start)
            opened.keep(start, self._model.begin(after))
        self._files[file] = opened
        while len(self._files) > MOST_FILES:
            self._files.popitem(last=False)
        return opened

    def _is_worth_keeping(self, opened: _ReadFile[State], after: Codes) -> bool:
        length = len(opened.before)
        if not opened.states or length - max(opened.states) > self._model.reach:
            return False
        if opened.start and length - opened.start < self._model.reach // 2:
            return False  # so much was deleted that too little of what is left was read
        same = count_common(opened.after[::-1], after[::-1])
        return max(len(opened.after), len(after)) - same <= MOST_DRIFT


def count_common(first: Codes, second: Codes) -> int:
    """Count the characters that both begin with."""
    shortest = min(len(first), len(second))
    differences = np.flatnonzero(first[:shortest] != second[:shortest])
    return int(differences[0]) if len(differences) else shortest


def _list_stops(codes: Codes, start: int, piece: int) -> Iterator[int]:
    """List where to keep a state on the way from a place to the end."""
    tail = max(start, len(codes) - TAIL)
    line_starts = tail + np.flatnonzero(codes[tail:] == LINE_END_CODE) + 1
    last_lines = line_starts[-LINES_KEPT:].tolist()
    pieces = range(start + piece, len(codes), piece)
    yield from sorted({*pieces, *last_lines, len(codes)} - {start})
