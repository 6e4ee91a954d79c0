"""What no reading can prove of a move: registries, replaced names, modules taken as a whole."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.refactor.find_definition import list_files_naming
from bot.refactor.follow_move import is_replacing
from bot.refactor.import_check import list_unloaded
from bot.refactor.import_time import list_effects
from bot.refactor.module_scopes import (
    Definition,
    Function,
    Import,
    Module,
    last_name,
    name_module,
    resolve_import,
    strip_annotation,
)
from bot.refactor.moved_definition import MODULE_NAMES, MovedDefinition, NeededName
from bot.refactor.python_project import Project

# Packages whose decorators and base classes keep no list of what they are given.
PLAIN = frozenset(sys.stdlib_module_names) | {"attr", "attrs", "typing_extensions"}
KEEPING_CALLS = frozenset(
    ["append", "add", "setdefault", "update", "register", "insert", "extend", "appendleft"]
)
FINDING_CALLS = frozenset(["import_module", "__import__", "importorskip", "resolve_name"])
READING_CALLS = frozenset(["getattr", "hasattr"])
LATE = "it runs when its module is imported, which may be later then, or never"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place that the move may change the meaning of, and why."""

    path: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class MoveDoubts:
    """Looks for them, in what moves and in all that may look at the two modules as a whole."""

    moved: MovedDefinition
    needed: Iterable[NeededName]
    new_module: str

    @property
    def project(self) -> Project:
        """All files."""
        return self.moved.project

    def list_inner(self) -> Iterator[Doubt]:
        """List those in the moved code itself."""
        module, node = self.moved.module, self.moved.node
        for mark in node.decorator_list:
            if not self._is_plain_decorator(mark):
                yield Doubt(module.path, mark.lineno, f"a decorator: {LATE}")
        if isinstance(node, ast.ClassDef) and self._is_registered(module, node, set()):
            yield Doubt(module.path, node.lineno, f"a base may list its classes: {LATE}")
        for part in self.moved.walk():
            if isinstance(part, ast.Name) and part.id in MODULE_NAMES:
                yield Doubt(module.path, part.lineno, f"{part.id} is another in each module")
            elif isinstance(part, ast.Call) and last_name(part.func) in ("globals", "eval", "exec"):
                yield Doubt(module.path, part.lineno, "it may name anything of its module")

    def list_outer(self, *, is_still_used: bool, uses: int) -> Iterator[Doubt]:
        """List those in the rest of the code, given who looks the moved name up in its module."""
        old = self.moved.module
        yield from self._list_rebound(old)
        for path in (old.path, self.project.paths.get(self.new_module, "")):
            module = self.project.read_module(path)
            yield from _list_whole_namespaces(module, self.moved) if module else ()
        for path in list_files_naming(self.project, old.name.rpartition(".")[2]):
            user = self.project.read_module(path)
            if user is not None:
                yield from self._list_handed_on(user, keeps=is_still_used and not uses)
                yield from self._list_replaced(user)
                yield from _list_by_name(user, old.name)
        for path in list_files_naming(self.project, self.moved.name):
            user = self.project.read_module(path)
            if user is not None and user is not old:
                yield from self._list_unknown(user)
        stub = f"{old.path}i"
        if old.path.endswith(".py") and stub in self.project.files:
            yield Doubt(stub, 1, "a stub of the module that it leaves")

    def list_effects(self, after: Project, changed: Iterable[str]) -> Iterator[Doubt]:
        """List what runs when the old module is imported, for files that did so and do no more."""
        old = self.moved.module
        effects = [node.lineno for node in list_effects(old)]
        for node in old.tree.body:
            if isinstance(node, Definition) and node is not self.moved.node:
                marks = [each for each in node.decorator_list if not self._is_plain_decorator(each)]
                effects += [mark.lineno for mark in marks]
        users = [name_module(path, after.files) for path in changed if path != old.path]
        users = [user for user in users if user in after.paths and user in self.project.paths]
        unloaded = list_unloaded(self.project, after, old.name, users) if effects else []
        for line in effects if unloaded else ():
            yield Doubt(
                old.path, line, f"it runs when {old.name} is imported, as {unloaded[0]} did"
            )

    def _is_plain_decorator(self, mark: ast.expr) -> bool:
        function = mark.func if isinstance(mark, ast.Call) else mark
        module = self.moved.module
        name = self.project.resolve(module, function)
        if name is None:
            return False
        definitions = self.project.find_definitions(name)
        if not definitions:
            root = name.partition(".")[0]
            is_builtin = name == f"{module.name}.{last_name(function)}" or "." not in name
            return is_builtin or (root in PLAIN and not name.endswith(".register"))
        return all(
            isinstance(definition, Function) and not _keeps_something(definition)
            for _, definition in definitions
        )

    def _is_registered(self, module: Module, node: ast.ClassDef, visited: set[ast.AST]) -> bool:
        """Tell whether a base of a class may hear of each class that is made of it."""
        visited.add(node)
        if any(self._is_keeping(module, keyword.value) for keyword in node.keywords):
            return True
        for base in node.bases:
            name = self.project.resolve(module, strip_annotation(base))
            definitions = self.project.find_definitions(name) if name else []
            root = name.partition(".")[0] if name else ""
            if not definitions and root not in PLAIN and not _is_builtin(module, base):
                return True
            for where, definition in definitions:
                if not isinstance(definition, ast.ClassDef):
                    return True
                hooks = where.bindings[definition].get("__init_subclass__", [])
                if any(_keeps_something(hook) for hook in hooks):
                    return True
                if definition not in visited and self._is_registered(where, definition, visited):
                    return True
        return bool(node.bases) and self._asks_for_subclasses()

    def _is_keeping(self, module: Module, keyword: ast.expr) -> bool:
        """Tell whether a metaclass, or what else a class is made with, may keep it in a list."""
        name = self.project.resolve(module, keyword)
        definitions = self.project.find_definitions(name) if name else []
        if not definitions:
            return not name or name.partition(".")[0] not in PLAIN
        return any(_keeps_something(definition) for _, definition in definitions)

    def _asks_for_subclasses(self) -> bool:
        return any("__subclasses__" in text for text in self.project.files.values())

    def _list_rebound(self, old: Module) -> Iterator[Doubt]:
        """List what rebinds a name of which there would be a copy then."""
        own = {needed.local for needed in self.needed if needed.source == old.name}
        own.add(self.moved.name)
        for node in old.scopes:
            if isinstance(node, ast.Global) and own.intersection(node.names):
                names = ", ".join(sorted(own.intersection(node.names)))
                why = f"this rebinds {names} in {old.name} alone, and not in {self.new_module}"
                yield Doubt(old.path, node.lineno, why)

    def _list_replaced(self, user: Module) -> Iterator[Doubt]:
        """List what puts another object where the moved code looked a name up until now."""
        old = self.moved.module.name
        locals_ = {needed.local for needed in self.needed}
        for node in user.scopes:
            name, line = "", 0
            match node:
                case ast.Call(args=[ast.Constant(value=str(text)), *_]) if is_replacing(node):
                    holder, _, name = text.rpartition(".")
                    name, line = (name if holder == old else ""), node.args[0].lineno
                case ast.Call(args=[base, ast.Constant(value=str(text)), *_]):
                    is_named = is_replacing(node) and self.project.resolve(user, base) == old
                    name, line = (text if is_named else ""), node.lineno
                case ast.Attribute(ctx=ast.Store() | ast.Del()):
                    is_named = self.project.resolve(user, node.value) == old
                    name, line = (node.attr if is_named else ""), node.lineno
                case _:
                    pass
            if name in locals_:
                why = f"this replaces {name} in {old}, and {self.new_module} would look it up"
                yield Doubt(user.path, line, why)

    def _list_handed_on(self, user: Module, *, keeps: bool) -> Iterator[Doubt]:
        """List where the old module is a value, of which anything may be asked."""
        old = self.moved.module.name
        for node in user.scopes:
            if not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            parent = user.parents.get(node)
            is_base = isinstance(parent, ast.Attribute) and parent.attr != "__dict__"
            if is_base or not isinstance(node.ctx, ast.Load):
                continue
            if self.project.resolve(user, node) != old or old not in self.project.paths:
                continue
            asked = _read_asked_name(parent)
            if asked is None:
                yield Doubt(user.path, node.lineno, f"{old} is handed on as a whole")
            elif asked == self.moved.name and not keeps:
                yield Doubt(user.path, node.lineno, f"this means the one of {old}")

    def _list_unknown(self, user: Module) -> Iterator[Doubt]:
        """List imports of the name from a module of the same name that is not found."""
        name, last = self.moved.name, self.moved.module.name.rpartition(".")[2]
        is_lazy = bool(user.binders("__getattr__")) and not user.binders(name)
        for node in user.scopes:
            if isinstance(node, ast.ImportFrom):
                source = node.module or ""
                is_named = any(alias.name == name for alias in node.names)
                is_unknown = not node.level and source not in self.project.paths
                if is_named and is_unknown and source.rpartition(".")[2] == last:
                    yield Doubt(user.path, node.lineno, f"{source} may be the same module")
            elif isinstance(node, ast.Attribute) and node.attr == name:
                if self._is_unknown_module(user, node.value, last):
                    yield Doubt(user.path, node.lineno, "it may be the same module")
            elif isinstance(node, ast.Constant) and node.value == name:
                yield from self._list_named(user, node, is_lazy=is_lazy)

    def _list_named(self, user: Module, node: ast.Constant, *, is_lazy: bool) -> Iterator[Doubt]:
        if _has_beside(user, node, self.moved.module.name):
            yield Doubt(user.path, node.lineno, "it is named by its module and its name")
        elif is_lazy:
            yield Doubt(user.path, node.lineno, "this module finds its names by strings")

    def _is_unknown_module(self, user: Module, node: ast.expr, last: str) -> bool:
        binders = user.binders(node.id) if isinstance(node, ast.Name) else []
        for binder in binders:
            if isinstance(binder, Import) and isinstance(node, ast.Name):
                source = resolve_import(user, binder, node.id)
                if source.rpartition(".")[2] == last and source not in self.project.paths:
                    return True
        return False


def _list_by_name(user: Module, old: str) -> Iterator[Doubt]:
    """List where the old module is found by its name in a string, or compared with it."""
    for node in user.scopes:
        if not isinstance(node, ast.Constant) or node.value != old:
            continue
        parent = user.parents.get(node)
        is_found = isinstance(parent, ast.Call) and last_name(parent.func) in FINDING_CALLS
        is_key = isinstance(parent, ast.Subscript) and last_name(parent.value) == "modules"
        is_compared = isinstance(parent, ast.Compare) and "__module__" in ast.unparse(parent)
        if is_found or is_key or is_compared:
            yield Doubt(user.path, node.lineno, f"{old} is found by its name, or compared with it")


def _has_beside(user: Module, node: ast.Constant, text: str) -> bool:
    """Tell whether another string stands beside one: in the same call, list or mapping."""
    parent = user.parents.get(node)
    beside = ast.iter_child_nodes(parent) if parent else ()
    return any(isinstance(part, ast.Constant) and part.value == text for part in beside)


def _keeps_something(function: ast.AST) -> bool:
    """Tell whether a decorator may keep what it is given in a place of its own."""
    for node in ast.walk(function):
        match node:
            case ast.Global() | ast.Subscript(ctx=ast.Store()):
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if name in KEEPING_CALLS:
                return True
            case _:
                continue
    return False


def _is_builtin(module: Module, base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and not module.binders(base.id) and not module.stars


def _list_whole_namespaces(module: Module, moved: MovedDefinition) -> Iterator[Doubt]:
    """List where a module looks at all of its own names."""
    for node in module.scopes:
        if not isinstance(node, ast.Call) or moved.holds(node):
            continue
        name = last_name(node.func)
        at_top = module.scopes[node][-1] is module.tree
        is_own = name == "globals" or (at_top and name in ("vars", "locals", "dir"))
        if is_own and not node.args:
            yield Doubt(module.path, node.lineno, f"{module.name} looks at all of its names")


def _read_asked_name(parent: ast.AST | None) -> str | None:
    """Give the name that a call asks a module for, as getattr does; None when anything may be."""
    match parent:
        case ast.Call(args=[_, ast.Constant(value=str(name)), *_]):
            is_known = is_replacing(parent) or last_name(parent.func) in READING_CALLS
            return name if is_known else None
        case ast.Call(func=ast.Attribute(attr="reload")):
            return ""
        case _:
            return None
