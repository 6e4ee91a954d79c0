"""Move a function or class to another module, with the imports that it needs and those of it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.refactor.find_definition import find_definition, is_read, list_files_naming
from bot.refactor.follow_move import MoveFollower
from bot.refactor.import_check import MissingName, find_cycle, list_missing_names
from bot.refactor.import_statements import (
    TAKEN,
    add_import,
    compare_binding,
    insert_imports,
    render_import,
    render_source,
)
from bot.refactor.module_names import name_module
from bot.refactor.module_scopes import (
    Definition,
    Import,
    Module,
    find_owner,
    last_name,
    resolve_import,
)
from bot.refactor.move_doubts import MoveDoubts
from bot.refactor.moved_definition import MovedDefinition, NeededName, iter_annotations
from bot.refactor.new_place import NewPlace, begin_file, list_new_packages
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Refactoring, TextEdits, sort_places
from bot.refactor.unused_imports import UnusedImports


def move_symbol(files: Mapping[str, str], name: str, to: str) -> Refactoring:
    """Move a function or class of a module's top level to another module.

    `to` is dotted or a path; it may be new. The imports that it needs come with it, and who
    imports it imports it from there. Raises CannotRefactor when a module would then need a name
    of another, while both are imported, before it is there.
    """
    project = Project(files)
    target = find_definition(project, name)
    moved = _find_moved(project, target)
    path = _find_path(project, to)
    if path == moved.module.path:
        raise CannotRefactor(f"{target} is there already.")
    new_files: dict[str, str] = {}
    if path not in files:
        new_files = {**list_new_packages(files, path), path: begin_file(moved.module)}
        moved = _find_moved(project.with_changes(new_files), target)
    refused: list[str] = []
    for types_apart in (False, True):
        move = _Move(moved, path, new_files, types_apart)
        refactoring = move.make()
        missing = move.check_imports(refactoring)
        if not missing:
            return move.add_effects(refactoring)
        refused.append(move.explain(refactoring, missing))
    raise CannotRefactor(refused[0])


def _find_moved(project: Project, target: str) -> MovedDefinition:
    """Find the one definition of a name, with the signatures that are written above it."""
    definitions = project.find_definitions(target)
    nodes = [node for _, node in definitions if isinstance(node, Definition)]
    body = definitions[0][0].tree.body if definitions else []
    is_at_top = len(nodes) == len(definitions) and all(node in body for node in nodes)
    if not nodes or not is_at_top:
        raise CannotRefactor(f"{target} is no function or class of a module's top level.")
    *overloads, node = sorted(nodes, key=body.index)
    is_one = body.index(node) - min(map(body.index, nodes)) == len(overloads)
    marks = [last_name(mark) for each in overloads for mark in each.decorator_list]
    if not is_one or marks != ["overload"] * len(overloads):
        raise CannotRefactor(f"{target} is defined more than once.")
    return MovedDefinition(project, definitions[0][0], node, tuple(overloads))


def _find_path(project: Project, to: str) -> str:
    if to in project.paths:
        return project.paths[to]
    path = to if to.endswith(".py") else _name_new_file(project, to)
    if path.startswith(("/", "../")) or "/../" in path:
        raise CannotRefactor(f"{path} is outside the repository.")
    if not all(part.isidentifier() for part in path.removesuffix(".py").split("/")[-1:]):
        raise CannotRefactor(f"{to} is no name that a module of Python can have.")
    root = name_module(path, project.files).partition(".")[0]
    is_new = all(name.partition(".")[0] != root for name in project.paths)
    if is_new and root in sys.stdlib_module_names:
        raise CannotRefactor(f"{path} would be imported as {root}, which is Python's own.")
    return path


def _name_new_file(project: Project, to: str) -> str:
    """Name the file of a new module: beside those of its package, wherever that lies."""
    parts = to.split(".")
    for end in range(len(parts) - 1, 0, -1):
        holder = project.paths.get(".".join(parts[:end]), "")
        if holder.endswith("/__init__.py"):
            return f"{holder.removesuffix('__init__.py')}{'/'.join(parts[end:])}.py"
    return to.replace(".", "/") + ".py"


def _refuse_taken(project: Project, module: Module, name: str, target: str) -> None:
    """Refuse a module that has the name, but for an import of the target."""
    for binder in module.binders(name):
        is_import = isinstance(binder, Import)
        meaning = resolve_import(module, binder, name) if isinstance(binder, Import) else ""
        if not is_import or project.canonicalize(meaning) != target:
            raise CannotRefactor(f"{module.path} has a {name} already.")
    if compare_binding(project, module, name, target) == TAKEN:
        raise CannotRefactor(f"{module.path} uses a {name} of another meaning.")


@dataclass(frozen=True, slots=True)
class _Move:
    moved: MovedDefinition
    path: str  # where it goes
    new_files: Mapping[str, str]  # that and its packages, as they begin
    types_apart: bool  # what only annotations name is imported for type checkers alone

    @property
    def project(self) -> Project:
        return self.moved.project

    @property
    def new_module(self) -> str:
        return name_module(self.path, self.project.files)

    def make(self) -> Refactoring:
        """Make all edits, and the new file when there was none."""
        destination = self.project.read_module(self.path)
        if destination is None:
            raise CannotRefactor(f"This Python cannot read {self.path}.")
        _refuse_taken(self.project, destination, self.moved.name, self.moved.target)
        self._refuse_globals()
        edits = TextEdits(self.project.files)
        needed = [each for each in self.moved.list_needed() if each.source != self.new_module]
        is_still_used = self._is_still_used()
        follower = MoveFollower(self.moved, edits, destination)
        for path in list_files_naming(self.project, self.moved.name):
            if is_read(path):
                follower.follow(path)
        follower.rename_mentions(is_still_used=is_still_used)
        self._cut(edits)
        if is_still_used:
            self._import_back(edits)
        names = {each.local for each in needed if is_still_used or not self._is_inner(each)}
        UnusedImports(self.moved, edits).remove(names)
        doubts = MoveDoubts(self.moved, edits, self.new_module)
        doubts.leave_inner()
        doubts.leave_outer(needed, is_still_used=is_still_used, uses=follower.uses)
        is_new = self.path in self.new_files
        place = NewPlace(self.moved, edits, destination, is_new, self.types_apart)
        refactoring = place.append(needed)
        return replace(refactoring, files={**self.new_files, **refactoring.files})

    def check_imports(self, refactoring: Refactoring) -> list[MissingName]:
        """List what would be missing while the changed modules are imported."""
        after = self.project.with_changes(refactoring.files)
        changed = [name_module(path, after.files) for path in refactoring.files]
        names = [name for name in changed if name in after.paths]
        return list_missing_names(self.project, after, names)

    def add_effects(self, refactoring: Refactoring) -> Refactoring:
        """Add to what is not proved what its old module does for those who import it no more."""
        after = self.project.with_changes(refactoring.files)
        edits = TextEdits(self.project.files, unproven=set(refactoring.unproven))
        MoveDoubts(self.moved, edits, self.new_module).leave_effects(after, refactoring.files)
        return replace(refactoring, unproven=sort_places(edits.unproven))

    def explain(self, refactoring: Refactoring, missing: list[MissingName]) -> str:
        """Say what would be missing, which modules import each other, and what to do."""
        first = missing[0]
        after = self.project.with_changes(refactoring.files)
        cycle = find_cycle(after, first.module, first.user) if first.module != first.user else ()
        text = f"After that, {first}"
        if cycle:
            text += f": while they are imported, {' imports '.join([first.user, *cycle])}"
        own = [
            each.local
            for each in self.moved.list_needed()
            if each.source == self.moved.module.name and self.new_module != each.source
        ]
        hint = " Move what both need first."
        if own:
            hint = f" {self.moved.target} uses {', '.join(own)} of its module: move those first."
        return f"{text}.{hint}"

    def _refuse_globals(self) -> None:
        for node in self.moved.walk():
            if isinstance(node, ast.Global):
                names = ", ".join(node.names)
                raise CannotRefactor(
                    f"{self.moved.target} rebinds {names} of its module by `global`: "
                    "it can do so only there."
                )

    def _cut(self, edits: TextEdits) -> None:
        """Remove it with its decorators, the comment above and the blank lines below."""
        lines = self.moved.module.lines
        first, last = self.moved.find_lines()
        while last < len(lines) - 1 and not lines[last].strip():
            last += 1
        stop = (last + 1, 0)
        edits.replace(self.moved.module.path, (first, 0), stop, "")

    def _is_inner(self, needed: NeededName) -> bool:
        """Tell whether an import is of a module of the tree, which may do something by itself."""
        return needed.source in self.project.paths or needed.meaning in self.project.paths

    def _import_back(self, edits: TextEdits) -> None:
        """Let its old module have it: where that breaks a circle, for type checkers alone."""
        module = self.moved.module
        source = render_source(module, self.new_module)
        annotations = dict(iter_annotations(module, module.scopes))
        uses = [node for node in module.scopes if self._names_it(node)]
        is_lazy = all(
            annotations.get(node, False) or (node in annotations and isinstance(node, ast.Constant))
            for node in uses
        )
        if self.types_apart and uses and is_lazy:
            statement = render_import(self.moved.name, source)
            insert_imports(edits, module, [], [statement])
        else:
            add_import(edits, module, self.moved.name, source)

    def _is_still_used(self) -> bool:
        """Tell whether its module goes on having the name: it uses it, or hands it on."""
        module, name = self.moved.module, self.moved.name
        is_package = module.path.endswith(("/__init__.py", "/__init__.pyi"))
        if is_package and not name.startswith("_"):
            return True
        return any(self._names_it(node) for node in module.scopes) or self._is_in_star()

    def _names_it(self, node: ast.AST) -> bool:
        module, name = self.moved.module, self.moved.name
        match node:
            case ast.Name(id=used) if used == name:
                is_meant = find_owner(module, node, name) is module.tree
                return is_meant and not self.moved.holds(node)
            case ast.Constant(value=str(text)) if name in text:
                pattern = rf"(?:^|[\[|,]\s*){re.escape(name)}(?:$|\s*[\]|,])"
                return bool(re.search(pattern, text)) and not self.moved.holds(node)
            case _:
                return False

    def _is_in_star(self) -> bool:
        """Tell whether another module takes all that its module has."""
        names = list_files_naming(self.project, self.moved.module.name.rpartition(".")[2])
        users = [self.project.read_module(path) for path in names if path != self.path]
        return any(user and self.moved.module.name in user.stars for user in users)
