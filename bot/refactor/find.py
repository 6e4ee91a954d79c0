"""Here lives the search for the one definition that somebody means by a name."""

from __future__ import annotations

import ast
import re

from bot.refactor.project import FUNCTIONS, CannotRefactor, Project, qualified

SHOWN = 8


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
        {one for path, text in project.files.items() if word.search(text) for one in _defined(project, path, last)}
    )
    meant = [one for one in ends if one.endswith(f".{name}") or one == name]
    modules = [one for one in project.paths if one.endswith(f".{name}") or one == name]
    meant = meant or modules
    if len(meant) > 1:
        raise CannotRefactor(f"{name} could be any of {', '.join(meant[:SHOWN])}. Give the whole name.")
    if not meant:
        near = f" There are {', '.join(ends[:SHOWN])}." if ends else ""
        raise CannotRefactor(f"No file defines {name}.{near}")
    return meant[0]


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
        if any(isinstance(it, (ast.Assign, ast.AnnAssign)) for it in module.bound[module.tree].get(last, ()))
        else []
    )
    return named + assigned
