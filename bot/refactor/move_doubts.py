"""What no reading can prove of a move: registries, replaced names, modules taken as a whole."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from bot.refactor.find_definition import iter_modules, iter_nodes, iter_values
from bot.refactor.follow_move import is_replacing
from bot.refactor.import_check import list_unloaded
from bot.refactor.import_time import list_effects
from bot.refactor.module_names import name_module
from bot.refactor.module_scopes import (
    MODULE_NAMES,
    Definition,
    Function,
    Import,
    Module,
    last_name,
    resolve_import,
    strip_annotation,
)
from bot.refactor.moved_definition import MovedDefinition, NeededName
from bot.refactor.python_project import Project
from bot.refactor.text_edit import TextEdits

# Packages whose decorators and base classes keep no list of what they are given.
PLAIN = frozenset(sys.stdlib_module_names) | {"attr", "attrs", "typing_extensions"}
KEEPING_CALLS = frozenset(
    ["append", "add", "setdefault", "update", "register", "insert", "extend", "appendleft"]
)
FINDING_CALLS = frozenset(["import_module", "__import__", "importorskip", "resolve_name"])
READING_CALLS = frozenset(["getattr", "hasattr"])
LATE = "it runs when its module is imported, which may be later then, or never"


@dataclass(frozen=True, slots=True)
class MoveDoubts:
    """Looks for them, in what moves and in all that may look at the two modules as a whole."""

    moved: MovedDefinition
    edits: TextEdits
    new_module: str

    @property
    def project(self) -> Project:
        """All files."""
        return self.moved.project

    def leave_inner(self) -> None:
        """Leave those in the moved code itself."""
        module, node = self.moved.module, self.moved.node
        for mark in node.decorator_list:
            if not self._is_plain_decorator(mark):
                self._leave(module, mark, f"a decorator: {LATE}")
        if isinstance(node, ast.ClassDef) and self._is_registered(module, node, set()):
            self._leave(module, node, f"a base may list its classes: {LATE}")
        for part in self.moved.walk():
            if isinstance(part, ast.Name) and part.id in MODULE_NAMES:
                self._leave(module, part, f"{part.id} is another in each module")
            elif isinstance(part, ast.Call) and last_name(part.func) in ("globals", "eval", "exec"):
                self._leave(module, part, "it may name anything of its module")

    def leave_outer(self, needed: Iterable[NeededName], *, is_still_used: bool, uses: int) -> None:
        """Leave those in the rest of the code, given who looks the moved name up in its module."""
        old = self.moved.module
        copied = {each.local for each in needed if each.source == old.name} | {self.moved.name}
        self._leave_rebound(copied)
        for name in (old.name, self.new_module):
            if module := self.project.find_module(name):
                self._leave_whole_namespaces(module)
        for user in iter_modules(self.project, old.name.rpartition(".")[2]):
            self._leave_handed_on(user, keeps=is_still_used and not uses)
            self._leave_replaced(user, {each.local for each in needed})
            self._leave_by_name(user)
        for user in iter_modules(self.project, self.moved.name):
            if user is not old:
                self._leave_unknown(user)
        stub = f"{old.path}i"
        if old.path.endswith(".py") and stub in self.project.files:
            self.edits.leave(stub, 1, "a stub of the module that it leaves")

    def leave_effects(self, after: Project, changed: Iterable[str]) -> None:
        """Leave what runs when the old module is imported, for files that did so and do no more."""
        old = self.moved.module
        effects: list[ast.AST] = [*list_effects(old)]
        for node in old.tree.body:
            if isinstance(node, Definition) and node is not self.moved.node:
                marks = node.decorator_list
                effects += [mark for mark in marks if not self._is_plain_decorator(mark)]
        users = [name_module(path, after.files) for path in changed if path != old.path]
        users = [user for user in users if user in after.paths and user in self.project.paths]
        unloaded = list_unloaded(self.project, after, old.name, users) if effects else []
        for effect in effects if unloaded else ():
            self._leave(old, effect, f"it runs when {old.name} is imported, as {unloaded[0]} did")

    def _leave(self, module: Module, node: ast.AST, why: str) -> None:
        self.edits.leave(module.path, getattr(node, "lineno", 1), why)

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

    def _leave_rebound(self, copied: set[str]) -> None:
        """Leave what rebinds a name of which there would be a copy then."""
        old = self.moved.module
        for node in iter_nodes(old, ast.Global):
            if rebound := copied.intersection(node.names):
                names = ", ".join(sorted(rebound))
                why = f"this rebinds {names} in {old.name} alone, and not in {self.new_module}"
                self._leave(old, node, why)

    def _leave_replaced(self, user: Module, copied: set[str]) -> None:
        """Leave what puts another object where the moved code looked a name up until now."""
        old = self.moved.module.name
        for node in list(user.scopes):
            name, holder = "", None
            match node:
                case ast.Call(args=[ast.Constant(value=str(text)), *_]) if is_replacing(node):
                    holder, _, name = text.rpartition(".")
                case ast.Call(args=[base, ast.Constant(value=str(text)), *_]):
                    name = text if is_replacing(node) else ""
                    holder = self.project.resolve(user, base)
                case ast.Attribute(ctx=ast.Store() | ast.Del()):
                    name, holder = node.attr, self.project.resolve(user, node.value)
                case _:
                    pass
            if holder == old and name in copied:
                why = f"this replaces {name} in {old}, and {self.new_module} would look it up"
                self._leave(user, node, why)

    def _leave_handed_on(self, user: Module, *, keeps: bool) -> None:
        """Leave where the old module is a value, of which anything may be asked."""
        old = self.moved.module.name
        for node, parent in iter_values(user):
            if self.project.resolve(user, node) != old or old not in self.project.paths:
                continue
            asked = _read_asked_name(parent)
            if asked is None:
                self._leave(user, node, f"{old} is handed on as a whole")
            elif asked == self.moved.name and not keeps:
                self._leave(user, node, f"this means the one of {old}")

    def _leave_unknown(self, user: Module) -> None:
        """Leave imports of the name from a module of the same name that is not found."""
        name, old = self.moved.name, self.moved.module.name
        is_lazy = bool(user.binders("__getattr__")) and not user.binders(name)
        for node in user.scopes:
            why, is_doubt = "", False
            match node:
                case ast.ImportFrom(module=str(source), level=0, names=aliases):
                    is_doubt = name in [alias.name for alias in aliases]
                    is_doubt = is_doubt and self._may_be_old(source)
                    why = f"{source} may be the same module"
                case ast.Attribute(attr=attribute, value=ast.Name(id=base)):
                    is_doubt = attribute == name and self._is_unknown_module(user, base)
                    why = "it may be the same module"
                case ast.Constant(value=text) if text == name and _has_beside(user, node, old):
                    is_doubt, why = True, "it is named by its module and its name"
                case ast.Constant(value=text):
                    is_doubt = is_lazy and text == name
                    why = "this module finds its names by strings"
                case _:
                    continue
            if is_doubt:
                self._leave(user, node, why)

    def _may_be_old(self, source: str) -> bool:
        """Tell whether a module that is not found has the old one's name."""
        last = self.moved.module.name.rpartition(".")[2]
        return source.rpartition(".")[2] == last and source not in self.project.paths

    def _is_unknown_module(self, user: Module, local: str) -> bool:
        return any(
            isinstance(binder, Import) and self._may_be_old(resolve_import(user, binder, local))
            for binder in user.binders(local)
        )

    def _leave_by_name(self, user: Module) -> None:
        """Leave where the old module is found by its name in a string, or compared with it."""
        old = self.moved.module.name
        for node in iter_nodes(user, ast.Constant):
            parent = user.parents.get(node)
            is_found = isinstance(parent, ast.Call) and last_name(parent.func) in FINDING_CALLS
            is_key = isinstance(parent, ast.Subscript) and last_name(parent.value) == "modules"
            is_compared = "__module__" in user.text and not isinstance(parent, ast.Expr)
            if node.value == old and (is_found or is_key or is_compared):
                self._leave(user, node, f"{old} is found by its name, or compared with it")

    def _leave_whole_namespaces(self, module: Module) -> None:
        """Leave where a module looks at all of its own names."""
        for node in iter_nodes(module, ast.Call):
            name = last_name(node.func)
            at_top = module.scopes[node][-1] is module.tree
            is_own = name == "globals" or (at_top and name in ("vars", "locals", "dir"))
            if is_own and not node.args and not self.moved.holds(node):
                self._leave(module, node, f"{module.name} looks at all of its names")


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
