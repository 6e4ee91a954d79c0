"""Rank the definitions that a request is about, by what they say and by the files they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log1p

import numpy as np

from bot.search.bm25 import Floats
from bot.search.changed_words import ChangedWords
from bot.search.file_index import FileIndex
from bot.search.past_commits import tail_of
from bot.search.query_match import IndexMatch
from bot.search.segment import FileSymbols
from bot.search.symbols import Symbol
from bot.search.terms import Query
from bot.search.weights import SYMBOL_WEIGHTS

FUNCTIONS = frozenset({"function", "method"})
LONG_LINES = 100  # a definition of so many counts most: much can be wrong in it

# Returns the definitions of files, given as path and key, by their path.
LoadSymbols = Callable[[Sequence[tuple[str, str]]], Mapping[str, FileSymbols]]


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition that may be meant, with its signals, each from 0 to 1."""

    symbol: Symbol
    file: int  # its number in the index
    signals: Mapping[str, float]

    @property
    def score(self) -> float:
        """The weighted mean of its signals."""
        total = sum(SYMBOL_WEIGHTS[name] * value for name, value in self.signals.items())
        return total / sum(SYMBOL_WEIGHTS.values())


@dataclass(frozen=True, slots=True)
class DefinitionEvidence:
    """What speaks for definitions: the request's words in them, their files, and past changes."""

    code: IndexMatch
    file_scores: Floats
    changed_words: ChangedWords


def find_definitions(
    evidence: DefinitionEvidence, query: Query, load_symbols: LoadSymbols, count: int
) -> Iterator[Definition]:
    """Find the `count` likeliest definitions, by what the index says, in no order.

    Names, kinds and lines are not in the index: they are loaded for these alone.
    """
    index = evidence.code.index
    signals = _score_chunks(evidence.code, evidence.file_scores)
    scores = np.zeros(len(index.chunk_files))
    for name, values in signals.items():
        scores += SYMBOL_WEIGHTS[name] * values
    matching = np.flatnonzero(signals["words"])
    # The same order, however the segments lie.
    keys = (index.chunk_symbols[matching], index.chunk_files[matching], -scores[matching])
    chunks = [int(chunk) for chunk in matching[np.lexsort(keys)][:count]]
    for chunk, symbol in _load_chunks(index, chunks, load_symbols):
        chunk_signals = {name: float(values[chunk]) for name, values in signals.items()}
        file = int(index.chunk_files[chunk])
        yield Definition(symbol, file, chunk_signals | _score_symbol(symbol, query, evidence))


def rank_definitions(definitions: Iterable[Definition], file_scores: Floats) -> list[Definition]:
    """Rank the definitions, best first, by these scores of their files."""
    shares = _share_file_scores(file_scores)
    scored = [
        replace(each, signals={**each.signals, "file": float(shares[each.file])})
        for each in definitions
    ]
    return sorted(scored, key=lambda definition: -definition.score)


def _score_symbol(symbol: Symbol, query: Query, evidence: DefinitionEvidence) -> dict[str, float]:
    """Score a definition by each other signal of SYMBOL_WEIGHTS."""
    changed = evidence.changed_words.get((tail_of(symbol.path), symbol.last_name), 0.0)
    length = log1p(symbol.end_line - symbol.line) / log1p(LONG_LINES)
    return {
        "function": float(symbol.kind in FUNCTIONS),
        "named": float(symbol.last_name in query.names),
        "changed": changed**0.5,
        "length": min(1.0, length) ** 0.5,
    }


def _score_chunks(code: IndexMatch, file_scores: Floats) -> dict[str, Floats]:
    """Score each chunk by each signal of SYMBOL_WEIGHTS that needs no name."""
    files = code.index.chunk_files
    is_definition = code.index.chunk_symbols > 0
    own = np.where(is_definition, code.chunk_scores, 0)
    best = np.zeros(len(code.index.paths))
    np.maximum.at(best, files, own)
    return {
        "words": np.sqrt(own / (own.max(initial=0) or 1)),
        "best": np.sqrt(own / np.where(best, best, 1)[files]),
        "file": _share_file_scores(file_scores)[files],
    }


def _share_file_scores(file_scores: Floats) -> Floats:
    return np.sqrt(file_scores / (file_scores.max(initial=0) or 1))


def _load_chunks(
    index: FileIndex, chunks: Sequence[int], load_symbols: LoadSymbols
) -> Iterator[tuple[int, Symbol]]:
    """Load the definitions that these chunks are; those of which nothing is known are left out."""
    files = dict.fromkeys(int(index.chunk_files[chunk]) for chunk in chunks)
    loaded = load_symbols([(index.paths[file], index.keys[file]) for file in files])
    for chunk in chunks:
        path = index.paths[index.chunk_files[chunk]]
        number = int(index.chunk_symbols[chunk])
        if path in loaded and number <= len(loaded[path].symbols):
            yield chunk, loaded[path].symbols[number - 1]
