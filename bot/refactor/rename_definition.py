"""Rename a symbol through all files that name it."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping

from bot.ports import TypeChecker
from bot.refactor.checked_names import ask_checker
from bot.refactor.class_family import (
    ClassFamily,
    find_family,
    is_of_protocol,
    list_outside_callers,
    refuse_outside_override,
)
from bot.refactor.find_definition import find_definition, list_files_naming
from bot.refactor.fixtures import is_fixture
from bot.refactor.looked_up_strings import LookedUpStrings
from bot.refactor.made_names import MadeNames
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Import, name_in_scope
from bot.refactor.namespace_reads import find_namespace_reads
from bot.refactor.other_languages import rename_unique
from bot.refactor.python_project import CannotRefactor, Project, UnknownNameError
from bot.refactor.rename_in_module import ModuleRenaming
from bot.refactor.rename_in_strings import StringRenaming
from bot.refactor.rename_in_text import rename_in_document
from bot.refactor.rename_member import AttributeRenaming
from bot.refactor.rename_parameter import rename_parameter
from bot.refactor.symbol import Renaming
from bot.refactor.text_edit import Refactoring, TextEdits

BESIDE = re.compile(r"(?:^|/)(?:tests?|testing|examples?|docs?|benchmarks?)(?:/|$)|(?:^|/)test_")


def rename_symbol(
    files: Mapping[str, str],
    old: str,
    new: str,
    *,
    guess: bool = False,
    checker: TypeChecker | None = None,
) -> Refactoring:
    """Rename `name`, `Class.method`, `function.parameter`, or what is dotted from its module.

    Each place of the name is changed, proved to be another's, or listed as not proved; attributes
    of unknown objects are taken for it only with `guess`. A checker of types is asked where there
    is one. In other languages than Python: a name that is declared once. Raises CannotRefactor for
    names that are unknown, ambiguous, taken, or called by Python or a library.
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
        return rename_parameter(project, function, parameter, new, checker)
    return _rename_definition(project, target, new, checker, guess=guess)


def _rename_definition(
    project: Project, target: str, new: str, checker: TypeChecker | None, *, guess: bool
) -> Refactoring:
    last = target.rpartition(".")[2]
    _refuse_known_names(target, new)
    paths = list_files_naming(project, last)
    family = find_family(project, target)
    _refuse_taken(project, family, new)
    edits = TextEdits(project.files)
    answers = ask_checker(checker, project, [last])
    renaming = Renaming(family, answers, edits, new, guess)
    if family.is_of_class:
        _leave_outside(renaming, checker, family)
    _rename_in_files(renaming, paths, target)
    return edits.finish(_move_files(project, target, new))


def _rename_in_files(renaming: Renaming, paths: Iterable[str], target: str) -> None:
    in_modules = ModuleRenaming(
        renaming,
        is_of_protocol(renaming.project, target),
        any(map(is_fixture, renaming.definitions)),
        AttributeRenaming(renaming),
        StringRenaming(renaming, LookedUpStrings(renaming)),
    )
    others = set(_list_others(renaming, paths))
    is_alone_at_top = ast.Module not in others
    for path in paths:
        if path.endswith(PYTHON):
            in_modules.rename_in_module(path)
        else:
            rename_in_document(renaming, path, is_alone=not others, is_alone_at_top=is_alone_at_top)
    for path, line in MadeNames(renaming, renaming.new).find():
        renaming.edits.leave(path, line, "a name may be made here")
    for path, line in find_namespace_reads(renaming):
        renaming.edits.leave(path, line, "all names of a module that has it are read here")
    # Python makes private names of a class's name: `_Box__size`.
    mangled = re.compile(rf"\b_{re.escape(renaming.old.lstrip('_'))}__\w")
    for path in renaming.project.files:
        if path.endswith(PYTHON):
            renaming.edits.leave_lines(path, mangled, "a private name with the class's in it")


def _refuse_known_names(target: str, new: str) -> None:
    """Refuse names that Python or a test runner calls, and a name that it has already."""
    last = target.rpartition(".")[2]
    if last == new:
        raise CannotRefactor(f"{target} has that name already.")
    if last.startswith("__") and last.endswith("__"):
        raise CannotRefactor(f"{target}: names like {last} are read by Python and its tools.")
    for prefix in ("test", "Test", "pytest_"):
        if last.startswith(prefix) and not new.startswith(prefix):
            raise CannotRefactor(
                f"pytest finds {target} by its name: give one that begins with {prefix}."
            )


def _refuse_taken(project: Project, family: ClassFamily, new: str) -> None:
    """Refuse a new name that is not free wherever the old one is defined, or is inherited."""
    for holder in sorted(family.holders | family.relatives):
        name = f"{holder}.{new}".lstrip(".")
        if project.find_definitions(name) or name in project.paths:
            raise CannotRefactor(f"{name} is there already: rename or remove that first.")


def _leave_outside(renaming: Renaming, checker: TypeChecker | None, family: ClassFamily) -> None:
    """Leave the classes below a base of elsewhere that may call the member by its name."""
    project = renaming.project
    refuse_outside_override(checker, family, renaming.new)
    is_private = family.member.startswith("_")
    for base in [] if is_private else list_outside_callers(checker, family):
        for module, node in project.find_classes(base.holder):
            why = f"{base.name} is not of these files, and may call {renaming.old}"
            renaming.edits.leave(module.path, node.lineno, why)


def _list_others(renaming: Renaming, paths: Iterable[str]) -> Iterator[type[ast.AST]]:
    """List the kinds of scopes, beside tests and examples, where the name is of another thing."""
    old = renaming.old
    for path in paths:
        module = renaming.project.read_module(path)
        if module is None or BESIDE.search(path):
            continue
        for scope, names in module.bindings.items():
            is_bound = any(not isinstance(binder, Import) for binder in names.get(old, ()))
            if is_bound and not renaming.is_target(name_in_scope(module, scope, old)):
                yield type(scope)


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
