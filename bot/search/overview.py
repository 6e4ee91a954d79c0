"""Here lives the map of a repository: its layout and its most telling signatures, within a budget
of tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log1p

from bot.search.commit_index import CommitIndex
from bot.search.file_index import FileIndex
from bot.search.outline import render_layout
from bot.search.segment import FileSymbols
from bot.search.symbols import Symbol
from bot.search.terms import split_word

TOKEN_CHARS = 3.5  # of code, for Claude's tokenizer; on the safe side
LAYOUT_SHARE = 0.35
SIGNATURES = 8  # of one file
SIGNATURE_CHARS = 120
PRIVATE = 0.1  # what a name with a leading underscore is worth


def render_overview(known: CommitIndex, leaves: Mapping[str, FileSymbols], tokens: int) -> str:
    """The same text for the same commit. A definition is telling when much of the code speaks of it
    by name.
    """
    limit = int(tokens * TOKEN_CHARS)
    paths = sorted({*known.code.paths, *known.tests.paths, *known.texts.paths})
    tree = render_layout(paths, int(limit * LAYOUT_SHARE))
    told = _told(known.code, leaves, limit - len(tree) - 2)
    return f"{tree}\n\n{told}" if told else tree


def _told(code: FileIndex, leaves: Mapping[str, FileSymbols], room: int) -> str:
    """The signatures of the most telling files, in the order of their paths."""
    worth = _worth(code, leaves)
    chosen: dict[str, str] = {}
    for path in sorted(leaves, key=lambda path: (-_of_file(leaves[path], worth), path)):
        text = "\n".join([f"{path}:", *_signatures(leaves[path].symbols, worth)])
        if "\n" not in text or len(text) + 1 > room:
            continue
        room -= len(text) + 1
        chosen[path] = text
    return "\n".join(chosen[path] for path in sorted(chosen))


def _worth(code: FileIndex, leaves: Mapping[str, FileSymbols]) -> dict[str, float]:
    """Of each name that is defined at the top of a file: how much of the code holds it, shared
    among its definers.
    """
    definers: dict[str, int] = {}
    for leaf in leaves.values():
        for name in {symbol.name for symbol in leaf.symbols if not symbol.depth}:
            definers[name] = definers.get(name, 0) + 1
    terms = {name: found[-1] for name in definers if (found := split_word(name.rpartition(".")[2]))}
    hits = code.chunks.hits(sorted(set(terms.values()))).terms
    return {
        name: log1p(len(hits[term][0])) / definers[name] * (PRIVATE if name.startswith("_") else 1)
        for name, term in terms.items()
        if term in hits
    }


def _of_file(leaf: FileSymbols, worth: Mapping[str, float]) -> float:
    best = sorted(
        (worth.get(symbol.name, 0.0) for symbol in leaf.symbols if not symbol.depth), reverse=True
    )
    return sum(value / place for place, value in enumerate(best[:SIGNATURES], 1))


def _signatures(symbols: Sequence[Symbol], worth: Mapping[str, float]) -> Iterator[str]:
    """The file's most telling signatures, in their order, and how many more there are."""
    top = [symbol for symbol in symbols if not symbol.depth]
    best = sorted(top, key=lambda symbol: (-worth.get(symbol.name, 0.0), symbol.line))[:SIGNATURES]
    for symbol in sorted(best, key=lambda symbol: symbol.line):
        yield f"  {symbol.line}: {symbol.signature[:SIGNATURE_CHARS]}"
    if len(top) > len(best):
        yield f"  ... and {len(top) - len(best)} more"
