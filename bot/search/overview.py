"""Render the map of a repository: its layout and its most telling signatures, in so many tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import log1p

from bot.search.commit_index import CommitIndex
from bot.search.file_index import FileIndex
from bot.search.outline import render_layout
from bot.search.segment import FileSymbols
from bot.search.symbols import Symbol
from bot.search.terms import split_word
from bot.text.code_line import shorten_code_line

TOKEN_CHARS = 3.5  # of code, for Claude's tokenizer; on the safe side
LAYOUT_SHARE = 0.35
FILE_SIGNATURES = 8
SIGNATURE_CHARS = 120
PRIVATE_WEIGHT = 0.1  # of a name with a leading underscore


def render_overview(
    index: CommitIndex,
    files: Mapping[str, FileSymbols],
    tokens: int,
    near: Collection[str] = (),
) -> str:
    """Render the map, the same for the same commit; `files` are the files of code by their path.

    A definition is telling when much of the code mentions its name. With the folders in `near`,
    only these are opened in the layout.
    """
    limit = int(tokens * TOKEN_CHARS)
    paths = {*index.code.paths, *index.tests.paths, *index.texts.paths}
    layout = render_layout(sorted(paths), int(limit * LAYOUT_SHARE), near)
    signatures = _render_files(index.code, files, limit - len(layout) - 2)
    return f"{layout}\n\n{signatures}" if signatures else layout


def _render_files(code: FileIndex, files: Mapping[str, FileSymbols], room: int) -> str:
    """Render the signatures of the most telling files, in the order of their paths."""
    weights = _weigh_names(code, files)
    chosen: dict[str, str] = {}
    for path in sorted(files, key=lambda path: (-_weigh_file(files[path], weights), path)):
        text = "\n".join([f"{path}:", *_render_signatures(files[path].symbols, weights)])
        if "\n" not in text or len(text) + 1 > room:
            continue
        room -= len(text) + 1
        chosen[path] = text
    return "\n".join(chosen[path] for path in sorted(chosen))


def _weigh_names(code: FileIndex, files: Mapping[str, FileSymbols]) -> dict[str, float]:
    """Weigh each name that is defined at the top of a file.

    The weight grows with the chunks of code that hold it, and is shared among its definers.
    """
    definers = Counter[str]()
    for file in files.values():
        definers.update({symbol.name for symbol in file.symbols if not symbol.depth})
    terms = {}
    for name in definers:
        if parts := split_word(name.rpartition(".")[2]):
            terms[name] = parts[-1]
    matches = code.chunks.match(sorted(set(terms.values()))).terms
    weights = {}
    for name, term in terms.items():
        if term in matches:
            weights[name] = log1p(len(matches[term][0])) / definers[name]
            weights[name] *= PRIVATE_WEIGHT if name.startswith("_") else 1
    return weights


def _weigh_file(file: FileSymbols, weights: Mapping[str, float]) -> float:
    names = [symbol.name for symbol in file.symbols if not symbol.depth]
    best = sorted((weights.get(name, 0.0) for name in names), reverse=True)[:FILE_SIGNATURES]
    return sum(weight / rank for rank, weight in enumerate(best, 1))


def _render_signatures(symbols: Sequence[Symbol], weights: Mapping[str, float]) -> Iterator[str]:
    """Render a file's most telling signatures in their order, and how many more there are."""
    top = [symbol for symbol in symbols if not symbol.depth]
    top.sort(key=lambda symbol: (-weights.get(symbol.name, 0.0), symbol.line))
    for symbol in sorted(top[:FILE_SIGNATURES], key=lambda symbol: symbol.line):
        yield f"  {symbol.line}: {shorten_code_line(symbol.signature, SIGNATURE_CHARS)}"
    if len(top) > FILE_SIGNATURES:
        yield f"  ... and {len(top) - FILE_SIGNATURES} more"
