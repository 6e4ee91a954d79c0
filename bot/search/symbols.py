"""Find the definitions of a file: their names, kinds, lines and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tree_sitter import Node, Query, QueryCursor

from bot.search.grammars import language_of, load_grammar, parse
from bot.search.python_symbols import find_python_definitions
from bot.search.symbol_queries import QUERIES

SIGNATURE_CHARS = 200
PAGE_SUFFIXES = (".svelte", ".vue")  # only their scripts define what others use
SCRIPT = re.compile(rb"<script\b[^>]{0,300}>", re.IGNORECASE)
NOT_NEWLINE = re.compile(rb"[^\n]")
SCOPES = frozenset({"class", "interface", "enum", "scope", "struct", "trait", "object", "module"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition; `name` is qualified: "Class.method".

    Lines count from 1; `depth` is 0 at the top of the file.
    """

    path: str
    name: str
    kind: str
    line: int
    end_line: int
    signature: str
    depth: int = 0

    @property
    def last_name(self) -> str:
        """The name without what qualifies it."""
        return self.name.rpartition(".")[2]


def extract_symbols(path: str, text: bytes) -> tuple[Symbol, ...]:
    """Return a file's definitions in their order; none without a grammar or after a timeout."""
    return parse_symbols(path, text) or ()


def parse_symbols(path: str, text: bytes, timeout_s: float = 1.0) -> tuple[Symbol, ...] | None:
    """As `extract_symbols`, but return None after a timeout, so that a caller can stop trying."""
    language = language_of(path)
    if language == "python":
        return tuple(_qualify(path, _read_python(text)))
    if path.lower().endswith(PAGE_SUFFIXES):
        language, text = "typescript", _blank_markup(text)  # which reads JavaScript too
    query = _load_query(language) if language else None
    if language is None or query is None:
        return ()
    tree = parse(language, text, timeout_s)
    if tree is None:
        return None
    matches = QueryCursor(query).matches(tree.root_node)
    definitions = [_read_match(captures, text) for _, captures in matches]
    # Go's structs and interfaces match twice: the more telling kind comes first and stays.
    definitions.sort(key=lambda each: (each.start, -each.end, each.kind == "type"))
    return tuple(_qualify(path, definitions))


def _blank_markup(page: bytes) -> bytes:
    """Blank all but the scripts of a page; the lines stay where they are."""
    blanked = bytearray(NOT_NEWLINE.sub(b" ", page))
    end = 0
    while opening := SCRIPT.search(page, end):
        start = opening.end()
        end = page.find(b"</script", start)
        if end < 0:
            break
        blanked[start:end] = page[start:end]
    return bytes(blanked)


class _Definition(NamedTuple):
    """A definition to be qualified; `start` and `end` tell what is inside what, on any scale."""

    start: int
    end: int
    kind: str
    name: str
    lines: tuple[int, int]
    signature: str


def _read_python(text: bytes) -> Iterator[_Definition]:
    for each in find_python_definitions(text):
        lines = (each.line, each.end_line)
        signature = _join_lines(each.header)
        yield _Definition(each.line, each.end_line + 1, each.kind, each.name, lines, signature)


def _read_match(captures: dict[str, list[Node]], text: bytes) -> _Definition:
    kind = next(kind for kind in captures if kind not in ("name", "owner"))
    name = _read_name(captures["name"][0], text)
    if kind == "scope":  # Rust: impl Trait for path::Type
        name = name.rpartition(".")[2]
    if "owner" in captures:
        name = f"{_read_name(captures['owner'][0], text)}.{name}"
    node = captures[kind][0]
    return _Definition(
        node.start_byte, node.end_byte, kind, name, _lines_of(node), _read_signature(node, text)
    )


def _read_name(node: Node, text: bytes) -> str:
    """Read a name as people write it: without type arguments, with dots."""
    name = text[node.start_byte : node.end_byte].decode(errors="replace")
    if name.isidentifier():
        return name
    name = re.sub(r"<[^()]*>|\s|^[\"']|[\"']$", "", name)
    return name.replace("::", ".").replace(":", ".").strip(".")


def _qualify(path: str, definitions: Iterable[_Definition]) -> Iterator[Symbol]:
    """Qualify each name by the scope around it; a second definition of the same text goes."""
    enclosing: list[tuple[int, str, str]] = []  # end, name and kind of the definitions we are in
    previous = (-1, -1)
    for each in definitions:
        if (each.start, each.end) == previous:
            continue
        previous = (each.start, each.end)
        while enclosing and enclosing[-1][0] <= each.start:
            enclosing.pop()
        scope = next((name for _, name, kind in reversed(enclosing) if kind in SCOPES), "")
        is_in_class = bool(enclosing) and enclosing[-1][2] in SCOPES
        name = f"{scope}.{each.name}" if scope else each.name
        depth = sum(kind != "scope" for *_, kind in enclosing)
        enclosing.append((each.end, name, each.kind))
        if each.kind != "scope":
            kind = "method" if is_in_class and each.kind == "function" else each.kind
            yield Symbol(path, name, kind, *each.lines, each.signature, depth)


def _lines_of(node: Node) -> tuple[int, int]:
    start = node.start_point.row + 1
    end = node.end_point.row + (node.end_point.column > 0)  # some grammars take the line break in
    return start, max(end, start)


def _read_signature(node: Node, text: bytes) -> str:
    """Read from the start of the line to the body, as one line."""
    start = text.rfind(b"\n", 0, node.start_byte) + 1
    value = node.child_by_field_name("value") or node.child_by_field_name("right") or node
    body = node.child_by_field_name("body") or value.child_by_field_name("body")
    end = body.start_byte if body else text.find(b"\n", node.start_byte)
    if end <= start:
        end = len(text)
    return _join_lines(text[start:end][: 8 * SIGNATURE_CHARS])


def _join_lines(text: bytes) -> str:
    return " ".join(text.decode(errors="replace").split()).rstrip(" {")[:SIGNATURE_CHARS]


@cache
def _load_query(language: str) -> Query | None:
    text, grammar = QUERIES.get(language), load_grammar(language)
    return Query(grammar, text) if text and grammar else None
