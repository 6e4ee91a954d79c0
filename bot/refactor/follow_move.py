"""Let the other modules follow what moved: their imports, uses and strings that name it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.refactor.checked_names import locate_attribute
from bot.refactor.find_definition import iter_nodes
from bot.refactor.import_statements import (
    add_import,
    end_of,
    line_end,
    remove_import,
    render_import,
    render_source,
    stands_alone,
)
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Module, find_owner, last_name, render_alias, resolve_source
from bot.refactor.moved_definition import MovedDefinition
from bot.refactor.python_project import CannotRefactor
from bot.refactor.quoted_types import is_quoted_type
from bot.refactor.text_edit import TextEdits, find_in_lines

# They put another object in the place that a dotted name tells.
REPLACING_CALLS = frozenset(["patch", "setattr", "delattr", "setitem", "spy", "stub"])


@dataclass(slots=True)
class MoveFollower:
    """Changes all files but the two between which something moves."""

    moved: MovedDefinition
    edits: TextEdits
    destination: Module
    uses: int = 0  # lookups in the old module that are made in the new one from now on
    _followed: list[str] = field(default_factory=list)

    def follow(self, path: str) -> None:
        """Change a file's imports and uses of it."""
        user = self.moved.project.read_module(path)
        if user is None and path.endswith(PYTHON):
            self.edits.leave(path, 1, "this Python cannot read the file")
            return
        self._followed.append(path)
        if user is None or user is self.moved.module:
            return
        for node in list(user.scopes):
            if isinstance(node, ast.ImportFrom):
                self._change_import(user, node)
            elif isinstance(node, ast.Attribute) and self._is_use(user, node):
                self._change_use(user, node)

    def rename_mentions(self, *, is_still_used: bool) -> None:
        """Change its dotted name, `pkg.mod.name` or `pkg.mod:name`, in strings and documents.

        What is replaced in the old module, where that goes on using it, stays so.
        """
        old, name = self.moved.module.name, self.moved.name
        pattern = re.compile(rf"(?<![\w.]){re.escape(old)}(?=[.:]{re.escape(name)}\b)")
        for path in self._followed:
            user = self.moved.project.read_module(path)
            places = find_in_lines(self.moved.project.files[path], pattern)
            code = set(_list_code_places(user)) if user else set()
            mentions = [each for each in places if each[:2] not in code]
            replaced = set(_list_replaced_lines(user)) if user and is_still_used else set()
            types = set(_list_quoted_lines(user)) if user else set()
            for line, column, _ in mentions:
                if line in replaced:
                    self._leave_replaced(path, line)
                elif line in types:
                    why = f"a type in quotes, for which {self.destination.name} would have to be"
                    self.edits.leave(path, line, f"{why} imported")
                else:
                    columns = (column, column + len(old.encode()))
                    self.edits.replace_in_line(path, line, columns, self.destination.name)

    def _leave_replaced(self, path: str, line: int) -> None:
        """Leave what is replaced in the old module, where some look it up in the new one then."""
        if self.uses:
            old, new = self.moved.module.name, self.destination.name
            self.edits.leave(path, line, f"some would look it up in {new} then, some in {old}")

    def _is_use(self, user: Module, node: ast.Attribute) -> bool:
        is_named = node.attr == self.moved.name
        base = self.moved.module.name
        return is_named and self.moved.project.resolve(user, node.value) == base

    def _change_import(self, user: Module, node: ast.ImportFrom) -> None:
        for alias in node.names:
            source = f"{resolve_source(user, node)}.{alias.name}"
            if alias.name != self.moved.name or source != self.moved.target:
                continue
            if user.scopes[node][-1] is not user.tree:
                self.uses += 1
            if user is self.destination:
                self._remove_own(user, node, alias)
            else:
                self._replace(user, node, alias)

    def _remove_own(self, user: Module, node: ast.ImportFrom, alias: ast.alias) -> None:
        if alias.asname not in (None, alias.name):
            raise CannotRefactor(
                f"{user.path}:{node.lineno}: {user.path} has it as {alias.asname}: "
                f"name it {alias.name} there first."
            )
        remove_import(self.edits, user, node, alias)

    def _replace(self, user: Module, node: ast.ImportFrom, alias: ast.alias) -> None:
        source = render_source(user, self.destination.name) if node.level else self.destination.name
        statement = render_import(render_alias(alias), source)
        start = (node.lineno, node.col_offset)
        if len(node.names) == 1:
            self.edits.replace(user.path, start, end_of(node), statement)
        elif stands_alone(user, node):
            remove_import(self.edits, user, node, alias)
            line = (node.end_lineno or node.lineno) + 1
            indent = " " * node.col_offset
            end = line_end(user)
            if line > len(user.lines):
                self.edits.insert(user.path, end_of(node), f"{end}{indent}{statement}")
            else:
                self.edits.insert(user.path, (line, 0), f"{indent}{statement}{end}")
        else:
            remove_import(self.edits, user, node, alias)
            self.edits.insert(user.path, start, f"{statement}; ")

    def _change_use(self, user: Module, node: ast.Attribute) -> None:
        """Make `new.name` of `old.name`, unless `new` means something else in this file."""
        if not isinstance(node.ctx, ast.Load):
            why = f"this replaces it in {self.moved.module.name} alone"
            self.edits.leave(user.path, node.lineno, why)
            return
        self.uses += 1
        start = (node.value.lineno, node.value.col_offset)
        if user is self.destination:
            self.edits.replace(user.path, start, locate_attribute(node), "")
            return
        root = self.destination.name.partition(".")[0]
        if not _is_free(user, node, root):
            why = f"the old module's {self.moved.name}, and {root} is taken here"
            self.edits.leave(user.path, node.lineno, why)
            return
        self.edits.replace(user.path, start, end_of(node.value), self.destination.name)
        add_import(self.edits, user, self.destination.name)


def is_replacing(call: ast.Call) -> bool:
    """Tell whether a call puts another object where a name stands, as mock.patch does."""
    names = {part.attr for part in ast.walk(call.func) if isinstance(part, ast.Attribute)}
    return not REPLACING_CALLS.isdisjoint(names | {last_name(call.func)})


def _list_replaced_lines(user: Module) -> Iterator[int]:
    """Give the lines of strings that are first in a call which replaces what they name."""
    for node in user.scopes:
        first = node.args[0] if isinstance(node, ast.Call) and node.args else None
        if isinstance(node, ast.Call) and isinstance(first, ast.Constant) and is_replacing(node):
            yield first.lineno


def _list_quoted_lines(user: Module) -> Iterator[int]:
    """Give the lines of types that stand in quotes."""
    return (node.lineno for node in iter_nodes(user, ast.Constant) if is_quoted_type(user, node))


def _list_code_places(user: Module) -> Iterator[tuple[int, int]]:
    """Give the positions where an expression or an import begins with a name."""
    for node in user.scopes:
        if isinstance(node, (ast.Name, ast.alias)):
            yield node.lineno, node.col_offset
        elif isinstance(node, ast.ImportFrom):
            line = user.encode_line(node.lineno)
            yield node.lineno, len(line) - len(line[node.col_offset + 4 :].lstrip())


def _is_free(user: Module, node: ast.Attribute, root: str) -> bool:
    """Tell whether a name can be that of a package where a node stands."""
    scope = find_owner(user, node, root)
    binders = user.binders(root)
    dotted = [node for node in binders if isinstance(node, ast.Import)]
    if scope is None:
        return True
    names = [alias for node in dotted for alias in node.names if alias.asname == root]
    return scope is user.tree and len(dotted) == len(binders) and not names
