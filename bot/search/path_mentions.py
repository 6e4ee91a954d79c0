"""Here live the mentions: which files a text spells out, as a path, a bare name or a module."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_FILES = 3  # with one name; more of them are none in particular


def mentioned(paths: Sequence[str], spelled: Iterable[str]) -> dict[int, str]:
    """The files that are meant, by their number, each with the words that mean it."""
    wanted = {end: words for words in spelled for end in _ends_meant(words)}
    tails = {re.split(r"[/.]", end)[-1] for end in wanted} | {
        end.rpartition("/")[2] for end in wanted
    }
    ends: defaultdict[str, list[int]] = defaultdict(list)
    for number, path in enumerate(paths):
        name = path.rpartition("/")[2]
        for end in _endings(path) if name in tails or name.partition(".")[0] in tails else ():
            if end in wanted:
                ends[end].append(number)
    return {
        number: words for words in dict.fromkeys(wanted.values()) for number in _meant(words, ends)
    }


def _endings(path: str) -> Iterator[str]:
    """All ends of the path, and of its module's dotted name when that has two parts."""
    parts = path.split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])
    module = [*parts[:-1], parts[-1].partition(".")[0]]
    for start in range(len(module) - 1):
        yield ".".join(module[start:])


def _ends_meant(spelled: str) -> Iterator[str]:
    """The longest first: a path may begin with a strange machine's folders, a module end with a
    name inside it.
    """
    parts = spelled.replace("\\", "/").removeprefix("./").split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])
    module = spelled.split(".")
    for end in range(len(module), 1, -1) if len(parts) == 1 else ():
        yield ".".join(module[:end])


def _meant(spelled: str, ends: Mapping[str, Sequence[int]]) -> Sequence[int]:
    meant = next((ends[end] for end in _ends_meant(spelled) if end in ends), ())
    return meant if len(meant) <= MOST_FILES else ()
