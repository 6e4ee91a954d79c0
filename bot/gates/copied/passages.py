"""Find the passages that new lines share with another file, word for word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.gates.copied.fingerprints import RUN_WORDS, choose_fingerprints, hash_runs
from bot.gates.copied.program_words import Words

GAP_WORDS = 8  # between two runs of one passage, on either side: a name that was changed
MOST_PLACES = 50  # of one run in a file; what stands there more often is a table


@dataclass(frozen=True, slots=True)
class SharedRun:
    """Equal words: where they begin on both sides, and how many they are."""

    own: int
    foreign: int
    count: int

    @property
    def own_end(self) -> int:
        """Where it ends among the own words."""
        return self.own + self.count

    @property
    def foreign_end(self) -> int:
        """Where it ends among the other file's words."""
        return self.foreign + self.count


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """Lines that two files share: where they stand in both, how many, and the shared words."""

    line: int
    end_line: int
    other_line: int
    other_end_line: int
    lines: int  # own ones that hold a shared word
    words: tuple[str, ...]


class NewWords:
    """The words on the new lines of a file."""

    def __init__(self, words: Words, new_lines: Collection[int]) -> None:
        self.words = words
        self._stretches = tuple(_list_stretches(words.lines, new_lines))

    def choose_fingerprints(self) -> dict[int, int]:
        """Choose the fingerprints of the new lines: the word where each begins, and its hash."""
        chosen: dict[int, int] = {}
        for start, end in self._stretches:
            for place, value in choose_fingerprints(self.words.texts[start:end]).items():
                chosen[start + place] = value
        return chosen

    def find_passages(
        self, foreign: Words, ignored: Collection[int] = ()
    ) -> tuple[SharedPassage, ...]:
        """Find the passages that the new lines share with the words of another file.

        Fingerprints that begin at one of the `ignored` words, and what they cover, do not count.
        """
        known = _index_runs(foreign.texts)
        runs: list[SharedRun] = []
        for start, end in self._stretches:
            runs += _find_runs(self.words.texts[start:end], start, foreign.texts, known)
        passed = {place + step for place in ignored for step in range(RUN_WORDS)}
        passages = (_make_passage(self.words, foreign, chain, passed) for chain in _chain(runs))
        return tuple(passage for passage in passages if passage is not None)


def _list_stretches(lines: Sequence[int], new_lines: Collection[int]) -> Iterator[tuple[int, int]]:
    """List from where to where the words stand on new lines."""
    position = 0
    for is_new, group in groupby(lines, new_lines.__contains__):
        start, position = position, position + sum(1 for _ in group)
        if is_new and position - start >= RUN_WORDS:
            yield start, position


def _index_runs(words: Sequence[str]) -> Mapping[int, Sequence[int]]:
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, value in enumerate(hash_runs(words).tolist()):
        if len(places[value]) < MOST_PLACES:
            places[value].append(place)
    return places


def _find_runs(
    words: Sequence[str], start: int, others: Sequence[str], known: Mapping[int, Sequence[int]]
) -> Iterator[SharedRun]:
    """Find the longest equal run at each place, from left to right, without overlap."""
    hashes = hash_runs(words).tolist()
    place = 0
    while place < len(hashes):
        counts = {
            foreign: _count_equal(words, place, others, foreign)
            for foreign in known.get(hashes[place], ())
        }
        longest = max(counts, key=lambda foreign: counts[foreign], default=0)
        count = counts.get(longest, 0)
        if count < RUN_WORDS:
            place += 1
            continue
        yield SharedRun(start + place, longest, count)
        place += count


def _count_equal(words: Sequence[str], place: int, others: Sequence[str], foreign: int) -> int:
    count = 0
    longest = min(len(words) - place, len(others) - foreign)
    while count < longest and words[place + count] == others[foreign + count]:
        count += 1
    return count


def _chain(runs: Sequence[SharedRun]) -> Iterator[list[SharedRun]]:
    """Join runs that follow each other closely on both sides."""
    chain: list[SharedRun] = []
    for run in runs:
        if chain and not _follows(chain[-1], run):
            yield chain
            chain = []
        chain.append(run)
    if chain:
        yield chain


def _follows(before: SharedRun, run: SharedRun) -> bool:
    own_gap, foreign_gap = run.own - before.own_end, run.foreign - before.foreign_end
    return own_gap <= GAP_WORDS and 0 <= foreign_gap <= GAP_WORDS


def _make_passage(
    own: Words, foreign: Words, chain: Sequence[SharedRun], passed: Collection[int]
) -> SharedPassage | None:
    places = [
        (run.own + step, run.foreign + step)
        for run in chain
        for step in range(run.count)
        if run.own + step not in passed
    ]
    if not places:
        return None
    lines = [own.lines[place] for place, _ in places]
    other_lines = [foreign.lines[place] for _, place in places]
    words = tuple(own.texts[place] for place, _ in places)
    return SharedPassage(
        lines[0], lines[-1], other_lines[0], other_lines[-1], len(set(lines)), words
    )
