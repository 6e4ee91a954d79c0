"""Read what a file of TypeScript or JavaScript exports and imports, and where an import leads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from tree_sitter import Node

from bot.project.import_graph import folder_of
from bot.project.source_file import SourceFile, SourceImport
from bot.search.grammars import language_of, parse
from bot.search.syntax_queries import find_kinds, read_text

SUFFIXES = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
CALLS = frozenset(["call_expression"])
TYPES = frozenset(["interface_declaration", "type_alias_declaration"])
MAX_COLUMN = 60  # a call that begins behind it stands in some function
BUILT = re.compile(r"/(?:dist|build|out)/")
COMMON_EXPORT = re.compile(r"\b(?:module\.)?exports\.([\w$]+)\s*=")
COMMON_OBJECT = re.compile(r"\bmodule\.exports\s*=\s*\{([^{}]*)\}")
COMMON_VALUE = re.compile(r"\bmodule\.exports\s*=\s*[\w$(\[]|\bexport\s*=")
DECLARES = frozenset(
    """function_declaration generator_function_declaration class_declaration interface_declaration
    abstract_class_declaration type_alias_declaration enum_declaration internal_module
    function_signature module variable_declarator""".split()  # noqa: SIM905 - reads as a table
)


def read_script(path: str, text: str) -> SourceFile | None:
    """Read the names of a module; None where it does not parse."""
    language = language_of(path) or ""
    tree = parse(language, text.encode(errors="replace"))
    if tree is None or tree.root_node.has_error:
        return None
    defined: set[str] = set()
    exported: set[str] = set()
    imports: list[SourceImport] = []
    is_open = False
    for node in tree.root_node.named_children:
        names = set(_list_declared(node))
        defined |= names
        if node.type == "import_statement":
            imports += _read_import(node)
        elif node.type == "export_statement":
            exported |= names | set(_list_exported(node))
            imports += _read_import(node)
            is_open |= any(child.type == "*" for child in node.children)
    common, is_value = _read_common(text)
    exported |= common | ({"default"} if common else set())
    required = tuple(_list_required(tree.root_node, language))
    declared_types = find_kinds(tree.root_node, language, TYPES)
    return SourceFile(
        frozenset(defined | common),
        frozenset(exported),
        (*imports, *required),
        is_open or is_value,
        types=frozenset(name for node in declared_types for name in _list_declared(node)),
    )


def _list_declared(node: Node) -> Iterator[str]:
    """List the names that a statement declares at the top of the module."""
    if node.type in DECLARES:
        name = node.child_by_field_name("name")
        if name is not None:
            yield from _list_pattern(name)
    elif node.type in (
        "export_statement",
        "lexical_declaration",
        "variable_declaration",
        "ambient_declaration",
    ):
        for child in node.named_children:
            yield from _list_declared(child)
    elif node.type == "expression_statement" and node.named_children[0].type == "internal_module":
        yield from _list_declared(node.named_children[0])


def _list_pattern(name: Node) -> Iterator[str]:
    """List the names of a declared name, or of what takes a value apart."""
    if not name.named_children:
        yield read_text(name)
    for child in name.named_children:
        target = child.child_by_field_name("value") if child.type == "pair_pattern" else child
        if target is not None:
            yield from _list_pattern(target)


def _list_exported(node: Node) -> Iterator[str]:
    """List what an export statement exports besides what it declares."""
    if any(child.type == "default" for child in node.children):
        yield "default"
    for clause in node.named_children:
        if clause.type in ("export_clause", "namespace_export"):
            for specifier in clause.named_children:
                name = specifier.child_by_field_name("alias") or specifier.child_by_field_name(
                    "name"
                )
                yield read_text(name or specifier)


def _read_import(node: Node) -> Iterator[SourceImport]:
    source = node.child_by_field_name("source")
    if source is None:
        return
    names = tuple(_list_taken(node))
    yield SourceImport(
        read_text(source).strip("\"'`"), node.start_point.row + 1, names, _takes_types(node)
    )


def _takes_types(node: Node) -> bool:
    """Tell whether an import is of types alone: `import type { A }`, `import { type A }`."""
    if _has_type_word(node):
        return True
    clauses = [child for child in node.named_children if child.type == "import_clause"]
    parts = [part for clause in clauses for part in clause.named_children]
    taken = [each for part in parts for each in part.named_children or [part]]
    return bool(taken) and all(map(_has_type_word, taken))


def _has_type_word(node: Node) -> bool:
    return any(child.type == "type" for child in node.children)


def _list_taken(node: Node) -> Iterator[str]:
    """List the names that an import or a passing export takes from its source."""
    waiting = list(node.named_children)
    while waiting:
        child = waiting.pop(0)
        if child.type in ("import_specifier", "export_specifier"):
            name = child.child_by_field_name("name")
            yield read_text(name)
        elif child.type == "identifier" and child.parent and child.parent.type == "import_clause":
            yield "default"
        elif child.type in ("import_clause", "named_imports", "export_clause"):
            waiting += child.named_children


def _read_common(text: str) -> tuple[set[str], bool]:
    """Read what a module exports in Node's older way, and whether it is a value of its own."""
    names = set(COMMON_EXPORT.findall(text))
    for listed in COMMON_OBJECT.findall(text):
        names.update(
            re.findall(r"(?:^|,)\s*(?:async\s+)?([\w$]+)", re.sub(r"//[^\n]*", "", listed))
        )
    is_computed = bool(COMMON_VALUE.search(text)) or ("module.exports" in text and not names)
    return names, is_computed


def _list_required(root: Node, language: str) -> Iterator[SourceImport]:
    """List what is imported by a call: `require("./a")`, or `import("./a")`."""
    for call in find_kinds(root, language, CALLS):
        function, arguments = (call.child_by_field_name(name) for name in ("function", "arguments"))
        if read_text(function) not in ("require", "import") or arguments is None:
            continue
        module = read_text(arguments).strip("()\"'` \n")
        is_plain = len(arguments.named_children) == 1 and "${" not in module
        if is_plain and arguments.named_children[0].type in ("string", "template_string"):
            is_late = read_text(function) == "import" or call.start_point.column > MAX_COLUMN
            names = tuple(_list_assigned(call))
            yield SourceImport(module, call.start_point.row + 1, names, is_late)


def _list_assigned(call: Node) -> Iterator[str]:
    """List the names that are taken of a required module at once: `const { a, b: c } = ...`."""
    outer = call.parent
    pattern = outer.child_by_field_name("name") if outer is not None else None
    if pattern is None or pattern.type != "object_pattern":
        return
    for child in pattern.named_children:
        key = child.child_by_field_name("key")
        yield read_text(key if key is not None else child)


def resolve_script(module: str, importer: str, paths: Collection[str]) -> str | None:
    """Find the file that an import leads to; "" where there is none, None for a package."""
    if module.startswith("."):
        bases = [*_find_base(folder_of(importer), module)]
    elif module.startswith(("@/", "~/", "#/")):
        bases = [f"src/{module[2:]}", module[2:], f"app/{module[2:]}"]
    elif module.startswith("/"):
        bases = [module.lstrip("/"), f"public{module}"]
    else:
        return None
    if bases and BUILT.search(module):
        return bases[0]  # which is there once the code is compiled
    candidates = (candidate for base in bases for candidate in _list_candidates(base))
    return next((path for path in candidates if path in paths), "")


def _find_base(folder: str, relative: str) -> Iterator[str]:
    """Find the path that is meant from a folder; none where it leads out of the project."""
    path = posixpath.normpath(posixpath.join(folder, relative))
    if path.partition("/")[0] != "..":
        yield "" if path == "." else path


def _list_candidates(base: str) -> Iterator[str]:
    """List the files that a module without its ending may be; `a.js` may be written as `a.ts`."""
    base = base.partition("?")[0]
    yield base
    stem = re.sub(r"\.[cm]?jsx?$", "", base)
    for start in dict.fromkeys((base, stem)):
        for suffix in SUFFIXES:
            yield f"{start}{suffix}"
    for suffix in SUFFIXES:
        yield f"{base}/index{suffix}" if base else f"index{suffix}"
