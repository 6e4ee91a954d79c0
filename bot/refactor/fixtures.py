"""Find what pytest hands to the parameters of tests: the results of fixtures."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Function, Module, collect_reachable, last_name, list_marks

if TYPE_CHECKING:
    from bot.refactor.python_project import Project

Fixture = tuple[Module, Function]


def is_fixture(node: ast.AST) -> bool:
    """Tell whether a function is a fixture of pytest, by its decorator."""
    marks = list_marks(node) if isinstance(node, Function) else []
    return any("fixture" in last_name(mark) for mark in marks)


def resolve_fixture(
    project: Project, module: Module, function: Function, name: str, depth: int
) -> str | None:
    """Give what pytest hands to a parameter: the result of the fixture of that name."""
    results = []
    for where, node in _list_fixtures(project, module, function, name):
        returned = _list_returned(where, node)
        if node.returns:
            results.append(project.resolve_annotation(where, node.returns, depth))
        elif len(returned) == 1:
            results.append(project.resolve(where, returned[0], depth + 1))
        else:
            return None
    return find_common(project, results)


def _list_fixtures(
    project: Project, module: Module, function: Function, name: str
) -> list[Fixture]:
    """List the fixtures of which one gives a function's parameter: the nearest of that name, and
    those that stand for it in classes of tests below; none where the parameter is given otherwise.
    """
    around = module.scopes[function][-1]
    marked = [function, *(module.scopes[function] if isinstance(around, ast.ClassDef) else ())]
    if any(_is_parametrized(node, name) for node in marked):
        return []
    scopes = _iter_scopes(project, module, function)
    nearest = next((pair for each in scopes for pair in _iter_named(*each, name)), None)
    if nearest is None or not isinstance(around, ast.ClassDef):
        return [nearest] if nearest else []
    below = _iter_classes_below(project, module, around, name)
    return [nearest, *(pair for each in below for pair in _iter_named(*each, name))]


def _list_returned(module: Module, function: Function) -> list[ast.expr]:
    """List what a function returns or yields."""
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Return | ast.Yield)
        and node.value
        and module.scopes[node][-1] is function
    ]


def list_params(module: Module, node: ast.Attribute) -> list[ast.expr]:
    """List what `request.param` can be in a fixture; nothing for other expressions."""
    scopes = module.scopes.get(node, ())  # a quoted annotation has none
    is_param = node.attr == "param" and last_name(node.value) == "request"
    scope = scopes[-1] if is_param and scopes else None
    for mark in scope.decorator_list if isinstance(scope, Function) else ():
        for keyword in mark.keywords if isinstance(mark, ast.Call) else ():
            if keyword.arg == "params" and isinstance(keyword.value, ast.List | ast.Tuple):
                return keyword.value.elts
    return []


def find_common(project: Project, names: Iterable[str | None]) -> str | None:
    """Find the one of these classes, or objects of them, that all others are below."""
    every = set(names)
    for name in every:
        if name and all(each and name in _list_above(project, each) for each in every):
            return name
    return None


def _list_above(project: Project, name: str) -> set[str]:
    """List a class, or an object of one, with those of the classes above it."""
    suffix = "()" if name.endswith("()") else ""

    def list_bases(each: str) -> list[str]:
        classes = project.find_classes(each.removesuffix(suffix))
        return [f"{base}{suffix}" for pair in classes for base in project.list_bases(*pair)]

    return collect_reachable([name], list_bases)


def _is_parametrized(node: ast.AST, name: str) -> bool:
    """Tell whether a decorator names the parameter, as `parametrize` does."""
    marks = node.decorator_list if isinstance(node, ast.ClassDef | Function) else []
    texts = (
        part.value for mark in marks for part in ast.walk(mark) if isinstance(part, ast.Constant)
    )
    return any(isinstance(text, str) and name in text.replace(",", " ").split() for text in texts)


def _iter_named(module: Module, scope: ast.AST, name: str) -> Iterator[Fixture]:
    for node in module.bindings[scope].get(name, ()):
        if isinstance(node, Function) and is_fixture(node):
            yield module, node


def _iter_scopes(
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


def _iter_classes_below(
    project: Project, module: Module, base: ast.ClassDef, name: str
) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Give the classes below one that bind a name."""
    top = f"{module.name}.{base.name}"
    for path, text in project.files.items():
        is_named = path.endswith(PYTHON) and base.name in text and name in text
        where = project.read_module(path) if is_named else None
        for node, names in list(where.bindings.items()) if where else ():
            if where and isinstance(node, ast.ClassDef) and node is not base and name in names:
                above = _list_above(project, f"{where.name}.{node.name}")
                yield from [(where, node)] if top in above else []
