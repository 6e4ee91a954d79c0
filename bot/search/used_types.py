"""Find the types that definitions use: their classes, interfaces, structs and aliases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.search.file_index import FileIndex
from bot.search.segment import FileSymbols
from bot.search.signals import count_shared_folders, find_rare_names
from bot.search.source_files import FILE_BYTES
from bot.values import SearchHit

MAX_TYPES = 10
MAX_NAMES = 80  # looked up
CODE_LINES = 60  # of each definition, where its types stand
TYPE_KINDS = frozenset(["class", "interface", "struct", "type", "enum", "trait", "object"])
# As most languages spell types: with a capital letter, and a small one after it.
TYPE_NAME = re.compile(rb"\b_*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*\b")
# Known to everybody, whoever defines them again.
BUILTINS = frozenset(
    [
        "Array",
        "Boolean",
        "Error",
        "Exception",
        "Map",
        "Number",
        "Object",
        "Promise",
        "Set",
        "String",
    ]
)
HEAD_LINES = 3  # of a definition, where its parameters and bases stand
HEAD_WEIGHT = 3.0

LoadSymbols = Callable[[Sequence[tuple[str, str]]], Mapping[str, FileSymbols]]


class _Use(NamedTuple):
    """A definition that names a type: its file, and how much it counts."""

    path: str
    weight: float


def find_used_types(
    index: FileIndex,
    definitions: Sequence[SearchHit],
    files: Mapping[str, bytes],
    load_symbols: LoadSymbols,
) -> tuple[SearchHit, ...]:
    """Find the types that these definitions name, those of the first definitions first.

    `files` hold their code. A type that many files define, or one of the definitions, is left out.
    """
    uses = _find_uses(definitions, files)
    known = BUILTINS | {
        hit.name.rpartition(".")[2] for hit in definitions if hit.kind in TYPE_KINDS
    }
    names = [name for name in _rank_names(uses) if name not in known][:MAX_NAMES]
    definers = find_rare_names(index, names)
    numbers = sorted({int(number) for rows in definers.values() for number in rows})
    symbols = load_symbols([(index.paths[number], index.keys[number]) for number in numbers])
    types: list[SearchHit] = []
    for name in names:
        paths = [index.paths[number] for number in definers.get(name, ())]
        nearest = sorted(paths, key=lambda path: -_rate_nearness(path, uses[name]))
        hits = (_find_type(symbols[path], name) for path in nearest if path in symbols)
        if hit := next(filter(None, hits), None):
            types.append(hit)
    return tuple(types[:MAX_TYPES])


def _find_uses(
    definitions: Sequence[SearchHit], files: Mapping[str, bytes]
) -> dict[str, list[_Use]]:
    """Find the names of types in the definitions, each once in a definition."""
    uses: defaultdict[str, list[_Use]] = defaultdict(list)
    for rank, hit in enumerate(definitions):
        data = files.get(hit.path, b"")
        if not hit.line or len(data) > FILE_BYTES:
            continue
        lines = data.split(b"\n")[hit.line - 1 : min(hit.end_line, hit.line + CODE_LINES)]
        head = b"\n".join(lines[:HEAD_LINES])
        for name in dict.fromkeys(TYPE_NAME.findall(b"\n".join(lines))):
            weight = (HEAD_WEIGHT if name in head else 1) / (rank + 1)
            uses[name.decode()].append(_Use(hit.path, weight))
    return dict(uses)


def _rank_names(uses: Mapping[str, Sequence[_Use]]) -> list[str]:
    """Rank the names by who uses them: the first definitions count most, and their heads."""
    return sorted(uses, key=lambda name: -sum(use.weight for use in uses[name]))


def _rate_nearness(path: str, uses: Sequence[_Use]) -> float:
    """Rate the same file highest, then by the folders that lead to both."""
    if any(use.path == path for use in uses):
        return float("inf")
    return max(count_shared_folders(path, use.path) for use in uses)


def _find_type(file: FileSymbols, name: str) -> SearchHit | None:
    hits: Iterator[SearchHit] = (
        SearchHit(each.path, 0.0, (), each.name, each.kind, each.line, each.end_line)
        for each in file.symbols
        if each.last_name == name and each.kind in TYPE_KINDS
    )
    return next(hits, None)
