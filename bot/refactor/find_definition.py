"""Here lives the search for the one definition that somebody means by a name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from bot.refactor.module_scopes import FUNCTIONS, Module, qualified
from bot.refactor.python_project import CannotRefactor, Project, UnknownNameError
from bot.search.grammars import language_of

SHOWN = 8
CODE = (".py", ".pyi")
PROSE = (".md", ".rst", ".txt", ".toml", ".cfg", ".ini", ".yml", ".yaml", ".json")


def is_read(path: str) -> bool:
    """Whether a refactoring looks into such a file."""
    return path.lower().endswith((*CODE, *PROSE)) or language_of(path) is not None


def only_definition(project: Project, name: str) -> str:
    """The canonical name of what a name means: dotted from its module, or as far as it is unique.

    Raises CannotRefactor when nothing is, or more than one thing.
    """
    found = project.canonical(name)
    if project.defines(found):
        return found
    last = name.rpartition(".")[2]
    word = re.compile(rf"\b{re.escape(last)}\b")
    ends = sorted(
        {
            one
            for path, text in project.files.items()
            if word.search(text)
            for one in _defined(project, path, last)
        }
    )
    meant = [one for one in ends if one.endswith(f".{name}") or one == name]
    modules = [one for one in project.paths if one.endswith(f".{name}") or one == name]
    meant = meant or modules or _parameter(project, name)
    if len(meant) > 1:
        raise CannotRefactor(
            f"{name} could be any of {', '.join(meant[:SHOWN])}. Give the whole name."
        )
    if not meant:
        near = f" There are {', '.join(ends[:SHOWN])}." if ends else ""
        raise UnknownNameError(f"No file defines {name}.{near}")
    return meant[0]


def _parameter(project: Project, name: str) -> list[str]:
    holder, _, last = name.rpartition(".")
    if not holder:
        return []
    found = f"{only_definition(project, holder)}.{last}"
    return (
        [found] if any(isinstance(node, ast.arg) for _, node in project.definition(found)) else []
    )


def _defined(project: Project, path: str, last: str) -> list[str]:
    module = project.module(path) if path.endswith((".py", ".pyi")) else None
    if module is None:
        return []
    named = [
        f"{module.name}.{qualified(module, node)}"
        for node in module.scopes
        if isinstance(node, (ast.ClassDef, *FUNCTIONS)) and node.name == last
    ]
    assigned = (
        [f"{module.name}.{last}"]
        if any(
            isinstance(it, (ast.Assign, ast.AnnAssign))
            for it in module.bound[module.tree].get(last, ())
        )
        else []
    )
    return named + assigned


def family(project: Project, target: str, holding: Iterable[str]) -> set[str]:
    """The target, and for a method all that override it. Raises CannotRefactor when it overrides
    another itself.
    """
    holder, _, last = target.rpartition(".")
    owners = [
        (module, node)
        for module, node in project.definition(holder)
        if isinstance(node, ast.ClassDef)
    ]
    for module, node in owners:
        for base in project.bases(module, node):
            above = project.canonical(f"{base}.{last}")
            if project.definition(above):
                raise CannotRefactor(
                    f"{target} overrides {above}: change that, and this goes with it."
                )
    below = {
        f"{module.name}.{qualified(module, node)}.{last}"
        for module, node in (_classes(project, holding) if owners else ())
        if last in module.bound[node] and holder in _lineage(project, module, node)
    }
    return {target} | below


def _classes(project: Project, holding: Iterable[str]) -> Iterator[tuple[Module, ast.ClassDef]]:
    for path in holding:
        module = project.module(path) if path.endswith((".py", ".pyi")) else None
        for node in module.scopes if module else ():
            if module and isinstance(node, ast.ClassDef):
                yield module, node


def _lineage(project: Project, module: Module, node: ast.ClassDef) -> set[str]:
    """The names of all classes above one."""
    found: set[str] = set()
    waiting = [(module, node)]
    while waiting:
        where, below = waiting.pop()
        new = set(project.bases(where, below)) - found
        found |= new
        definitions = [it for base in new for it in project.definition(base)]
        waiting += [
            (place, above) for place, above in definitions if isinstance(above, ast.ClassDef)
        ]
    return found


def holding(project: Project, name: str) -> list[str]:
    """The files in which the name stands as a word: only they need to be read."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return [path for path, text in project.files.items() if name in text and word.search(text)]
