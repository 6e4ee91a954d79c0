"""Rename a symbol through all files that name it."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping

from bot.refactor.find_definition import (
    PROSE,
    find_definition,
    find_overrides,
    list_files_naming,
)
from bot.refactor.module_scopes import PYTHON
from bot.refactor.other_languages import rename_unique
from bot.refactor.python_project import CannotRefactor, Project, UnknownNameError
from bot.refactor.rename_in_module import ModuleRenaming
from bot.refactor.rename_in_text import rename_in_text
from bot.refactor.rename_parameter import rename_parameter
from bot.refactor.renaming import Renaming
from bot.refactor.text_edit import Refactoring, TextEdits


def rename_symbol(
    files: Mapping[str, str], old: str, new: str, *, guess: bool = False
) -> Refactoring:
    """Rename `name`, `Class.method`, `function.parameter`, or what is dotted from its module.

    Follows imports and re-exports, `__all__`, overrides, names in strings that tests patch, and
    dotted names in documents. In other languages than Python: a name that is declared once. What
    cannot be proved is listed; attributes of unknown objects are touched only with `guess`. Raises
    CannotRefactor for names that are unknown, ambiguous or taken.
    """
    if not new.isidentifier() or keyword.iskeyword(new):
        hint = f" Give the new name alone: {new.rpartition('.')[2]}." if "." in new else ""
        raise CannotRefactor(f"{new!r} is no name that Python can have.{hint}")
    project = Project(files)
    try:
        target = find_definition(project, old)
    except UnknownNameError:
        refactoring = rename_unique(files, old, new)
        if refactoring is None:
            raise
        return refactoring
    if any(isinstance(node, ast.arg) for _, node in project.find_definitions(target)):
        function, _, parameter = target.rpartition(".")
        return rename_parameter(project, function, parameter, new)
    return _rename_definition(project, target, new, guess=guess)


def _rename_definition(project: Project, target: str, new: str, *, guess: bool) -> Refactoring:
    last = target.rpartition(".")[2]
    if last == new:
        raise CannotRefactor(f"{target} has that name already.")
    paths = list_files_naming(project, last)
    targets = find_overrides(project, target, paths)
    _refuse_taken(project, targets, new)
    edits = TextEdits(project.files)
    renaming = Renaming(project, edits, frozenset(targets), last, new)
    in_modules = ModuleRenaming(renaming, _is_protocol(project, target), guess)
    for path in paths:
        if path.endswith(PYTHON):
            in_modules.rename_in_module(path)
        elif path.lower().endswith(PROSE):
            rename_in_text(renaming, path, project.files[path])
    return edits.finish(_move_files(project, target, new))


def _refuse_taken(project: Project, targets: set[str], new: str) -> None:
    """Refuse a new name that is not free wherever the old one is defined."""
    for target in targets:
        name = f"{target.rpartition('.')[0]}.{new}".lstrip(".")
        if project.find_definitions(name) or name in project.paths:
            raise CannotRefactor(f"{name} is there already: rename or remove that first.")


def _is_protocol(project: Project, target: str) -> bool:
    """Tell whether the target is a protocol's: classes follow it without saying so."""
    for _, node in project.find_definitions(target.rpartition(".")[0]):
        bases = node.bases if isinstance(node, ast.ClassDef) else []
        if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in bases):
            return True
    return False


def _move_files(project: Project, target: str, new: str) -> dict[str, str]:
    """For a module, map the new paths of its files to the old ones."""
    path = project.paths.get(target)
    if path is None:
        return {}
    folder, slash, name = path.rpartition("/")
    if name in ("__init__.py", "__init__.pyi") and folder:
        base = "/".join([*folder.split("/")[:-1], new])
        inside = [old for old in project.files if old.startswith(f"{folder}/")]
        return {f"{base}{old[len(folder) :]}": old for old in inside}
    moved = f"{folder}{slash}{new}.{name.partition('.')[2]}"
    if moved in project.files:
        raise CannotRefactor(f"{moved} is there already.")
    return {moved: path}
