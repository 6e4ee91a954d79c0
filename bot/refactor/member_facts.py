"""Small facts of a class's and a module's members."""

from __future__ import annotations

import ast

from bot.refactor.module_scopes import FUNCTIONS, Function, Module, last_name, resolve_import

PROPERTIES = ("property", "cached_property")


def find_inner_scope(module: Module, scope: ast.AST, name: str) -> ast.AST | None:
    """Find the class or function that a scope binds to a name."""
    for node in module.bindings[scope].get(name, ()):
        if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
            return node
    return None


def hides_module(package: Module, dotted: str) -> bool:
    """Tell whether a package binds the name of a module of its to something else."""
    name = dotted.rpartition(".")[2]
    return any(
        not isinstance(binder, ast.ImportFrom) or resolve_import(package, binder, name) != dotted
        for binder in package.binders(name)
    )


def is_property(node: ast.FunctionDef) -> bool:
    """Tell whether a method is read as a field."""
    return any(last_name(mark) in PROPERTIES for mark in node.decorator_list)


def is_static(node: Function) -> bool:
    """Tell whether a method takes no object."""
    return any(
        isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list
    )
