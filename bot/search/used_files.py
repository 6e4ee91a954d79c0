"""Find the files that define what the best definitions use: the fault may lie in these."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.search.file_index import FileIndex
from bot.search.signals import Evidence, find_rare_names
from bot.search.symbols import Symbol

BEST_DEFINITIONS = 10
NAME = re.compile(rb"[A-Za-z_$][\w$]{3,}")  # a shorter one is the name of too many things

# Returns the contents of these files by their paths; those that cannot be read are left out.
ReadFiles = Callable[[Sequence[str]], Mapping[str, bytes]]


def find_uses(index: FileIndex, symbols: Sequence[Symbol], read_files: ReadFiles) -> list[Evidence]:
    """Take the best definitions as evidence for the other files that define what they name.

    The index of each piece is that of the definition, best first.
    """
    best = symbols[:BEST_DEFINITIONS]
    files = read_files(list(dict.fromkeys(symbol.path for symbol in best)))
    names = [_read_names(symbol, files.get(symbol.path, b"")) for symbol in best]
    definers = find_rare_names(index, set().union(*names))
    evidence = []
    for rank, symbol in enumerate(best):
        for name in sorted(names[rank] & definers.keys()):
            numbers = definers[name].tolist()
            if symbol.path not in [index.paths[number] for number in numbers]:
                evidence.append(Evidence(rank, (1 + rank) ** -0.5, numbers))
    return evidence


def _read_names(symbol: Symbol, data: bytes) -> set[str]:
    lines = data.split(b"\n")[symbol.line - 1 : symbol.end_line]
    return {name.decode() for name in NAME.findall(b"\n".join(lines))}
