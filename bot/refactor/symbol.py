"""One symbol of the code, whether a name, attribute or import means it, and its renaming."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass, field

from bot.ports import CodePlace
from bot.refactor.assigned_values import list_calls_assigned
from bot.refactor.checked_names import NOTHING, Answers, Meanings, locate_attribute, name_definition
from bot.refactor.class_family import ClassFamily
from bot.refactor.module_scopes import (
    Import,
    Module,
    find_owner,
    last_name,
    name_in_scope,
    resolve_import,
)
from bot.refactor.python_project import Project
from bot.refactor.text_edit import TextEdits

# They stand in for any object, so what is made by them may be meant.
STAND_INS = re.compile(
    r"Mock|Proxy|Spy|Stub|Fake|Double|Partial|Namespace|Wrap|Lazy|Any|Delegat|Decorat"
)
CLASS_NAME = re.compile(r"_*[A-Z]\w*[a-z]\w*")
Place = tuple[str, int, int]  # path, line, column in bytes


@dataclass(frozen=True, slots=True)
class TargetSymbol:
    """A definition, with all that overrides it or that it overrides.

    What is read has several meanings where several definitions may be meant, and none where that
    cannot be told: canonical names, or those of what is not of the tree.
    """

    family: ClassFamily
    answers: Answers  # of the type checker

    @property
    def project(self) -> Project:
        """All files."""
        return self.family.project

    @property
    def old(self) -> str:
        """Its own name."""
        return self.family.member

    @property
    def targets(self) -> set[str]:
        """The canonical names that mean it."""
        return self.family.targets

    @property
    def holders(self) -> set[str]:
        """The modules or classes that have it."""
        return self.family.holders

    @property
    def is_member(self) -> bool:
        """Whether it is a class's."""
        return self.family.is_of_class

    def is_target(self, dotted: str | None) -> bool:
        """Tell whether a dotted name means one of the targets."""
        return dotted is not None and not self.targets.isdisjoint(
            [dotted, self.project.canonicalize(dotted)]
        )

    @property
    def definitions(self) -> list[ast.AST]:
        """The nodes that define it."""
        return [node for each in self.targets for _, node in self.project.find_definitions(each)]

    def read_name(self, module: Module, node: ast.AST, name: str) -> Meanings:
        """Give all that a plain name can mean where a node stands."""
        scope = find_owner(module, node, name)
        if scope is None:
            return self._read_unbound(module, name)
        meanings: set[str] = set()
        for binder in module.bindings[scope].get(name, (scope,)):  # or `global` alone does
            if isinstance(binder, Import):
                imported = self.read_import(module, binder, name)
                if not imported:
                    return NOTHING
                meanings |= imported
            else:
                meanings.add(name_in_scope(module, scope, name))
        return frozenset(meanings)

    def read_import(self, module: Module, binder: Import, name: str) -> Meanings:
        """Give what an import binds to a local name."""
        dotted = resolve_import(module, binder, name)
        if self.is_target(dotted):
            return frozenset([dotted])
        canonical = self.project.canonicalize(dotted)
        if self.project.defines(canonical) or self.project.is_outside(canonical):
            return frozenset([canonical])
        for alias in binder.names:
            if alias.name == self.old and name in (alias.name, alias.asname):
                return self.read_checked(module.path, alias.lineno, alias.col_offset)
        return NOTHING

    def read_attribute(self, module: Module, node: ast.Attribute) -> Meanings:
        """Give all that an attribute can mean, by our own reading and the type checker's."""
        place = locate_attribute(node)
        return self._read_own(module, node) | self.read_checked(module.path, *place)

    def read_checked(self, path: str, line: int, column: int) -> Meanings:
        """Give what the name at a place can mean by the type checker alone."""
        definitions = self.answers.get(CodePlace(path, line, column), ())
        meanings = {name_definition(self.project, each, self.old) for each in definitions}
        return NOTHING if "" in meanings else frozenset(meanings)

    def read_member(self, base: str | None) -> Meanings:
        """Give what the name means as an attribute of what is called so."""
        if not base:
            return NOTHING
        name = self.project.canonicalize(f"{base.removesuffix('()')}.{self.old}")
        is_known = name in self.targets or self.project.find_definitions(name)
        return frozenset([name]) if is_known or self.project.is_outside(name) else NOTHING

    def _read_own(self, module: Module, node: ast.Attribute) -> Meanings:
        base = self.project.resolve(module, node.value)
        if base and not self.project.is_outside(base) and (meanings := self.read_member(base)):
            return meanings
        return self.read_member(self._find_outside(module, node.value, base))

    def _find_outside(self, module: Module, value: ast.expr, base: str | None) -> str | None:
        """Give the module of elsewhere that an object is, or the class of one that made it."""
        if base is not None and self.project.is_outside(base) and not base.endswith("()"):
            return None if STAND_INS.search(base) else base
        kinds = {
            self.project.resolve(where, call.func)
            if CLASS_NAME.fullmatch(last_name(call.func))
            else None
            for where, call in list_calls_assigned(self.project, module, value)
        }
        kind = kinds.pop() if len(kinds) == 1 else None
        is_plain = kind is not None and self.project.is_outside(kind)
        return kind if kind and is_plain and not STAND_INS.search(kind) else None

    def _read_unbound(self, module: Module, name: str) -> Meanings:
        """Read a name that a star brings, or Python itself."""
        for star in reversed(module.stars):
            canonical = self.project.canonicalize(f"{star}.{name}")
            if self.is_target(canonical) or self.project.defines(canonical):
                return frozenset([canonical])
        if hasattr(builtins, name):
            return frozenset([f"builtins.{name}"])
        outside = [star for star in module.stars if self.project.is_outside(star)]
        return frozenset([f"{outside[0]}.{name}"]) if outside else NOTHING


@dataclass(frozen=True, slots=True)
class Renaming(TargetSymbol):
    """A symbol and its new name."""

    edits: TextEdits
    new: str
    guess: bool = False  # take attributes of unknown objects for it
    decided: set[Place] = field(default_factory=set)
    named: dict[str, str] = field(default_factory=dict)  # what dotted words of texts mean

    def change(self, place: Place, new: str = "") -> None:
        """Rename where the old name begins."""
        self.decided.add(place)
        path, line, column = place
        columns = (column, column + len(self.old.encode()))
        if self.edits.read_line(path, line, columns) == self.old:
            self.edits.replace_in_line(path, line, columns, new or self.new)
        else:
            self.edits.leave(path, line, "inside a string that this Python cannot place")

    def keep(self, place: Place, owner: str) -> None:
        """Keep a place that is proved to mean something else; say what."""
        self.decided.add(place)
        self.edits.keep(owner)

    def leave(self, place: Place, why: str) -> None:
        """Leave a place of which neither is proved."""
        self.decided.add(place)
        self.edits.leave(*place[:2], why)

    def settle(self, place: Place, meanings: Meanings, unknown: str) -> bool:
        """Change the place, keep it, or leave it, by what it can mean; tell whether it changed."""
        others = sorted(meaning for meaning in meanings if not self.is_target(meaning))
        if not meanings:
            self.leave(place, unknown)
        elif not others:
            self.change(place)
        elif len(others) < len(meanings):
            self.leave(place, f"it may be {others[0]} too")
        else:
            self.keep(place, others[0])
        return bool(meanings) and not others
