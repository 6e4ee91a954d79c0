"""Find the files that a text spells out, as a path, a bare name or a module."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_FILES = 3  # with one name; a name that more files have means none of them


def find_mentions(paths: Sequence[str], spellings: Iterable[str]) -> dict[int, str]:
    """Return the index in `paths` of each mentioned file, with the spelling that mentions it."""
    wanted = {end: spelling for spelling in spellings for end in _spelled_ends(spelling)}
    names = _last_names(wanted)
    ends: defaultdict[str, list[int]] = defaultdict(list)
    for index, path in enumerate(paths):
        name = path.rpartition("/")[2]
        if name not in names and name.partition(".")[0] not in names:
            continue
        for end in _path_ends(path):
            if end in wanted:
                ends[end].append(index)
    mentions: dict[int, str] = {}
    for spelling in dict.fromkeys(wanted.values()):
        mentions.update(dict.fromkeys(_pick_files(spelling, ends), spelling))
    return mentions


def _last_names(ends: Iterable[str]) -> set[str]:
    """Return what a file must be called to have one of these ends, with or without its suffix."""
    names: set[str] = set()
    for end in ends:
        names.add(re.split(r"[/.]", end)[-1])
        names.add(end.rpartition("/")[2])
    return names


def _path_ends(path: str) -> Iterator[str]:
    """List all ends of the path, and of its module's dotted name when that has two parts."""
    parts = path.split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])
    module = [*parts[:-1], parts[-1].partition(".")[0]]
    for start in range(len(module) - 1):
        yield ".".join(module[start:])


def _spelled_ends(spelling: str) -> Iterator[str]:
    """List what the spelling may end as in the repository, the longest first.

    A path may begin with another machine's folders, and a module end with a name inside it.
    """
    parts = spelling.replace("\\", "/").removeprefix("./").split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])
    if len(parts) == 1:
        module = spelling.split(".")
        for end in range(len(module), 1, -1):
            yield ".".join(module[:end])


def _pick_files(spelling: str, ends: Mapping[str, Sequence[int]]) -> Sequence[int]:
    files = next((ends[end] for end in _spelled_ends(spelling) if end in ends), ())
    return files if len(files) <= MAX_FILES else ()
