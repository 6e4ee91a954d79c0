"""Here lives the answer to "where is this defined, and who uses it": by name, without types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.search.source_files import FileSource, kind_of, read_files
from bot.search.symbols import Symbol, extract_symbols

DEFINITIONS = 20
REFERENCES = 60
LINE_CHARS = 160


def find_symbol(source: FileSource, name: str) -> str:
    """Where `name` ("f", "Class" or "Class.method") is defined and where its last part stands as a
    word.

    A text for the model: bounded, and it says what was left out.
    """
    last = name.rpartition(".")[2]
    paths = sorted(source.paths(), key=lambda path: (kind_of(path) in ("test", "foreign"), path))
    shelf = read_files(source, paths)
    holding = {path: data for path, data in shelf.files.items() if last.encode() in data}
    defined = [
        it
        for path, data in holding.items()
        for it in extract_symbols(path, data)
        if _means(it, name, last)
    ]
    starts = {(it.path, it.line) for it in defined}
    used = [line for line in _lines_with(last, holding) if line[:2] not in starts]
    told = [
        *_told(f"Definitions of {name}", [_definition(it) for it in defined], DEFINITIONS),
        *_told(
            f"Other lines with {last}",
            [f"{path}:{line}: {text}" for path, line, text in used],
            REFERENCES,
        ),
    ]
    if shelf.skipped:
        told.append(
            f"Not searched: {'; '.join(shelf.skipped[:5])}{' ...' if len(shelf.skipped) > 5 else ''}"
        )
    return "\n".join(told)


def _means(symbol: Symbol, name: str, last: str) -> bool:
    return (
        symbol.name == name or symbol.name.endswith(f".{name}")
        if "." in name
        else symbol.last_name == last
    )


def _definition(symbol: Symbol) -> str:
    return f"{symbol.path}:{symbol.line}-{symbol.end_line} {symbol.kind} {symbol.name}: {symbol.signature}"


def _lines_with(word: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, int, str]]:
    whole = re.compile(rf"(?<![\w$]){re.escape(word)}(?![\w$])")
    for path, data in files.items():
        for number, line in enumerate(data.decode().split("\n"), 1):
            if whole.search(line):
                yield path, number, line.strip()[:LINE_CHARS]


def _told(title: str, lines: list[str], limit: int) -> list[str]:
    if not lines:
        return [f"{title}: none."]
    more = [f"  ... and {len(lines) - limit} more"] if len(lines) > limit else []
    return [f"{title}:", *(f"  {line}" for line in lines[:limit]), *more]
