"""What moves: a function or class with its text, and the names that it needs of its module."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from bot.refactor.import_time import has_future_annotations, is_type_checking, list_annotations
from bot.refactor.module_scopes import (
    MODULE_NAMES,
    Definition,
    Function,
    Import,
    Module,
    bound_name,
    find_owner,
    render_alias,
    resolve_source,
)
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.quoted_types import is_quoted_type, read_quoted_type

FIRST_LINES = re.compile(r"#!|#.*coding[:=]")


@dataclass(frozen=True, slots=True)
class NeededName:
    """A name of its module that moved code uses: how it is imported, and what it means."""

    local: str
    source: str  # the module that it is taken from, "" for a plain import
    imported: str  # `a` or `a as b`, as the statement has it
    meaning: str  # dotted
    is_for_types: bool  # only annotations name it, and nothing evaluates them
    is_checked_only: bool  # its module imports it under TYPE_CHECKING


@dataclass(frozen=True, slots=True)
class MovedDefinition:
    """A function or class of a module's top level."""

    project: Project
    module: Module
    node: Definition
    overloads: tuple[Definition, ...] = ()  # its other signatures, right above

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name

    @property
    def target(self) -> str:
        """Its canonical name before it moves."""
        return f"{self.module.name}.{self.node.name}"

    def holds(self, node: ast.AST) -> bool:
        """Tell whether a node of its module stands in it."""
        around: ast.AST | None = node
        while around is not None and around not in (self.node, *self.overloads):
            around = self.module.parents.get(around)
        return around is not None

    def find_lines(self) -> tuple[int, int]:
        """Find its first and last line, with its decorators and the comment right above."""
        lines = self.module.lines
        every = [*self.overloads, self.node]
        marks = [mark for node in every for mark in node.decorator_list]
        first = min(node.lineno for node in [*every, *marks])
        while first > 1 and lines[first - 2].startswith("#"):
            if first <= 3 and FIRST_LINES.match(lines[first - 2]):
                break
            first -= 1
        return first, self.node.end_lineno or self.node.lineno

    def render_text(self) -> str:
        """Give its text, where imports that are relative to its package are made absolute."""
        lines = list(self.module.lines)
        for node in self.walk():
            if isinstance(node, ast.ImportFrom) and node.level:
                source = resolve_source(self.module, node)
                line = lines[node.lineno - 1]
                head, tail = line[: node.col_offset], line[node.col_offset :]
                tail = re.sub(r"^from\s+\.[\s.]*[\w.]*?(?=\s+import\b)", f"from {source}", tail)
                lines[node.lineno - 1] = head + tail
        first, last = self.find_lines()
        return "\n".join(line.removesuffix("\r") for line in lines[first - 1 : last])

    def walk(self) -> Iterator[ast.AST]:
        """Give its nodes."""
        return chain.from_iterable(ast.walk(node) for node in (*self.overloads, self.node))

    def list_needed(self) -> list[NeededName]:
        """List what it uses of its module, by name. Raises CannotRefactor for names of a star."""
        lazy: dict[str, bool] = {}
        for name, is_lazy in self._iter_names():
            lazy[name] = lazy.get(name, True) and is_lazy
        return [
            needed
            for name, is_lazy in sorted(lazy.items())
            for needed in self._find_imports(name, is_lazy)
        ]

    def _iter_names(self) -> Iterator[tuple[str, bool]]:
        """Give each name that it looks up outside itself, and whether nothing evaluates it."""
        annotations = dict(iter_annotations(self.module, self.walk()))
        for node in self.walk():
            parts: list[ast.AST] = [node]
            is_quoted = isinstance(node, ast.Constant) and is_quoted_type(self.module, node)
            if isinstance(node, ast.Constant) and is_quoted:
                parts = read_quoted_type(self.module, node)
            for part in parts:
                if isinstance(part, ast.Name) and self._is_global(part):
                    yield part.id, is_quoted or annotations.get(node, False)

    def _is_global(self, node: ast.Name) -> bool:
        if node.id == self.name or not isinstance(node.ctx, ast.Load):
            return False
        owner = find_owner(self.module, node, node.id)
        if owner is None:
            return not hasattr(builtins, node.id) and node.id not in MODULE_NAMES
        return owner is self.module.tree

    def _find_imports(self, name: str, is_lazy: bool) -> list[NeededName]:  # noqa: FBT001
        """Give the imports that bring one name, or that of it from its own module."""
        binders = self.module.binders(name)
        if not binders:
            return self._find_star(name, is_lazy)
        places = [self._describe_place(binder) for binder in binders]
        if all(isinstance(binder, Import) for binder in binders) and all(places):
            return [
                needed
                for binder, place in zip(binders, places, strict=True)
                if isinstance(binder, Import)
                for needed in self._read_import(binder, name, (is_lazy, place == "checked"))
            ]
        # What is bound in one of several ways is taken from where that is decided.
        meaning = f"{self.module.name}.{name}"
        return [NeededName(name, self.module.name, name, meaning, is_lazy, is_checked_only=False)]

    def _describe_place(self, binder: ast.AST) -> str:
        """Say where a name is bound: always, for type checkers only, or "" under a condition."""
        parent = self.module.parents.get(binder)
        if parent is self.module.tree:
            return "always"
        is_checked = parent is not None and is_type_checking(parent)
        in_body = isinstance(parent, ast.If) and binder in parent.body
        return "checked" if is_checked and in_body else ""

    def _read_import(
        self, binder: Import, name: str, flags: tuple[bool, bool]
    ) -> Iterator[NeededName]:
        for alias in binder.names:
            if bound_name(alias) != name:
                continue
            source = ""
            if isinstance(binder, ast.ImportFrom):
                source = resolve_source(self.module, binder)
            if source == "__future__":
                continue
            meaning = f"{source}.{alias.name}" if source else alias.name
            yield NeededName(name, source, render_alias(alias), meaning, *flags)

    def _find_star(self, name: str, is_lazy: bool) -> list[NeededName]:  # noqa: FBT001
        """Give the import of a name that a star brings; no star and no name: nothing is known."""
        for star in self.module.stars:
            meaning = self.project.canonicalize(f"{star}.{name}")
            if self.project.defines(meaning):
                return [NeededName(name, star, name, meaning, is_lazy, is_checked_only=False)]
        if not self.module.stars:
            return []
        raise CannotRefactor(
            f"{self.target} uses {name}, which comes from `import *` of a module that is not here: "
            "import it by its name first."
        )


def iter_annotations(module: Module, nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.AST, bool]]:
    """Give the nodes of annotations among these, and whether they are never evaluated."""
    is_lazy = has_future_annotations(module)
    for node in nodes:
        roots: list[ast.expr] = []
        is_local = False
        if isinstance(node, Function):
            roots = list_annotations(node)
        elif isinstance(node, ast.AnnAssign):
            roots = [node.annotation]
            is_local = isinstance(module.scopes[node][-1], Function)
        for root in roots:
            yield from ((part, is_lazy or is_local) for part in ast.walk(root))
