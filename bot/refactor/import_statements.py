"""Here lives the writing of imports: where a new one stands, and how one name leaves a statement."""

from __future__ import annotations

import ast

from bot.refactor.module_scopes import Module
from bot.refactor.text_edit import Edits


def add_import(edits: Edits, module: Module, name: str, source: str = "") -> None:
    """`import name`, or `from source import name`, after the file's other imports, unless the name
    is there.
    """
    bound = name.partition(" as ")[2] or name
    if "." in bound:  # binds its first part, which may stand for another of its modules
        there = any(
            alias.name == name
            for it in module.tree.body
            if isinstance(it, ast.Import)
            for alias in it.names
        )
    else:
        there = any(
            isinstance(it, (ast.Import, ast.ImportFrom))
            for it in module.bound[module.tree].get(bound, ())
        )
    if there:
        return
    line = after_imports(module.tree)
    end = "\r\n" if "\r\n" in module.text else "\n"
    text = f"from {source} import {name}" if source else f"import {name}"
    edits.span(module.path, (line, 0), (line, 0), text + end)


def after_imports(tree: ast.Module) -> int:
    """The line before which a new import may stand: after those at the top, else after the
    docstring.
    """
    last = 0
    for node in tree.body:
        text = (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )
        if not isinstance(node, (ast.Import, ast.ImportFrom)) and not (text and not last):
            break
        last = node.end_lineno or node.lineno
    return last + 1


def take_out(edits: Edits, module: Module, node: ast.ImportFrom, alias: ast.alias) -> None:
    """Take one name out of an import, and the statement with it when it was the only one."""
    at = node.names.index(alias)
    if len(node.names) == 1:
        edits.span(module.path, (node.lineno, 0), ((node.end_lineno or node.lineno) + 1, 0), "")
    elif at + 1 < len(node.names):
        after = node.names[at + 1]
        edits.span(
            module.path, (alias.lineno, alias.col_offset), (after.lineno, after.col_offset), ""
        )
    else:
        before = node.names[at - 1]
        start = before.end_lineno or before.lineno, before.end_col_offset or 0
        edits.span(
            module.path, start, (alias.end_lineno or alias.lineno, alias.end_col_offset or 0), ""
        )
