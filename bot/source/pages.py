"""Here live pages: files cut into their definitions, each counted for one query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.source.bm25 import Document
from bot.source.files import Kind
from bot.source.symbols import SCOPES, Symbol, read_symbols
from bot.source.words import Counting

NAME_WEIGHT = 2  # a definition's name counts as often more as a word inside it
HOPELESS = 10  # files the parser lost its way in, after which no more are parsed
ABOVE = ("#", "//", "/*", "*", "@", "--", "[", '"""')  # comments, decorators and attributes belong to what follows


@dataclass(frozen=True, slots=True)
class Chunk:
    """A definition without those inside it that are chunks themselves; the file's rest has no symbol."""

    symbol: Symbol | None
    document: Document


@dataclass(frozen=True, slots=True)
class Page:
    """A file as a query sees it."""

    path: str
    kind: Kind
    symbols: tuple[Symbol, ...]
    chunks: tuple[Chunk, ...]
    whole: Document
    in_path: Document
    in_names: Document


def pages(files: Mapping[str, bytes], kinds: Mapping[str, Kind], counting: Counting) -> Iterator[Page]:
    """Cut and count each file; only code outside tests is parsed."""
    lost = 0
    for path, data in files.items():
        found: tuple[Symbol, ...] = ()
        if kinds[path] == "code" and lost < HOPELESS:
            parsed = read_symbols(path, data)
            lost += parsed is None
            found = parsed or ()
        yield _page(path, kinds[path], data.decode(), found, counting)


def _page(path: str, kind: Kind, text: str, found: tuple[Symbol, ...], counting: Counting) -> Page:
    chunks = tuple(_chunks(text, found, counting))
    names = " ".join(symbol.name for symbol in found)
    return Page(
        path,
        kind,
        found,
        chunks,
        Document.of([chunk.document for chunk in chunks]),
        Document(*counting.count(path)),
        Document(*counting.count(names)),
    )


def _chunks(text: str, found: tuple[Symbol, ...], counting: Counting) -> Iterator[Chunk]:
    lines = text.split("\n")
    owners = _owners(lines, found)
    held: dict[int, list[str]] = {}
    for owner, line in zip(owners, lines, strict=True):
        held.setdefault(owner, []).append(line)
    for owner, mine in held.items():
        symbol = found[owner] if owner >= 0 else None
        name = f"\n{symbol.name}" * NAME_WEIGHT if symbol else ""
        yield Chunk(symbol, Document(*counting.count("\n".join(mine) + name)))


def _owners(lines: list[str], found: tuple[Symbol, ...]) -> list[int]:
    """For each line the index of the innermost definition that is not inside a function; -1 for none."""
    owners = [-1] * len(lines)
    function_end = 0
    for index, symbol in enumerate(found):
        if symbol.line <= function_end and symbol.end_line <= function_end:
            continue
        if symbol.kind not in SCOPES and symbol.kind != "namespace":
            function_end = symbol.end_line
        first = symbol.line - 1
        while (
            first > 0 and owners[first - 1] == owners[symbol.line - 1] and lines[first - 1].lstrip().startswith(ABOVE)
        ):
            first -= 1
        owners[first : symbol.end_line] = [index] * (min(symbol.end_line, len(lines)) - first)
    return owners
