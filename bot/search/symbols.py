"""Here live the definitions of a file: what is called what, on which lines, where there is a
grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from tree_sitter import Node, Query, QueryCursor

from bot.search.grammars import language_of, load_grammar, parse
from bot.search.python_symbols import definitions

SIGNATURE_CHARS = 200
PAGES = (".svelte", ".vue")  # only their scripts define what others use
SCRIPT = re.compile(rb"<script\b[^>]{0,300}>", re.IGNORECASE)
NO_BREAK = re.compile(rb"[^\n]")
SCOPES = frozenset({"class", "interface", "enum", "scope", "struct", "trait", "object", "module"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition. `name` is qualified: "Class.method". Lines count from 1; `depth` is 0 at the
    top of the file.
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
        return self.name.rpartition(".")[2]


def extract_symbols(path: str, text: bytes) -> tuple[Symbol, ...]:
    """The definitions of a file in their order; none where there is no grammar or the parser lost
    its way.
    """
    return parse_symbols(path, text) or ()


def parse_symbols(path: str, text: bytes, patience_s: float = 1.0) -> tuple[Symbol, ...] | None:
    """As `symbols`; None when the parser lost its way, so that a caller with many files can lose
    patience.
    """
    language = language_of(path)
    if language == "python":
        return tuple(_qualified(path, _of_python(text)))
    if path.lower().endswith(PAGES):
        language, text = "typescript", _scripts(text)  # which reads JavaScript too
    query = _query(language) if language else None
    if language is None or query is None:
        return ()
    tree = parse(language, text, patience_s)
    if tree is None:
        return None
    found = [
        _definition(captures, text) for _, captures in QueryCursor(query).matches(tree.root_node)
    ]
    # Go's structs and interfaces match twice: the more telling kind comes first and stays.
    found.sort(key=lambda it: (it.start, -it.end, it.kind == "type"))
    return tuple(_qualified(path, found))


def _scripts(page: bytes) -> bytes:
    """The scripts of a page where they stand; all else is blank, so that the lines stay."""
    kept = bytearray(NO_BREAK.sub(b" ", page))
    at = 0
    while (opened := SCRIPT.search(page, at)) and (at := page.find(b"</script", opened.end())) > 0:
        kept[opened.end() : at] = page[opened.end() : at]
    return bytes(kept)


class _Definition(NamedTuple):
    """`start` and `end` say what lies inside what, on any scale."""

    start: int
    end: int
    kind: str
    name: str
    lines: tuple[int, int]
    signature: str


def _of_python(text: bytes) -> Iterator[_Definition]:
    for it in definitions(text):
        yield _Definition(
            it.line, it.end_line + 1, it.kind, it.name, (it.line, it.end_line), _one_line(it.header)
        )


def _definition(captures: dict[str, list[Node]], text: bytes) -> _Definition:
    name = _plain(captures["name"][0], text)
    owner = captures.get("owner")
    kind = next(kind for kind in captures if kind not in ("name", "owner"))
    name = name.rpartition(".")[2] if kind == "scope" else name  # Rust: impl Trait for path::Type
    name = f"{_plain(owner[0], text)}.{name}" if owner else name
    node = captures[kind][0]
    return _Definition(
        node.start_byte, node.end_byte, kind, name, _lines(node), _signature(node, text)
    )


def _plain(node: Node, text: bytes) -> str:
    """A name as people say it: without type arguments, with dots."""
    name = text[node.start_byte : node.end_byte].decode(errors="replace")
    if name.isidentifier():
        return name
    return (
        re.sub(r"<[^()]*>|\s|^[\"']|[\"']$", "", name)
        .replace("::", ".")
        .replace(":", ".")
        .strip(".")
    )


def _qualified(path: str, found: Iterable[_Definition]) -> Iterator[Symbol]:
    around: list[tuple[int, str, str]] = []  # end, name, kind of the definitions we are in
    before = (-1, -1)
    for it in found:
        if it[:2] == before:
            continue
        before = it[:2]
        while around and around[-1][0] <= it.start:
            around.pop()
        scope = next((name for _, name, kind in reversed(around) if kind in SCOPES), "")
        in_class = bool(around) and around[-1][2] in SCOPES
        name = f"{scope}.{it.name}" if scope else it.name
        depth = sum(kind != "scope" for *_, kind in around)
        around.append((it.end, name, it.kind))
        if it.kind != "scope":
            kind = "method" if in_class and it.kind == "function" else it.kind
            yield Symbol(path, name, kind, *it.lines, it.signature, depth)


def _lines(node: Node) -> tuple[int, int]:
    end = node.end_point.row + (node.end_point.column > 0)  # some grammars take the line break in
    return node.start_point.row + 1, max(end, node.start_point.row + 1)


def _signature(node: Node, text: bytes) -> str:
    """From the start of the line to the body, on one line."""
    start = text.rfind(b"\n", 0, node.start_byte) + 1
    value = node.child_by_field_name("value") or node.child_by_field_name("right") or node
    body = node.child_by_field_name("body") or value.child_by_field_name("body")
    end = body.start_byte if body else text.find(b"\n", node.start_byte)
    piece = text[start : end if end > start else len(text)][: 8 * SIGNATURE_CHARS]
    return _one_line(piece)


def _one_line(piece: bytes) -> str:
    return " ".join(piece.decode(errors="replace").split()).rstrip(" {")[:SIGNATURE_CHARS]


@cache
def _query(language: str) -> Query | None:
    text, found = QUERIES.get(language), load_grammar(language)
    return Query(found, text) if text and found else None


def _named(kinds: str) -> str:
    """Patterns for nodes that hold their name in a field: "node node: kind" on each line."""
    lines = (line.partition(":") for line in kinds.split("\n") if line.strip())
    return "\n".join(
        f"({node} name: (_) @name) @{kind.strip()}"
        for nodes, _, kind in lines
        for node in nodes.split()
    )


_JAVASCRIPT = (
    _named("""function_declaration generator_function_declaration method_definition: function
              class_declaration: class""")
    + """
    (variable_declarator name: (_) @name value: [(arrow_function) (function_expression) (generator_function)]) @function
    (variable_declarator name: (_) @name value: (class)) @class
    (pair key: (_) @name value: [(arrow_function) (function_expression)]) @function
    (assignment_expression left: (identifier) @name right: [(arrow_function) (function_expression)]) @function
    (assignment_expression left: (member_expression property: (_) @name)
                           right: [(arrow_function) (function_expression)]) @function
    """
)
_TYPESCRIPT = (
    _JAVASCRIPT
    + _named("""abstract_class_declaration: class
                interface_declaration: interface
                enum_declaration: enum
                type_alias_declaration: type
                internal_module: namespace
                function_signature abstract_method_signature: function""")
    + "(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @function"
)
_C = """
    (function_definition declarator: (function_declarator declarator: (_) @name)) @function
    (function_definition declarator: (_ (function_declarator declarator: (_) @name))) @function
    (function_definition declarator: (_ (_ (function_declarator declarator: (_) @name)))) @function
    (struct_specifier name: (_) @name body: (_)) @struct
    (union_specifier name: (_) @name body: (_)) @struct
    (enum_specifier name: (_) @name body: (_)) @enum
    (type_definition declarator: (type_identifier) @name) @type
    (preproc_function_def name: (_) @name) @macro
"""
QUERIES = MappingProxyType(
    {
        "javascript": _JAVASCRIPT
        + "(field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @function",
        "typescript": _TYPESCRIPT,
        "tsx": _TYPESCRIPT,
        "go": _named("function_declaration: function\ntype_alias: type")
        + """
        (method_declaration receiver: (parameter_list (parameter_declaration type: [
            (type_identifier) @owner (generic_type type: (_) @owner)
            (pointer_type [(type_identifier) @owner (generic_type type: (_) @owner)])])) name: (_) @name) @method
        (type_spec name: (_) @name type: (interface_type)) @interface
        (type_spec name: (_) @name type: (struct_type)) @struct
        (type_spec name: (_) @name) @type
        """,
        "rust": _named("""function_item function_signature_item: function
                          struct_item union_item: struct
                          enum_item: enum
                          trait_item: trait
                          type_item: type
                          mod_item: namespace
                          macro_definition: macro""")
        + """
        (impl_item type: (type_identifier) @name) @scope
        (impl_item type: (generic_type type: (_) @name)) @scope
        (impl_item type: (scoped_type_identifier name: (_) @name)) @scope
        """,
        "java": _named("""class_declaration record_declaration: class
                          interface_declaration annotation_type_declaration: interface
                          enum_declaration: enum
                          method_declaration constructor_declaration: function"""),
        "csharp": _named("""class_declaration record_declaration: class
                            struct_declaration: struct
                            interface_declaration: interface
                            enum_declaration: enum
                            method_declaration constructor_declaration local_function_statement: function
                            delegate_declaration: type
                            property_declaration: property"""),
        "php": _named("""class_declaration: class
                         interface_declaration: interface
                         trait_declaration: trait
                         enum_declaration: enum
                         function_definition method_declaration: function"""),
        "ruby": _named("class: class\nmodule: module\nmethod singleton_method: function"),
        "kotlin": _named(
            "class_declaration: class\nobject_declaration: object\nfunction_declaration: function"
        ),
        "swift": _named("""class_declaration: class
                           protocol_declaration: interface
                           function_declaration protocol_function_declaration: function""")
        + '(init_declaration "init" @name) @function',
        "scala": _named("""class_definition: class
                           object_definition: object
                           trait_definition: trait
                           enum_definition: enum
                           type_definition: type
                           function_definition function_declaration: function"""),
        "c": _C,
        "cpp": _C
        + _named("alias_declaration: type\nnamespace_definition: namespace")
        + "(class_specifier name: (_) @name body: (_)) @class",
        "bash": _named("function_definition: function"),
        "lua": _named("function_declaration: function"),
    }
)
