"""Find the fixtures that pytest hands to the parameters of tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.refactor.module_scopes import (
    Function,
    Module,
    last_name,
)

if TYPE_CHECKING:
    from bot.refactor.python_project import Project


def is_fixture(node: ast.AST) -> bool:
    """Tell whether a function is a fixture of pytest, by its decorator."""
    marks = node.decorator_list if isinstance(node, Function) else []
    calls = [mark.func if isinstance(mark, ast.Call) else mark for mark in marks]
    return any("fixture" in last_name(call) for call in calls)


def iter_fixture_scopes(
    project: Project, module: Module, function: Function
) -> Iterator[tuple[Module, ast.AST]]:
    """Give where pytest looks for a test's fixtures, the nearest first.

    Its class and the bases of that, its file, then the `conftest.py` of each folder above.
    """
    for scope in reversed(module.scopes[function]):
        yield module, scope
        if isinstance(scope, ast.ClassDef):
            for base in project.list_bases(module, scope):
                yield from project.find_classes(base)
    folder = module.path
    while folder:
        folder = folder.rpartition("/")[0]
        path = f"{folder}/conftest.py".lstrip("/")
        where = project.read_module(path) if path in project.files else None
        if where is not None and where is not module:
            yield where, where.tree


def list_results(module: Module, function: Function) -> list[ast.expr]:
    """List what a function returns or yields."""
    results: list[ast.expr] = []
    for node in ast.walk(function):
        match node:
            case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value):
                if module.scopes[node][-1] is function:
                    results.append(value)
            case _:
                continue
    return results
