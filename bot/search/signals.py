"""Here live the signals: each looks at one thing and says how much it speaks for each file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.bm25 import Floats, Places, summed
from bot.search.file_index import FileIndex
from bot.values import CommitInfo

BEST_CHUNKS = (1.0, 0.5, 0.25)
RARE_FILES = 8  # a name that more files define says nothing of any
BEST_COMMITS = 100
LOUDEST = 3
WIDE_COMMIT = 30  # files, above which a commit says nothing of any
BEST_TESTS = 10
TESTED = re.compile(r"^tests?[_-]|[_.-](tests?|spec|test-d)$|(Tests?|Spec|IT)$")


def best_chunks(of_chunks: Floats, files: Places, size: int) -> Floats:
    """Of each file its three best chunks: much of the request in one place is worth more than a
    little everywhere.
    """
    held = np.flatnonzero(of_chunks)
    order = held[np.lexsort((-of_chunks[held], files[held]))]
    firsts = np.flatnonzero(np.diff(files[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(firsts, np.diff(np.append(firsts, len(order))))
    first = rank < len(BEST_CHUNKS)
    return summed(
        files[order[first]], of_chunks[order[first]] * np.array(BEST_CHUNKS)[rank[first]], size
    )


def rare_names(index: FileIndex, names: Iterable[str]) -> dict[str, Places]:
    """The names spelled out in the request that few files define, with these files."""
    found = index.names.hits(f"={name}" for name in sorted(names))
    return {term[1:]: files for term, (files, _) in found.terms.items() if len(files) <= RARE_FILES}


def rare(defined: Mapping[str, Places], size: int) -> Floats:
    earned = np.zeros(size)
    for files in defined.values():
        earned[files] += 1 / len(files)
    return earned


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who speaks for files: a commit or a test, by its number, and how loud."""

    who: int
    loud: float
    files: Sequence[int]


def heard(voices: Iterable[Voice], size: int) -> Floats:
    """What the voices say together; each is shared among its files."""
    earned = np.zeros(size)
    for voice in voices:
        for file in voice.files:
            earned[file] += voice.loud / len(voice.files) ** 0.5
    return earned


def past(of_commits: Floats, commits: Sequence[CommitInfo], paths: Sequence[str]) -> list[Voice]:
    """The commits whose messages answer the request speak for the files they changed, the best by
    far the loudest.
    """
    numbers = Moved(paths)
    most = of_commits.max(initial=0)
    return [
        Voice(
            commit, float(of_commits[commit] / most) ** LOUDEST, numbers.of(commits[commit].paths)
        )
        for commit in best(of_commits, BEST_COMMITS)
        if len(commits[commit].paths) <= WIDE_COMMIT
    ]


class Moved:
    """The numbers of paths; an old one that is gone is found where its last two parts stand now, if
    only there.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._numbers = {path: number for number, path in enumerate(paths)}
        self._tails: dict[str, int | None] = {}
        for number, path in enumerate(paths):
            self._tails[_tail(path)] = None if _tail(path) in self._tails else number

    def of(self, paths: Iterable[str]) -> list[int]:
        found = (self._numbers.get(path, self._tails.get(_tail(path))) for path in paths)
        return [number for number in found if number is not None]


def _tail(path: str) -> str:
    return "/".join(path.split("/")[-2:])


def tested(of_tests: Floats, tests: Sequence[str], paths: Sequence[str]) -> list[Voice]:
    """The tests that answer the request speak for the files that are named like them, the nearest
    of these.
    """
    named: defaultdict[str, list[int]] = defaultdict(list)
    for number, path in enumerate(paths):
        named[path.rpartition("/")[2].partition(".")[0].lower()].append(number)
    return [
        Voice(
            test,
            float(of_tests[test]),
            _nearest(tests[test], named.get(subject(tests[test]), ()), paths),
        )
        for test in best(of_tests, BEST_TESTS)
    ]


def subject(test: str) -> str:
    """What a test is about, by its name: `test_cart.py`, `cart.spec.ts` and `CartTest.java` are
    about "cart".
    """
    name = test.rpartition("/")[2]
    stem = re.sub(r"\.(test|spec|test-d)$", "", name.rpartition(".")[0])
    return TESTED.sub("", stem.split(".")[0]).lower()


def _nearest(test: str, files: Sequence[int], paths: Sequence[str]) -> list[int]:
    near = [_common(test, paths[file]) for file in files]
    return [file for file, parts in zip(files, near, strict=True) if parts == max(near)]


def _common(one: str, other: str) -> int:
    """How many folders lead to both."""
    pairs = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return next(
        (depth for depth, (a, b) in enumerate(pairs) if a != b),
        min(one.count("/"), other.count("/")),
    )


def best(values: Floats, top: int) -> list[int]:
    """The places of the highest values, best first, zeros left out."""
    held = np.flatnonzero(values)
    order = held[np.argsort(-values[held], kind="stable")]
    return [int(place) for place in order[:top]]


def named(files: Iterable[int], size: int) -> Floats:
    """The files that the request spells out, all alike."""
    earned = np.zeros(size)
    earned[list(files)] = 1
    return earned
