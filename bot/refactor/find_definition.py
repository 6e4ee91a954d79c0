"""Find the one definition that somebody means by a name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from bot.refactor.module_scopes import (
    ASSIGNMENTS,
    FUNCTIONS,
    PYTHON,
    Module,
    name_in_scope,
    qualify,
)
from bot.refactor.python_project import CannotRefactor, Project, UnknownNameError
from bot.search.grammars import language_of

SHOWN = 8
TEMPLATES = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".tmpl", ".tpl", ".mako")
PROSE = (".md", ".rst", ".txt", ".toml", ".cfg", ".ini", ".yml", ".yaml", ".json")


def is_read(path: str) -> bool:
    """Tell whether a refactoring looks into such a file."""
    return path.lower().endswith((*PYTHON, *PROSE, *TEMPLATES)) or language_of(path) is not None


def find_definition(project: Project, name: str) -> str:
    """Give the canonical name of what a name means.

    The name is dotted from its module, or as long as it takes to be unique. Raises CannotRefactor
    when nothing has it, or more than one thing.
    """
    canonical = project.canonicalize(name)
    if project.defines(canonical):
        return canonical
    last = name.rpartition(".")[2]
    same_ending = sorted(set(_iter_definitions(project, last)))
    candidates = [full for full in same_ending if _ends_with(full, name)]
    if not candidates:
        candidates = [module for module in project.paths if _ends_with(module, name)]
    if not candidates:
        candidates = _find_parameter(project, name)
    if len(candidates) > 1:
        shown = ", ".join(candidates[:SHOWN])
        raise CannotRefactor(f"{name} could be any of {shown}. Give the whole name.")
    if not candidates:
        near = f" There are {', '.join(same_ending[:SHOWN])}." if same_ending else ""
        raise UnknownNameError(f"No file defines {name}.{near}")
    return candidates[0]


def find_overrides(project: Project, target: str, paths: Iterable[str]) -> set[str]:
    """Give the target and, for a method, all in these files that override it.

    Raises CannotRefactor when it overrides another itself.
    """
    holder, _, last = target.rpartition(".")
    owners = project.find_classes(holder)
    for module, node in owners:
        _refuse_override(project, module, node, target)
    overrides = {target}
    if owners:
        for module, node in iter_classes(project, paths):
            if last in module.bindings[node] and holder in _list_ancestors(project, module, node):
                overrides.add(f"{module.name}.{qualify(module, node)}.{last}")
    return overrides


def list_files_naming(project: Project, name: str) -> list[str]:
    """List the files in which the name stands as a word: only they need to be read."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return [path for path, text in project.files.items() if name in text and word.search(text)]


def _ends_with(full: str, name: str) -> bool:
    return full == name or full.endswith(f".{name}")


def _find_parameter(project: Project, name: str) -> list[str]:
    holder, _, last = name.rpartition(".")
    if not holder:
        return []
    parameter = f"{find_definition(project, holder)}.{last}"
    nodes = [node for _, node in project.find_definitions(parameter)]
    return [parameter] if any(isinstance(node, ast.arg) for node in nodes) else []


def _iter_definitions(project: Project, name: str) -> Iterator[str]:
    """Give the whole names of the functions, classes and variables that are called so."""
    for path in list_files_naming(project, name):
        module = project.read_module(path)
        if module is None:
            continue
        for node in module.scopes:
            if isinstance(node, (ast.ClassDef, *FUNCTIONS)) and node.name == name:
                yield f"{module.name}.{qualify(module, node)}"
        for scope in (module.tree, *_list_classes(module)):
            binders = module.bindings[scope].get(name, ())
            if any(isinstance(binder, ASSIGNMENTS) for binder in binders):
                yield name_in_scope(module, scope, name)


def _refuse_override(project: Project, module: Module, node: ast.ClassDef, target: str) -> None:
    last = target.rpartition(".")[2]
    for base in project.list_bases(module, node):
        inherited = project.canonicalize(f"{base}.{last}")
        if project.find_definitions(inherited):
            raise CannotRefactor(
                f"{target} overrides {inherited}: change that, and this goes with it."
            )


def iter_classes(project: Project, paths: Iterable[str]) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Give the classes of the files."""
    for path in paths:
        module = project.read_module(path)
        for node in module.scopes if module else ():
            if module and isinstance(node, ast.ClassDef):
                yield module, node


def _list_ancestors(project: Project, module: Module, node: ast.ClassDef) -> set[str]:
    """List the names of all classes above one."""
    ancestors: set[str] = set()
    waiting = [(module, node)]
    while waiting:
        bases = set(project.list_bases(*waiting.pop())) - ancestors
        ancestors |= bases
        waiting += [pair for base in bases for pair in project.find_classes(base)]
    return ancestors


def _list_classes(module: Module) -> list[ast.AST]:
    return [scope for scope in module.bindings if isinstance(scope, ast.ClassDef)]
