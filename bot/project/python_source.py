"""Read what a file of Python defines and imports, and which file an import leads to."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Sequence

from bot.project.import_graph import folder_of
from bot.project.source_file import SourceFile, SourceImport
from bot.search.python_tree import parse_python

SOURCE_FOLDERS = ("src", "lib")  # which are put on Python's path, and are no packages
ROOTS = ("", *SOURCE_FOLDERS)


def read_python(text: str) -> SourceFile | None:
    """Read the names of a module; None where it does not parse."""
    module = parse_python(text)
    if module is None:
        return None
    names = frozenset(_list_names(module.body))
    imports = tuple(_list_imports(module, is_late=False))
    is_open = "__getattr__" in names or any("*" in each.names for each in imports)
    return SourceFile(names, names, imports, is_open)


def _list_names(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """List what the statements of a module bind, in its branches too."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
            continue
        yield from _list_bound(statement)
        for block in ("body", "orelse", "finalbody", "handlers"):
            yield from _list_names([*_flatten(getattr(statement, block, []))])


def _list_bound(statement: ast.stmt) -> Iterator[str]:
    """List what a simple statement, or the head of a branch, binds."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.With():
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id
        case _ if type(statement).__name__ == "TypeAlias":
            yield statement.name.id  # type: ignore[attr-defined]  # from Python 3.12 on


def _flatten(block: Sequence[ast.AST]) -> Iterator[ast.stmt]:
    for each in block:
        if isinstance(each, ast.ExceptHandler):
            yield from each.body
        elif isinstance(each, ast.stmt):
            yield each


def _list_imports(node: ast.AST, *, is_late: bool) -> Iterator[SourceImport]:
    """List the imports under a node."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import():
                for alias in child.names:
                    yield SourceImport(alias.name, child.lineno, (), is_late)
            case ast.ImportFrom():
                names = tuple(alias.name for alias in child.names)
                module = "." * child.level + (child.module or "")
                yield SourceImport(module, child.lineno, names, is_late)
            case _:
                yield from _list_imports(child, is_late=is_late or _runs_late(child))


def _runs_late(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return True
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def is_standard(module: str) -> bool:
    """Tell whether a module is Python's own."""
    return module.partition(".")[0] in sys.stdlib_module_names


def resolve_python(module: str, importer: str, paths: Collection[str]) -> str | None:
    """Find the file that a module is, or the folder with a slash; "" where it leads out.

    None when it is no module of the project.
    """
    folder = folder_of(importer)
    relative = module.lstrip(".")
    wanted = relative.replace(".", "/")
    if level := len(module) - len(relative):
        base = _climb(folder, level - 1)
        return (_find_module(f"{base}/{wanted}", paths) or "") if base is not None else ""
    # A script, or a test, finds what lies beside it; a module of a package does not.
    is_packaged = f"{folder}/__init__.py".lstrip("/") in paths
    starts = ROOTS if is_packaged or is_standard(module) else (*ROOTS, folder)
    for start in starts:
        if path := _find_module(f"{start}/{wanted}", paths):
            return path
    top = relative.partition(".")[0]
    return "" if any(_find_module(f"{root}/{top}", paths) for root in ROOTS) else None


def _climb(folder: str, levels: int) -> str | None:
    """Return the folder that lies some levels above; None where that is outside."""
    parts = [part for part in folder.split("/") if part]
    return "/".join(parts[: len(parts) - levels]) if levels <= len(parts) else None


def _find_module(joined: str, paths: Collection[str]) -> str | None:
    path = joined.strip("/")
    for candidate in (f"{path}.py", f"{path}/__init__.py".lstrip("/"), f"{path}.pyi"):
        if candidate in paths:
            return candidate
    folder = f"{path}/"
    return folder if path and any(each.startswith(folder) for each in paths) else None
