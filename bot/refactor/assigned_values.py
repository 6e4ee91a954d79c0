"""Find the calls that make what a name, or an attribute of any object, has."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Module, find_owner

if TYPE_CHECKING:
    from bot.refactor.python_project import Project

Made = tuple[Module, ast.Call]


def list_calls_assigned(project: Project, module: Module, node: ast.expr) -> list[Made]:
    """List the calls that make what a name or attribute has, each with its module.

    Those of all assignments of all files, for an attribute; none where anything else gives it.
    """
    statements: list[tuple[Module, ast.AST]] = []
    match node:
        case ast.Call():
            return [(module, node)]
        case ast.Name(id=name):
            scope = find_owner(module, node, name)
            binders = module.bindings[scope].get(name, []) if scope else []
            statements = [(module, binder) for binder in binders]
        case ast.Attribute(attr=name):
            statements = project.list_stores(name)
        case _:
            pass
    calls: list[Made] = []
    for where, statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name() | ast.Attribute()], value=ast.Call() as value):
                calls.append((where, value))
            case _:
                return []
    return calls


def list_stores(project: Project, name: str) -> list[tuple[Module, ast.AST]]:
    """List the statements of all files that assign to an attribute of the name, on any object."""
    quoted = re.escape(name)
    # A tree has many attributes of most names, and few files that assign to one.
    hint = re.compile(
        rf"\.{quoted}\b[^\n]*=|\b(?:del|for|as)\b[^\n]*\.{quoted}\b|[\"'.]{quoted}[\"']"
    )
    paths = [
        path
        for path, text in project.files.items()
        if path.endswith(PYTHON) and name in text and hint.search(text)
    ]
    modules = filter(None, map(project.read_module, paths))
    return [(module, node) for module in modules for node in module.stores.get(name, ())]
