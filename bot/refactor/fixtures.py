"""Find the fixtures that pytest hands to the parameters of tests."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from bot.refactor.module_scopes import FUNCTIONS, Function, Module, last_name


def is_fixture(node: ast.AST) -> bool:
    """Tell whether a function is a fixture of pytest, by its decorator."""
    marks = node.decorator_list if isinstance(node, FUNCTIONS) else []
    calls = [mark.func if isinstance(mark, ast.Call) else mark for mark in marks]
    return any("fixture" in last_name(call) for call in calls)


def iter_fixture_scopes(
    files: Mapping[str, str],
    read_module: Callable[[str], Module | None],
    module: Module,
    function: Function,
) -> Iterator[tuple[Module, ast.AST]]:
    """Give where pytest looks for a test's fixtures, the nearest first.

    Its class, its file, then the `conftest.py` of each folder above.
    """
    for scope in reversed(module.scopes[function]):
        yield module, scope
    folder = module.path
    while folder:
        folder = folder.rpartition("/")[0]
        path = f"{folder}/conftest.py".lstrip("/")
        where = read_module(path) if path in files else None
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
