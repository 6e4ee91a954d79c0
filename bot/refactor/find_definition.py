"""Find the one definition that somebody means by a name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TypeVar

from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Assignment, Definition, Module, Use, name_in_scope, qualify
from bot.refactor.python_project import CannotRefactor, Project, UnknownNameError
from bot.search.grammars import language_of

SHOWN = 8
DEFINED = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)
Node = TypeVar("Node", bound=ast.AST)
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
    candidates = list_ending(project, name)
    if not candidates:
        candidates = [module for module in project.paths if _ends_with(module, name)]
    if not candidates:
        candidates = _find_parameter(project, name)
    if len(candidates) > 1:
        shown = ", ".join(candidates[:SHOWN])
        raise CannotRefactor(f"{name} could be any of {shown}. Give the whole name.")
    if not candidates:
        raise UnknownNameError(f"No file defines {name}.{_name_others(project, last)}")
    return candidates[0]


def list_files_naming(project: Project, name: str) -> list[str]:
    """List the files in which the name stands as a word: only they need to be read."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return [path for path, text in project.files.items() if name in text and word.search(text)]


def iter_modules(project: Project, name: str) -> Iterator[Module]:
    """Give the modules in which the name stands as a word."""
    modules = map(project.read_module, list_files_naming(project, name))
    return (module for module in modules if module)


def iter_nodes(module: Module, *kinds: type[Node]) -> Iterator[Node]:
    """Give the nodes of a module that are of these kinds."""
    return (node for node in list(module.scopes) if isinstance(node, kinds))


def iter_values(module: Module) -> Iterator[tuple[Use, ast.AST | None]]:
    """Give each name and attribute whose object is taken as a whole, with what it stands in."""
    for node in list(module.scopes):
        if isinstance(node, Use) and isinstance(node.ctx, ast.Load):
            parent = module.parents.get(node)
            if not isinstance(parent, ast.Attribute) or parent.attr == "__dict__":
                yield node, parent


def list_ending(project: Project, name: str) -> list[str]:
    """List the whole names of the functions, classes and variables that end with a dotted name."""
    every = _iter_definitions(project, name.rpartition(".")[2])
    return sorted({full for full in every if _ends_with(full, name)})


def _name_others(project: Project, name: str) -> str:
    """Name what has the name elsewhere, else what has one like it."""
    if same := list_ending(project, name):
        return f" There are {', '.join(same[:SHOWN])}."
    near = _list_near(project, name)
    return f" Did you mean {' or '.join(near[:SHOWN])}?" if near else ""


def _list_near(project: Project, name: str) -> list[str]:
    """List the whole names of what is defined under a name like this one."""
    defined = {
        match
        for path, text in project.files.items()
        if path.endswith(PYTHON)
        for match in DEFINED.findall(text)
    }
    near = get_close_matches(name, defined)
    return [full for each in near for full in list_ending(project, each)]


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
    for module in iter_modules(project, name):
        for node in module.scopes:
            if isinstance(node, Definition) and node.name == name:
                yield qualify(module, node)
        for scope in (module.tree, *_list_classes(module)):
            binders = module.bindings[scope].get(name, ())
            if any(isinstance(binder, Assignment) for binder in binders):
                yield name_in_scope(module, scope, name)


def iter_classes(project: Project, name: str) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Give the classes of the files in which the name stands as a word."""
    for module in iter_modules(project, name):
        for node in iter_nodes(module, ast.ClassDef):
            yield module, node


def _list_classes(module: Module) -> list[ast.AST]:
    return [scope for scope in module.bindings if isinstance(scope, ast.ClassDef)]
