"""Rename in one Python file: definitions, names, attributes and imports."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bot.refactor.checked_names import Meanings
from bot.refactor.class_family import has_unknown_base
from bot.refactor.module_scopes import (
    Definition,
    Import,
    Module,
    find_name,
    find_owner,
    qualify,
    resolve_source,
)
from bot.refactor.name_meaning import NameMeaning, read_source
from bot.refactor.python_project import CannotRefactor
from bot.refactor.quoted_types import is_quoted_type, read_quoted_type
from bot.refactor.rename_attribute import AttributeRenaming
from bot.refactor.rename_in_strings import StringRenaming
from bot.refactor.rename_keyword import rename_keyword, rename_pattern
from bot.refactor.renaming import Renaming
from bot.refactor.undecided_names import leave_undecided

LOCAL = "a local variable"


@dataclass(frozen=True, slots=True)
class ModuleRenaming:
    """Renames in the files of a project, one after the other."""

    renaming: Renaming
    is_protocol: bool  # the target is a protocol's: classes follow it without saying so
    is_fixture: bool  # pytest hands it to whoever has a parameter of its name
    attributes: AttributeRenaming
    strings: StringRenaming

    def rename_in_module(self, path: str) -> None:
        """Rename in one file; where this Python cannot read it, each line with the name is left."""
        module = self.renaming.project.read_module(path)
        if module is None:
            self._leave_all(path)
            return
        for node in list(module.scopes):
            self._rename_in_node(module, node)
        leave_undecided(self.renaming, module)

    def _leave_all(self, path: str) -> None:
        word = re.compile(rf"\b{re.escape(self.renaming.old)}\b")
        for number, line in enumerate(self.renaming.project.files[path].split("\n"), 1):
            if word.search(line):
                self.renaming.edits.leave(path, number, "this Python cannot read the file")

    def _rename_in_node(self, module: Module, node: ast.AST) -> None:
        old = self.renaming.old
        match node:
            case ast.Name() if node.id == old:
                self._rename_name(module, node)
            case ast.Attribute() if node.attr == old:
                self.attributes.rename(module, node)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() if node.name == old:
                self._rename_definition(module, node)
            case ast.arg() if node.arg == old:
                self._keep_argument(module, node)
            case ast.Constant(value=str() as text) if old in text:
                self._rename_string(module, node, text)
            case _:
                self._rename_keyword(module, node)
                self._rename_in_statement(module, node)

    def _rename_keyword(self, module: Module, node: ast.AST) -> None:
        match node:
            case ast.keyword() if node.arg == self.renaming.old:
                rename_keyword(self.renaming, module, node)
            case ast.MatchClass() if self.renaming.old in node.kwd_attrs:
                rename_pattern(self.renaming, module, node)
            case _:
                pass

    def _rename_string(self, module: Module, node: ast.Constant, text: str) -> None:
        """A type in quotes means what the names in it would; of others the words decide."""
        inner = read_quoted_type(module, node) if is_quoted_type(module, node) else []
        for part in inner:
            self._rename_in_node(module, part)
        if not inner:
            self.strings.rename(module, node, text)

    def _rename_in_statement(self, module: Module, node: ast.AST) -> None:
        old = self.renaming.old
        match node:
            case ast.Import():
                for alias in node.names:
                    self._rename_dotted(module, alias, alias.name)
                    self._keep_alias(module, alias)
            case ast.ImportFrom():
                self._rename_from_import(module, node)
            case ast.Global() if old in node.names:
                self._rename_global(module, node)
            case ast.Nonlocal() if old in node.names:
                self._rename_nonlocal(module, node)
            case (
                ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name)
            ) if name == old:
                self._rename_binder(module, node)
            case _:
                pass

    def _rename_definition(self, module: Module, node: Definition) -> None:
        line, column = find_name(module, node)
        own = f"{module.name}.{qualify(module, node)}"
        if self.renaming.is_target(own):
            self.renaming.change(module.path, line, column)
        elif self.is_protocol and isinstance(module.scopes[node][-1], ast.ClassDef):
            self.renaming.leave(module.path, line, column, "may stand for the protocol's")
        elif self._may_override(module, node):
            self.renaming.leave(module.path, line, column, "its class has a base that is not known")
        else:
            self.renaming.keep(module.path, line, column, own)

    def _may_override(self, module: Module, node: Definition) -> bool:
        """Tell whether a method may be below the target's class, by a base that is not known."""
        scope = module.scopes[node][-1]
        if self.renaming.family is None or not isinstance(scope, ast.ClassDef):
            return False
        return has_unknown_base(self.renaming.project, module, scope)

    def _keep_argument(self, module: Module, node: ast.arg) -> None:
        place = (module.path, node.lineno, node.col_offset)
        if self.is_fixture:
            self.renaming.leave(*place, "pytest may hand the fixture to it")
        else:
            self.renaming.keep(*place, "a parameter")

    def _rename_name(self, module: Module, node: ast.Name) -> None:
        scope = find_owner(module, node, node.id)
        meanings = NameMeaning(self.renaming).read(module, scope, node.id)
        if self._settle(module, (node.lineno, node.col_offset), meanings):
            self._refuse_other_meaning(module, node)

    def _settle(self, module: Module, position: tuple[int, int], meanings: Meanings) -> bool:
        """Change the place, keep it, or leave it, by what it can mean; tell whether it changed."""
        renaming, place = self.renaming, (module.path, *position)
        ours = {meaning for meaning in meanings if renaming.is_target(meaning)}
        others = sorted(meanings - ours)
        if not meanings:
            renaming.leave(*place, "it is not clear where this name comes from")
        elif not others:
            renaming.change(*place)
        elif any(meaning.rpartition(".")[0] == module.name for meaning in ours):
            renaming.leave(*place, f"it is {others[0]} too")
        else:  # what is imported as two things keeps its local name
            renaming.keep(*place, others[0])
        return bool(ours) and not others

    def _refuse_other_meaning(self, module: Module, node: ast.Name) -> None:
        if find_owner(module, node, self.renaming.new) is not None:
            place = f"{module.path}:{node.lineno}"
            raise CannotRefactor(f"{place}: {self.renaming.new} has another meaning there.")

    def _rename_binder(self, module: Module, node: ast.AST) -> None:
        """Rename what `except ... as` or a pattern binds: no node of its own has the position."""
        scope = find_owner(module, node, self.renaming.old)
        meanings = NameMeaning(self.renaming).read(module, scope, self.renaming.old)
        if place := self._find_word(module, node, self.renaming.old):
            self._settle(module, place, meanings)

    def _rename_from_import(self, module: Module, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == self.renaming.old:
                self._rename_imported(module, node, alias)
            self._keep_alias(module, alias)
        if node.module:
            before = resolve_source(module, node).removesuffix(node.module)
            self._rename_dotted(module, node, node.module, before)

    def _rename_imported(self, module: Module, node: ast.ImportFrom, alias: ast.alias) -> None:
        renaming, local = self.renaming, alias.asname or alias.name
        meaning = NameMeaning(renaming)
        place = (module.path, alias.lineno, alias.col_offset)
        scope = module.scopes[node][-1]
        is_ours = renaming.is_target(read_source(module, node, alias.name))
        if is_ours and not alias.asname and meaning.is_shared(module, scope, local):
            renaming.change(*place, f"{renaming.new} as {renaming.old}")
            return
        is_changed = self._settle(module, place[1:], meaning.read_import(module, node, local))
        if is_changed and not alias.asname and renaming.new in module.bindings[scope]:
            name = f"{module.path}:{alias.lineno}"
            raise CannotRefactor(f"{name}: {renaming.new} has another meaning there.")

    def _keep_alias(self, module: Module, alias: ast.alias) -> None:
        """Keep `as old`: a local name, whatever it is of."""
        if alias.asname == self.renaming.old and alias.end_col_offset is not None:
            column = alias.end_col_offset - len(alias.asname.encode())
            self.renaming.keep(module.path, alias.end_lineno or alias.lineno, column, LOCAL)

    def _rename_dotted(
        self, module: Module, node: Import | ast.alias, dotted: str, before: str = ""
    ) -> None:
        """Rename the part of a dotted module name in an import that is the target."""
        parts = dotted.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if parts[end - 1] != self.renaming.old:
                continue
            place = self._find_word(module, node, name)
            if place and before + name in self.renaming.targets:
                self.renaming.change(module.path, *place)
            elif place:
                self.renaming.keep(module.path, *place, before + name)

    def _rename_global(self, module: Module, node: ast.Global) -> None:
        old = self.renaming.old
        if place := self._find_word(module, node, old):
            meanings = NameMeaning(self.renaming).read(module, module.tree, old)
            self._settle(module, place, meanings)

    def _rename_nonlocal(self, module: Module, node: ast.Nonlocal) -> None:
        old = self.renaming.old
        scope = find_owner(module, node, old)
        if place := self._find_word(module, node, old):
            meanings = NameMeaning(self.renaming).read(module, scope, old)
            self._settle(module, place, meanings)

    def _find_word(self, module: Module, node: ast.AST, name: str) -> tuple[int, int] | None:
        """Find the end of a name inside a node that has no position for it."""
        pattern = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", None)
        for number in range(first, (last or first) + 1):
            start = getattr(node, "col_offset", 0) if number == first else 0
            if match := pattern.search(module.encode_line(number), start):
                return number, match.end() - len(self.renaming.old.encode())
        return None
