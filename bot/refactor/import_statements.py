"""Write imports: where a new one stands, and how one name leaves a statement."""

from __future__ import annotations

import ast

from bot.refactor.module_scopes import IMPORTS, Module
from bot.refactor.text_edit import TextEdits


def add_import(edits: TextEdits, module: Module, name: str, source: str = "") -> None:
    """Import a name, from the source if there is one, unless the file does it already.

    `name` may be `a as b`. The statement stands after the file's other imports.
    """
    if _is_imported(module, name):
        return
    line = find_import_line(module.tree)
    statement = f"from {source} import {name}" if source else f"import {name}"
    edits.insert(module.path, (line, 0), statement + line_end(module))


def find_import_line(tree: ast.Module) -> int:
    """Find the line before which an import may stand: after those at the top, or the docstring."""
    last = 0
    for node in tree.body:
        is_docstring = (
            not last
            and isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )
        if not isinstance(node, IMPORTS) and not is_docstring:
            break
        last = node.end_lineno or node.lineno
    return last + 1


def remove_import(edits: TextEdits, module: Module, node: ast.ImportFrom, alias: ast.alias) -> None:
    """Remove one name from an import, and the statement with it when it was the only one."""
    index = node.names.index(alias)
    if len(node.names) == 1:
        start, stop = (node.lineno, 0), ((node.end_lineno or node.lineno) + 1, 0)
    elif index + 1 < len(node.names):
        following = node.names[index + 1]
        start, stop = (alias.lineno, alias.col_offset), (following.lineno, following.col_offset)
    else:
        start, stop = end_of(node.names[index - 1]), end_of(alias)
    edits.replace(module.path, start, stop, "")


def end_of(node: ast.expr | ast.alias) -> tuple[int, int]:
    """Give the position where a node ends."""
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def line_end(module: Module) -> str:
    """Give the file's line end."""
    return "\r\n" if "\r\n" in module.text else "\n"


def _is_imported(module: Module, name: str) -> bool:
    local = name.partition(" as ")[2] or name
    if "." not in local:
        return any(isinstance(binder, IMPORTS) for binder in module.binders(local))
    # A dotted import binds its first part, which may stand for another of its modules.
    return any(
        alias.name == name
        for node in module.tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    )
