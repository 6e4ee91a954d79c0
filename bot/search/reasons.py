"""Here live the reasons: what speaks for a file, in words that a person can check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.search.bm25 import Earned, Places
from bot.search.commit_index import CommitIndex
from bot.search.signals import Voice
from bot.search.terms import Query

MOST_TERMS = 5
MOST_NAMES = 3
SUBJECT_CHARS = 72


@dataclass(frozen=True, slots=True)
class Reasons:
    """What the signals found that is worth telling."""

    query: Query
    named: Mapping[int, str] = field(default_factory=dict)
    rare: Mapping[str, Places] = field(default_factory=dict)
    past: Sequence[Voice] = ()
    tested: Sequence[Voice] = ()
    near: Sequence[int] = ()

    def of(
        self,
        file: int,
        known: CommitIndex,
        in_path: Mapping[str, Earned],
        words: Mapping[str, Earned],
    ) -> tuple[str, ...]:
        found = {
            "the issue names": [self.named[file]] if file in self.named else [],
            "defines": [name for name, files in self.rare.items() if file in files][:MOST_NAMES],
            "path:": self._terms(file, in_path),
            "words:": self._terms(file, words),
            "changed by": [f'"{_subject(known, voice)}"' for voice in _speaking(self.past, file)],
            "tested by": [known.tests.paths[voice.who] for voice in _speaking(self.tested, file)],
            "by meaning: number": [
                str(place) for place, near in enumerate(self.near, 1) if near == file
            ],
        }
        return tuple(f"{kind} {', '.join(told)}" for kind, told in found.items() if told)

    def _terms(self, file: int, earned: Mapping[str, Earned]) -> list[str]:
        """The words of the query that earned this file the most, as they were spelled, best first."""
        mine = {
            term: float(values[at])
            for term, (places, values) in earned.items()
            if (at := _at(places, file)) >= 0
        }
        best = sorted(mine, key=lambda term: (-mine[term], term))[:MOST_TERMS]
        return list(dict.fromkeys(self.query.spelled.get(term, term) for term in best))


def _at(places: Places, place: int) -> int:
    at = int(np.searchsorted(places, place))
    return at if at < len(places) and places[at] == place else -1


def _speaking(voices: Sequence[Voice], file: int) -> Iterator[Voice]:
    """The loudest that speaks for the file, if any does."""
    loudest = next((voice for voice in voices if file in voice.files), None)
    if loudest:
        yield loudest


def _subject(known: CommitIndex, voice: Voice) -> str:
    return known.commits[voice.who].message.partition("\n")[0][:SUBJECT_CHARS]
