"""Rename in one Python file: definitions, names, attributes, imports and strings."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bot.refactor.module_scopes import (
    FUNCTIONS,
    IMPORTS,
    Definition,
    Import,
    Module,
    find_owner,
    qualify,
    resolve_import,
    resolve_source,
)
from bot.refactor.python_project import CannotRefactor, last_name
from bot.refactor.rename_in_text import rename_in_text
from bot.refactor.renaming import Renaming

# They take an object, and a name of its in a string.
NAMING_CALLS = frozenset(["getattr", "setattr", "hasattr", "delattr", "object"])


@dataclass(frozen=True, slots=True)
class ModuleRenaming:
    """Renames in the files of a project, one after the other."""

    renaming: Renaming
    is_protocol: bool  # the target is a protocol's: classes follow it without saying so
    guess: bool  # rename attributes of unknown objects too

    def rename_in_module(self, path: str) -> None:
        """Rename in one file; where this Python cannot read it, each line with the name is left."""
        module = self.renaming.project.read_module(path)
        if module is None:
            self._leave_all(path)
            return
        for node in list(module.scopes):
            self._rename_in_node(module, node)

    def _leave_all(self, path: str) -> None:
        word = re.compile(rf"\b{re.escape(self.renaming.old)}\b")
        for number, line in enumerate(self.renaming.project.files[path].split("\n"), 1):
            if word.search(line):
                self._leave(path, number, "this Python cannot read the file")

    def _leave(self, path: str, line: int, why: str) -> None:
        self.renaming.edits.leave(path, line, why)

    def _rename_in_node(self, module: Module, node: ast.AST) -> None:
        old = self.renaming.old
        match node:
            case ast.Name() if node.id == old:
                self._rename_name(module, node)
            case ast.Attribute() if node.attr == old:
                self._rename_attribute(module, node)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() if node.name == old:
                self._rename_definition(module, node)
            case ast.Constant(value=str() as text) if old in text:
                self._rename_string(module, node, text)
            case ast.stmt():
                self._rename_in_statement(module, node)
            case _:
                pass

    def _rename_in_statement(self, module: Module, node: ast.stmt) -> None:
        old = self.renaming.old
        match node:
            case ast.Import():
                for alias in node.names:
                    self._rename_dotted(module, alias, alias.name)
            case ast.ImportFrom():
                self._rename_from_import(module, node)
            case ast.Global() if old in node.names:
                if self.renaming.is_target(f"{module.name}.{old}"):
                    self._replace_word(module, node, old)
            case _:
                pass

    def _rename_definition(self, module: Module, node: Definition) -> None:
        if self.renaming.is_target(f"{module.name}.{qualify(module, node)}"):
            pattern = rb"(?:class|def)\s+(" + self.renaming.old.encode() + rb")\b"
            line = module.encode_line(node.lineno)
            if match := re.compile(pattern).search(line, node.col_offset):
                self.renaming.replace(module.path, node.lineno, match.start(1))
        elif self.is_protocol and isinstance(module.scopes[node][-1], ast.ClassDef):
            self._leave(module.path, node.lineno, "may stand for the protocol's")

    def _rename_name(self, module: Module, node: ast.Name) -> None:
        scope = find_owner(module, node, node.id)
        if _is_local(module, scope, node.id) or not self._refers(module, node, scope):
            return
        new = self.renaming.new
        if find_owner(module, node, new) is not None:
            place = f"{module.path}:{node.lineno}"
            raise CannotRefactor(f"{place}: {new} has another meaning there.")
        self.renaming.edits.replace_ending(module, node, self.renaming.old, new)

    def _refers(self, module: Module, node: ast.Name, scope: ast.AST | None) -> bool:
        """Tell whether the name is the target's, whatever it holds."""
        renaming = self.renaming
        if scope is None:
            return any(renaming.is_target(f"{star}.{node.id}") for star in module.stars)
        own = ""
        if isinstance(scope, ast.ClassDef):
            own = f"{module.name}.{qualify(module, scope)}.{node.id}"
            if not renaming.is_target(own):
                return False
        for binder in module.bindings[scope][node.id]:
            if isinstance(binder, IMPORTS):
                return renaming.is_target(resolve_import(module, binder, node.id))
        return renaming.is_target(own or f"{module.name}.{node.id}")

    def _rename_attribute(self, module: Module, node: ast.Attribute) -> None:
        renaming, project = self.renaming, self.renaming.project
        base = project.resolve(module, node.value)
        if base is not None:
            name = f"{base.removesuffix('()')}.{node.attr}"
            if renaming.is_target(name):
                renaming.edits.replace_ending(module, node, renaming.old, renaming.new)
                return
            if not base.endswith("()") or project.find_definitions(project.canonicalize(name)):
                return
        if self.guess:
            renaming.edits.replace_ending(module, node, renaming.old, renaming.new)
        elif any(project.find_definitions(name.rpartition(".")[0]) for name in renaming.targets):
            line = node.end_lineno or 1
            self._leave(module.path, line, "an attribute of an unknown object")

    def _rename_from_import(self, module: Module, node: ast.ImportFrom) -> None:
        source = resolve_source(module, node)
        for alias in node.names:
            is_target = self.renaming.is_target(f"{source}.{alias.name}")
            if alias.name == self.renaming.old and is_target:
                self.renaming.replace(module.path, alias.lineno, alias.col_offset)
        if node.module:
            self._rename_dotted(module, node, node.module, source.removesuffix(node.module))

    def _rename_dotted(
        self, module: Module, node: Import | ast.alias, dotted: str, before: str = ""
    ) -> None:
        """Rename the part of a dotted module name in an import that is the target."""
        parts = dotted.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if before + name in self.renaming.targets:
                self._replace_word(module, node, name)

    def _replace_word(self, module: Module, node: ast.stmt | ast.alias, name: str) -> None:
        """Replace the end of a name inside a node that has no position for it."""
        pattern = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            start = node.col_offset if number == node.lineno else 0
            if match := pattern.search(module.encode_line(number), start):
                column = match.end() - len(self.renaming.old.encode())
                self.renaming.replace(module.path, number, column)
                return

    def _rename_string(self, module: Module, node: ast.Constant, text: str) -> None:
        old = self.renaming.old
        if text == old:
            self._rename_whole_string(module, node)
        elif re.search(rf"[.:]{re.escape(old)}\b", text) and node.end_lineno:
            source = ast.get_source_segment(module.text.removeprefix("\ufeff"), node) or ""
            rename_in_text(self.renaming, module.path, source, node.lineno, node.col_offset)

    def _rename_whole_string(self, module: Module, node: ast.Constant) -> None:
        parent = module.parents.get(node)
        if self._is_exported(module, node) or self._names_attribute(module, node):
            self._replace_in_quotes(module, node)
        elif _is_annotation(module, node):
            self._rename_quoted_type(module, node)
        elif not isinstance(parent, ast.Expr):
            self._leave(module.path, node.lineno, "a string with that name")

    def _rename_quoted_type(self, module: Module, node: ast.Constant) -> None:
        """A type in quotes means what the name alone would."""
        old = self.renaming.old
        name = ast.Name(old, ast.Load())
        module.scopes[name] = module.scopes[node]
        if self._refers(module, name, find_owner(module, name, old)):
            self._replace_in_quotes(module, node)

    def _is_exported(self, module: Module, node: ast.Constant) -> bool:
        """Tell whether a string hands the target on in `__all__`."""
        parent = module.parents.get(node)
        if not isinstance(parent, (ast.List, ast.Tuple, ast.Set)) or not _is_in_all(module, parent):
            return False
        return self.renaming.is_target(f"{module.name}.{self.renaming.old}")

    def _names_attribute(self, module: Module, node: ast.Constant) -> bool:
        """Tell whether a call names the target by an object and a string, as getattr does."""
        call = module.parents.get(node)
        if not isinstance(call, ast.Call) or last_name(call.func) not in NAMING_CALLS:
            return False
        if len(call.args) < 2 or call.args[1] is not node:
            return False
        base = self.renaming.project.resolve(module, call.args[0])
        if base is None:
            return False
        return self.renaming.is_target(f"{base.removesuffix('()')}.{self.renaming.old}")

    def _replace_in_quotes(self, module: Module, node: ast.Constant) -> None:
        line = module.encode_line(node.lineno)
        column = line.find(self.renaming.old.encode(), node.col_offset)
        self.renaming.replace(module.path, node.lineno, column)


def _is_local(module: Module, scope: ast.AST | None, name: str) -> bool:
    """Tell whether a function binds the name by itself: not by an import, and not in a class."""
    if scope is None or scope is module.tree or isinstance(scope, ast.ClassDef):
        return False
    return not isinstance(module.bindings[scope][name][0], IMPORTS)


def _is_in_all(module: Module, node: ast.AST) -> bool:
    statements = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
    for statement in module.tree.body:
        if not isinstance(statement, statements):
            continue
        inside = list(ast.walk(statement))
        if node in inside:
            return any(isinstance(part, ast.Name) and part.id == "__all__" for part in inside)
    return False


def _is_annotation(module: Module, node: ast.AST) -> bool:
    """Tell whether a node stands in the type of an argument, a variable or a result."""
    while (parent := module.parents.get(node)) is not None:
        if isinstance(parent, (ast.arg, ast.AnnAssign)):
            return node is parent.annotation
        if isinstance(parent, FUNCTIONS):
            return node is parent.returns
        node = parent
    return False
