"""Find where a name is defined and who uses it, by its spelling alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.search.source_files import FileSource, kind_of, read_files
from bot.search.symbols import Symbol, extract_symbols
from bot.text.code_line import shorten_code_line

MAX_DEFINITIONS = 20
MAX_REFERENCES = 60
MAX_SKIPPED = 5
LINE_CHARS = 160


def find_symbol(source: FileSource, name: str) -> str:
    """Find where `name` ("f", "Class" or "Class.method") is defined, and who uses its last part.

    Returns a text for the model: bounded, and it says what was left out.
    """
    last = name.rpartition(".")[2]
    paths = sorted(source.paths(), key=lambda path: (kind_of(path) in ("test", "foreign"), path))
    result = read_files(source, paths)
    files = {path: data for path, data in result.files.items() if last.encode() in data}
    symbols = list(_find_definitions(files, name))
    starts = {(symbol.path, symbol.line) for symbol in symbols}
    definitions = [_render_definition(symbol) for symbol in symbols]
    references = [
        f"{path}:{line}: {text}"
        for path, line, text in _find_lines(files, last)
        if (path, line) not in starts
    ]
    text = [
        *_render_list(f"Definitions of {name}", definitions, MAX_DEFINITIONS),
        *_render_list(f"Other lines with {last}", references, MAX_REFERENCES),
    ]
    if result.skipped:
        more = " ..." if len(result.skipped) > MAX_SKIPPED else ""
        text.append(f"Not searched: {'; '.join(result.skipped[:MAX_SKIPPED])}{more}")
    return "\n".join(text)


def _find_definitions(files: Mapping[str, bytes], name: str) -> Iterator[Symbol]:
    for path, data in files.items():
        for symbol in extract_symbols(path, data):
            if _matches(symbol, name):
                yield symbol


def _matches(symbol: Symbol, name: str) -> bool:
    if "." in name:
        return symbol.name == name or symbol.name.endswith(f".{name}")
    return symbol.last_name == name


def _render_definition(symbol: Symbol) -> str:
    lines = f"{symbol.path}:{symbol.line}-{symbol.end_line}"
    signature = shorten_code_line(symbol.signature, LINE_CHARS)
    return f"{lines} {symbol.kind} {symbol.name}: {signature}"


def _find_lines(files: Mapping[str, bytes], word: str) -> Iterator[tuple[str, int, str]]:
    """Find the lines that hold the word, as path, line number and text."""
    pattern = re.compile(rf"(?<![\w$]){re.escape(word)}(?![\w$])")
    for path, data in files.items():
        for number, line in enumerate(data.decode().split("\n"), 1):
            if pattern.search(line):
                yield path, number, shorten_code_line(line.strip(), LINE_CHARS)


def _render_list(title: str, lines: Sequence[str], limit: int) -> list[str]:
    if not lines:
        return [f"{title}: none."]
    rendered = [f"{title}:", *(f"  {line}" for line in lines[:limit])]
    if len(lines) > limit:
        rendered.append(f"  ... and {len(lines) - limit} more")
    return rendered
