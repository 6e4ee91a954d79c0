"""Read what a file of Go defines and imports, and which folder an import leads to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from tree_sitter import Node

from bot.project.import_graph import folder_of
from bot.project.source_file import SourceFile, SourceImport
from bot.search.grammars import parse
from bot.search.syntax_queries import read_text

MODULE = re.compile(r"^module[ \t]+\"?([^\s\"]+)", re.MULTILINE)


def read_go(text: str) -> SourceFile | None:
    """Read the names of a file; None where it does not parse.

    What it takes from an imported package is read from its uses: `store.Load`.
    """
    tree = parse("go", text.encode(errors="replace"))
    if tree is None or tree.root_node.has_error:
        return None
    root = tree.root_node
    defined: set[str] = set()
    package = ""
    for node in root.named_children:
        if node.type == "package_clause":
            package = read_text(node.named_children[0])
        defined.update(_list_declared(node))
    return SourceFile(
        frozenset(defined), frozenset(defined), tuple(_list_imports(root)), package=package
    )


def _list_declared(node: Node) -> Iterator[str]:
    """List the names that a declaration at the top makes; methods belong to their type."""
    if node.type == "function_declaration":
        yield read_text(node.child_by_field_name("name"))
    elif node.type in ("type_declaration", "const_declaration", "var_declaration", "var_spec_list"):
        for spec in node.named_children:
            yield from _list_declared(spec)
    elif node.type in ("type_spec", "type_alias", "const_spec", "var_spec"):
        for name in node.children_by_field_name("name"):
            yield read_text(name)


def _list_imports(root: Node) -> Iterator[SourceImport]:
    text = read_text(root)
    waiting = [node for node in root.named_children if node.type == "import_declaration"]
    while waiting:
        node = waiting.pop(0)
        path = node.child_by_field_name("path")
        if node.type != "import_spec" or path is None:
            waiting += node.named_children
            continue
        module = read_text(path).strip('"`')
        alias = read_text(node.child_by_field_name("name"))
        name = alias or module.rpartition("/")[2]
        yield SourceImport(module, node.start_point.row + 1, tuple(_list_used(name, text)))


def _list_used(package: str, text: str) -> list[str]:
    """List the names that code takes of a package; none where a variable has the same name."""
    name = re.escape(package)
    if not package.isidentifier() or re.search(
        rf"\b{name}\s*(?:,[\w\s,]*)?:?=[^=]|\b{name}\s+[*\[\w]", text
    ):
        return []
    bare = re.sub(r"//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|`[^`]*`", "", text)
    return list(dict.fromkeys(re.findall(rf"(?<![\w.]){name}\.([A-Za-z_]\w*)", bare)))


def find_module_name(text: str) -> str:
    """Find the name of the module in a `go.mod`; "" when it has none."""
    match = MODULE.search(text)
    return match[1] if match else ""


def resolve_go(module: str, own_module: str, paths: Collection[str]) -> str | None:
    """Find the folder that an import leads to, with a slash; "" where there is none.

    None for a package of others. Without a name of the own module, a folder of that end is taken.
    """
    folders = {folder_of(path) for path in paths if path.endswith(".go")}
    if own_module and (module == own_module or module.startswith(f"{own_module}/")):
        folder = module.removeprefix(own_module).strip("/")
        return f"{folder}/" if folder in folders else ""
    if not own_module:
        ending = (folder for folder in folders if folder and module.endswith(f"/{folder}"))
        return next((f"{folder}/" for folder in sorted(ending, key=len, reverse=True)), None)
    return None


def is_standard_go(module: str) -> bool:
    """Tell whether a package is Go's own: its path does not begin with a host."""
    return "." not in module.partition("/")[0]
