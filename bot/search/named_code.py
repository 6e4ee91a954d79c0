"""Find the code that somebody names: a path, some of its lines, or a definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from bot.search.source_files import is_program, kind_of, says_generated
from bot.search.symbols import Symbol, extract_symbols
from bot.search.used_files import ReadFiles
from bot.text import as_code_span
from bot.values import NamedCode, SearchHit

# As people write lines, as GitHub links them, and as compilers print them with a column.
LINES = re.compile(
    r"(?P<path>.+?)(?::|#)L?(?P<first>\d{1,18})(?:-L?(?P<last>\d{1,18})|:\d{1,18})?$", re.DOTALL
)
ADDRESS = re.compile(r"https?://[^/]+/[^/]+/[^/]+/(?:blob|tree)/[^/]+/(?P<path>.+)$", re.DOTALL)
DATA = (".json", ".jsonl", ".csv", ".tsv", ".xml", ".toml", ".ini", ".cfg", ".yml", ".yaml")
NAME = re.compile(r"[^\W\d]\w*")
QUOTES = "`'\""
SHOWN = 5
STEM_CHARS = 3  # that a misspelt name shares with the right one, at its beginning or its end
Grep = Callable[[str], Sequence[str]]  # the files in which a pattern matches


@dataclass(frozen=True, slots=True)
class CodeFinder:
    """Looks names up in the files of one tree."""

    paths: Sequence[str]
    grep: Grep
    read: ReadFiles
    foreign: Sequence[str] = ()  # generated, vendored and lock files

    def find(self, words: str) -> NamedCode:
        """Find what `path`, `path:12`, `path:12-30`, `name`, `Class.name` or `path::name` means.

        The address of a file on GitHub is its path.
        """
        code = self._find(self._drop_address(words.strip().strip(QUOTES)))
        if code.obstacle:
            return code
        obstacle = _explain_unfit(code.path, self.read([code.path]).get(code.path, b""))
        return NamedCode(obstacle=obstacle) if obstacle else code

    def _drop_address(self, name: str) -> str:
        """Keep the path of an address; a branch may have slashes in its name."""
        match = ADDRESS.match(name)
        if match is None:
            return name
        parts = match["path"].split("/")
        paths = ["/".join(parts[count:]) for count in range(len(parts))]
        return next((path for path in paths if path.partition("#")[0] in self.paths), paths[0])

    def _find(self, name: str) -> NamedCode:
        if name in self.paths:  # which may have blanks in it
            return self._choose_path(name, [name])
        if not name or len(name.split()) > 1:
            return NamedCode(obstacle=_ask_for_one(name))
        if "::" in name:
            path, _, symbol = name.partition("::")
            return self._find_in_file(path, symbol.replace("::", "."))
        if lines := LINES.match(name):
            return self._find_lines(lines)
        if paths := self._match_paths(name):
            return self._choose_path(name, paths)
        code = NamedCode(obstacle=self._explain_no_path(name))
        return code if "/" in name else self._find_word(name)

    def _find_word(self, name: str) -> NamedCode:
        """Find a definition; where there is none, say what there is of files that are called so."""
        code = self._find_symbol(name)
        is_path = is_program(name) or bool(self._list_inside(name) or self._match_foreign(name))
        return (
            NamedCode(obstacle=self._explain_no_path(name)) if code.obstacle and is_path else code
        )

    def _match_paths(self, name: str) -> list[str]:
        """List the files that a path means: from the root, or as long as it takes."""
        plain = name.removeprefix("./")
        if plain in self.paths:
            return [plain]
        return [path for path in self.paths if path.endswith(f"/{plain}")]

    def _choose_path(self, name: str, paths: Sequence[str]) -> NamedCode:
        if len(paths) > 1:
            return NamedCode(obstacle=_refuse_several(name, paths))
        (path,) = paths
        text = self.read([path]).get(path, b"")
        lines = text.count(b"\n") + (not text.endswith(b"\n"))
        return NamedCode(path, 1, lines, tuple(_name_symbols(extract_symbols(path, text))))

    def _find_in_file(self, path: str, symbol: str) -> NamedCode:
        paths = self._match_paths(path)
        if len(paths) != 1:
            text = _refuse_several(path, paths) if paths else self._explain_no_path(path)
            return NamedCode(obstacle=text)
        symbols = extract_symbols(paths[0], self.read(paths).get(paths[0], b""))
        return _choose_symbol(symbol, symbols, f" in {as_code_span(paths[0])}")

    def _find_lines(self, lines: re.Match[str]) -> NamedCode:
        """Find lines of a file, with the definitions that hold them."""
        paths = self._match_paths(lines["path"])
        if not paths:
            return NamedCode(obstacle=self._explain_no_path(lines["path"]))
        whole = self._choose_path(lines["path"], paths)
        if not whole.path:
            return whole
        first = int(lines["first"])
        last = int(lines["last"] or first)
        if last < first:
            wrong = f"`{first}-{last}` are no lines: the first number is that of the first line."
            return NamedCode(obstacle=wrong)
        if not 1 <= first <= last <= whole.end_line:
            path = as_code_span(whole.path)
            return NamedCode(obstacle=f"{path} has the lines 1 to {whole.end_line}.")
        text = self.read([whole.path])[whole.path]
        around = [
            symbol
            for symbol in extract_symbols(whole.path, text)
            if symbol.line <= last and symbol.end_line >= first
        ]
        return NamedCode(whole.path, first, last, tuple(_name_symbols(around)))

    def _find_symbol(self, name: str) -> NamedCode:
        """Find a definition by its name, as far as it is qualified; by near names where none."""
        last = re.split(r"[.#]", name)[-1].removesuffix("()")
        if not NAME.fullmatch(last):
            return NamedCode(obstacle=self._explain_no_path(name))
        symbols = self._read_symbols(rf"\b{re.escape(last)}\b")
        wanted = name.replace("#", ".").removesuffix("()")
        if any(_is_called(symbol, wanted) for symbol in symbols):
            return _choose_symbol(wanted, symbols)
        stem, end = last[:STEM_CHARS], last[-STEM_CHARS:]
        return _choose_symbol(wanted, self._read_symbols(rf"\b({stem}\w*|\w*{end})\b"))

    def _read_symbols(self, pattern: str) -> list[Symbol]:
        """Read the definitions of the files in which a pattern matches."""
        files = self.read(self.grep(pattern))
        return [symbol for path in files for symbol in extract_symbols(path, files[path])]

    def _explain_no_path(self, name: str) -> str:
        """Say that there is no such file, and which ones are near."""
        if own := self._match_foreign(name):
            return (
                f"{as_code_span(own[0])} is generated, another project's or a lock file: nobody "
                "edits it by hand. Name code of your own."
            )
        if inside := self._list_inside(name):
            shown = ", ".join(map(as_code_span, inside[:SHOWN]))
            return f"{as_code_span(name)} is a folder. Name one of its files, such as {shown}."
        ends = {path.rpartition("/")[2]: path for path in self.paths}
        last = name.rpartition("/")[2]
        near = [path for end, path in ends.items() if end.casefold() == last.casefold()]
        near = near or [ends[end] for end in get_close_matches(last, ends, SHOWN)]
        near = near or get_close_matches(name, self.paths, SHOWN)
        return f"There is no {as_code_span(name)}.{_suggest(near)}"

    def _list_inside(self, name: str) -> list[str]:
        """List the files of a folder; none where there is no such folder."""
        folder = f"{name.removeprefix('./').rstrip('/')}/"
        return [path for path in self.paths if path.startswith(folder)]

    def _match_foreign(self, name: str) -> list[str]:
        plain = name.removeprefix("./")
        return [path for path in self.foreign if f"/{path}".endswith(f"/{plain}")]


def _explain_unfit(path: str, data: bytes) -> str:
    """Say why what a file holds is no code that can be worked on; empty where it is."""
    shown = as_code_span(path)
    if b"\0" in data:
        return f"{shown} is no text. Name a file with code."
    if not data.strip():
        return f"{shown} is empty: there is no code in it yet."
    if not is_program(path) and (kind_of(path) == "docs" or path.lower().endswith(DATA)):
        return f"{shown} has no code in it. Name a file with code, or a definition."
    if says_generated(data.decode(errors="replace")):
        return f"{shown} is generated, as its head says: change what it is made from instead."
    return ""


def _choose_symbol(name: str, symbols: Sequence[Symbol], where: str = "") -> NamedCode:
    """Choose the one definition that is called so; else say which are, or which nearly are."""
    matches = [symbol for symbol in symbols if _is_called(symbol, name)]
    places = list(dict.fromkeys(f"{symbol.path}::{symbol.name}" for symbol in matches))
    if len(places) > 1:
        return NamedCode(obstacle=_refuse_several(name, places))
    if matches:  # more than once, as the getter and the setter of a property are
        first, last = matches[0].line, matches[-1].end_line
        inner = [
            each
            for each in symbols
            if each.path == matches[0].path and first <= each.line and each.end_line <= last
        ]
        hits = tuple(_name_symbols(inner))
        return NamedCode(matches[0].path, first, last, hits, name=matches[0].name)
    named = {symbol.name: symbol for symbol in symbols}
    last_names = {symbol.last_name: symbol.name for symbol in symbols}
    near = get_close_matches(name, named, SHOWN)
    last_name = name.rpartition(".")[2]
    near = near or [last_names[each] for each in get_close_matches(last_name, last_names, SHOWN)]
    return NamedCode(obstacle=f"Nothing is called {as_code_span(name)}{where}.{_suggest(near)}")


def _is_called(symbol: Symbol, name: str) -> bool:
    """Tell whether a name means the definition: alone, or with its class or its module."""
    if symbol.name == name or symbol.name.endswith(f".{name}"):
        return True
    module = symbol.path.rpartition(".")[0].replace("/", ".").removesuffix(".__init__")
    return f".{module}.{symbol.name}".endswith(f".{name}")


def _name_symbols(symbols: Sequence[Symbol]) -> Iterator[SearchHit]:
    for symbol in symbols:
        hit = SearchHit(symbol.path, 1.0, name=symbol.name, kind=symbol.kind)
        yield replace(hit, line=symbol.line, end_line=symbol.end_line)


def _ask_for_one(words: str) -> str:
    if not words:
        return "Say what: a file, some of its lines, or a definition."
    return f"{as_code_span(words)} is no one name: give a file, some of its lines, or a definition."


def _refuse_several(name: str, choices: Sequence[str]) -> str:
    shown = ", ".join(map(as_code_span, choices[:SHOWN]))
    more = f" and {len(choices) - SHOWN} more" if len(choices) > SHOWN else ""
    return f"{as_code_span(name)} could be any of {shown}{more}. Say which one."


def _suggest(near: Sequence[str]) -> str:
    return f" Did you mean {' or '.join(map(as_code_span, near[:SHOWN]))}?" if near else ""
