"""Ask the type checker what attributes and keywords mean, and name what it points to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.ports import CodePlace, TypeChecker, Unreachable
from bot.refactor.find_definition import iter_modules
from bot.refactor.module_scopes import (
    Import,
    Module,
    Scope,
    find_name,
    name_in_scope,
    resolve_import,
)
from bot.refactor.python_project import Project

Answers = Mapping[CodePlace, tuple[CodePlace, ...]]
Meanings = frozenset[str]
NOTHING: Meanings = frozenset()


def name_definition(project: Project, place: CodePlace, name: str) -> str:
    """Name what is defined at a place; "" where no name is bound there.

    What is not of the tree has the path of its stub.
    """
    if place.is_outside:
        return place.path
    module = project.read_module(place.path)
    for node in module.scopes if module else ():
        if module and locate_binding(module, node, name) == (place.line, place.column):
            if isinstance(node, Import):
                return project.canonicalize(resolve_import(module, node, name))
            scope = module.scopes[node][-1]
            if isinstance(node, ast.Attribute):
                scope = _find_class(module.scopes[node]) or scope
            return name_in_scope(module, scope, name)
    return ""


def ask_checker(checker: TypeChecker | None, project: Project, names: Iterable[str]) -> Answers:
    """Ask for each attribute and keyword of these names in all files."""
    places = [place for name in names for place in _iter_places(project, name)]
    return ask_places(checker, project.files, places)


def ask_places(
    checker: TypeChecker | None, files: Mapping[str, str], places: Sequence[CodePlace]
) -> Answers:
    """Ask what the names at places mean; without a checker, or where it fails, nothing is told."""
    if checker is None or not places:
        return {}
    try:
        return checker.find_definitions(files, places)
    except Unreachable:
        return {}


def locate_binding(module: Module, node: ast.AST, name: str) -> tuple[int, int] | None:
    """Give line and column of a name where the node binds it."""
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() if node.name == name:
            return find_name(module, node)
        case ast.Name(id=bound, ctx=ast.Store()) | ast.arg(arg=bound) if bound == name:
            return node.lineno, node.col_offset
        case ast.Attribute(attr=bound, ctx=ast.Store()) if bound == name:
            return locate_attribute(node)
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            for alias in aliases:
                if name in (alias.name, alias.asname):
                    return alias.lineno, alias.col_offset
            return None
        case _:
            return None


def locate_attribute(node: ast.Attribute) -> tuple[int, int]:
    """Give line and column of an attribute's own name, with which its node ends."""
    return node.end_lineno or node.lineno, (node.end_col_offset or 0) - len(node.attr.encode())


def _iter_places(project: Project, name: str) -> Iterator[CodePlace]:
    for module in iter_modules(project, name):
        for node in module.scopes:
            if isinstance(node, ast.Attribute) and node.attr == name:
                yield CodePlace(module.path, *locate_attribute(node))
            elif isinstance(node, ast.keyword) and node.arg == name:
                yield CodePlace(module.path, node.lineno, node.col_offset)


def _find_class(scopes: tuple[Scope, ...]) -> ast.ClassDef | None:
    """Find the class whose method sets an attribute."""
    classes = [scope for scope in scopes if isinstance(scope, ast.ClassDef)]
    return classes[-1] if classes else None
