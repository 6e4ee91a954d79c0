"""Find what code at a place has to fit: what holds it, imports, siblings, what it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from bot.search.grammars import language_of, parse
from bot.search.symbols import Symbol, extract_symbols
from bot.search.syntax_queries import read_text
from bot.text.git_lines import split_lines

IMPORT = re.compile(r"import|^use_|include|require|package_clause|package_declaration|namespace")
WORD = re.compile(r"[^\W\d]\w+")
MAX_FILES = 2_000  # that are looked into for what is used
MAX_BYTES = 20_000_000
MAX_USED = 10
MAX_AROUND = 150  # lines
MAX_SIBLINGS = 30
USED_LINES = 25  # of each


@dataclass(frozen=True, slots=True)
class PlaceContext:
    """What stands around a place of a file; each definition as "path:line", and its lines."""

    enclosing: tuple[tuple[str, str], ...] = ()
    imports: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()  # signatures
    used: tuple[tuple[str, str], ...] = ()


def find_place_context(
    path: str, line: int, files: Mapping[str, str], words: str = ""
) -> PlaceContext:
    """Find the context of a line of a file; `words` say what is wanted there, and name things too.

    Files are texts by path. Without a grammar of the language it is empty.
    """
    text = files[path]
    symbols = extract_symbols(path, text.encode(errors="replace"))
    around = [symbol for symbol in symbols if symbol.line <= line <= symbol.end_line]
    return PlaceContext(
        tuple(_show_around(path, text, around)),
        tuple(_list_imports(path, text)),
        tuple(_list_siblings(symbols, around)),
        tuple(_list_used(path, files, around, words)),
    )


def _show_around(path: str, text: str, around: list[Symbol]) -> Iterator[tuple[str, str]]:
    """Show the outermost definition that is not too long, else the innermost."""
    short = [symbol for symbol in around if symbol.end_line - symbol.line < MAX_AROUND]
    for symbol in (short or around[-1:])[:1]:
        yield f"{path}:{symbol.line}", _read_lines(text, symbol)


def _read_lines(text: str, symbol: Symbol, most: int | None = None) -> str:
    lines = split_lines(text)[symbol.line - 1 : symbol.end_line]
    shown = lines if most is None else lines[:most]
    return "\n".join([*shown, "..."] if len(shown) < len(lines) else shown)


def _list_imports(path: str, text: str) -> Iterator[str]:
    """List the statements at the top of the file that bring names in."""
    language = language_of(path)
    tree = parse(language, text.encode(errors="replace")) if language else None
    for node in tree.root_node.children if tree else ():
        if IMPORT.search(node.type):
            yield read_text(node)


def _list_siblings(symbols: tuple[Symbol, ...], around: list[Symbol]) -> Iterator[str]:
    """List the signatures beside the innermost definition: of its class, or of the file."""
    holder = around[-2].name if len(around) > 1 else ""
    depth = around[-1].depth if around else 0
    inside = [
        symbol
        for symbol in symbols
        if symbol not in around
        and symbol.depth == depth
        and symbol.name.rpartition(".")[0] == holder
    ]
    for symbol in inside[:MAX_SIBLINGS]:
        yield f"{symbol.line}: {symbol.signature}"


def _list_used(
    path: str, files: Mapping[str, str], around: list[Symbol], words: str
) -> Iterator[tuple[str, str]]:
    """List the definitions that the code around names, or the words; then those imported."""
    code = "".join(_read_lines(files[path], symbol) for symbol in around[-1:])
    named = set(WORD.findall(f"{code}\n{words}"))
    imported = set(WORD.findall("\n".join(_list_imports(path, files[path])))) - named
    own = {symbol.last_name for symbol in around}
    definitions = chain.from_iterable(
        _find_definitions(_choose_files(path, files), names - own) for names in (named, imported)
    )
    for text, symbol in islice(definitions, MAX_USED):
        yield f"{symbol.path}:{symbol.line}", _read_lines(text, symbol, USED_LINES)


def _find_definitions(
    files: Iterator[tuple[str, str]], names: set[str]
) -> Iterator[tuple[str, Symbol]]:
    """Find the first definition of each of the names, with the text that holds it."""
    for path, text in files:
        if names.isdisjoint(WORD.findall(text)):
            continue
        for symbol in extract_symbols(path, text.encode(errors="replace")):
            if symbol.last_name in names:
                names.discard(symbol.last_name)
                yield text, symbol


def _choose_files(path: str, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Choose the files of the same language, the nearest first, as long as there is room."""
    language = language_of(path)
    folder = path.rpartition("/")[0]
    candidates = [each for each in files if language_of(each) == language]
    candidates.sort(key=lambda each: (each != path, each.rpartition("/")[0] != folder, each))
    room = MAX_BYTES
    for near in candidates[:MAX_FILES]:
        text = files.get(near)
        room -= len(text or "")
        if room < 0:
            return
        if text is not None:
            yield near, text
