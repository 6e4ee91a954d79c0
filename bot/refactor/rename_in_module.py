"""Rename in one Python file: definitions, names, attributes and imports."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.refactor.class_family import has_unknown_base
from bot.refactor.module_scopes import (
    Definition,
    Import,
    Module,
    find_name,
    find_owner,
    find_word,
    qualify,
    resolve_source,
)
from bot.refactor.python_project import CannotRefactor
from bot.refactor.quoted_types import is_quoted_type, read_quoted_type
from bot.refactor.rename_in_strings import StringRenaming
from bot.refactor.rename_in_text import find_words
from bot.refactor.rename_member import AttributeRenaming, rename_keyword, rename_pattern
from bot.refactor.symbol import Place, Renaming

UNCLEAR = "it is not clear where this name comes from"


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
            word = re.compile(rf"\b{re.escape(self.renaming.old)}\b")
            self.renaming.edits.leave_lines(path, word, "this Python cannot read the file")
            return
        for node in list(module.scopes):
            self._rename_in_node(module, node)
        self._leave_undecided(module)

    def _leave_undecided(self, module: Module) -> None:
        """Leave each place of the name, in the code itself, that no other reading decided.

        Comments that say it are only recorded.
        """
        for token in _iter_tokens(module):
            line, column = token.start
            if token.type == tokenize.COMMENT and find_words(token.string, self.renaming.old):
                self.renaming.edits.mention(module.path, line, "a comment")
            if token.type != tokenize.NAME or token.string != self.renaming.old:
                continue
            place = (module.path, line, len(token.line[:column].encode(errors="surrogatepass")))
            if place not in self.renaming.decided:
                self.renaming.leave(place, "a use that is not understood")

    def _rename_in_node(self, module: Module, node: ast.AST) -> None:
        old = self.renaming.old
        match node:
            case ast.Name() if node.id == old:
                if self._settle(module, node, (node.lineno, node.col_offset)):
                    self._refuse_other_meaning(module, node)
            case ast.Attribute() if node.attr == old:
                self.attributes.rename(module, node)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() if node.name == old:
                self._rename_definition(module, node)
            case ast.arg() if node.arg == old:
                self._keep_argument(module, node)
            case ast.Constant(value=str() as text) if old in text:
                self._rename_string(module, node, text)
            case _:
                self._rename_in_statement(module, node)

    def _rename_string(self, module: Module, node: ast.Constant, text: str) -> None:
        """A type in quotes means what the names in it would; of others the words decide."""
        inner = read_quoted_type(module, node) if is_quoted_type(module, node) else []
        for part in inner:
            self._rename_in_node(module, part)
        if not inner:
            self.strings.rename(module, node, text)

    def _rename_in_statement(self, module: Module, node: ast.AST) -> None:
        match node:
            case ast.keyword(arg=self.renaming.old):
                rename_keyword(self.renaming, module, node)
            case ast.MatchClass():
                rename_pattern(self.renaming, module, node)
            case ast.Import():
                for alias in node.names:
                    self._rename_dotted(module, alias, alias.name)
                    self._keep_alias(module, alias)
            case ast.ImportFrom():
                self._rename_from_import(module, node)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self._rename_binder(module, node, names)
            case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
                self._rename_binder(module, node, [name])
            case _:
                pass

    def _rename_definition(self, module: Module, node: Definition) -> None:
        renaming, place = self.renaming, (module.path, *find_name(module, node))
        own = qualify(module, node)
        holder = module.scopes[node][-1]
        is_method = isinstance(holder, ast.ClassDef)
        if renaming.is_target(own):
            renaming.change(place)
        elif self.is_protocol and is_method:
            renaming.leave(place, "may stand for the protocol's")
        elif (
            renaming.is_member
            and isinstance(holder, ast.ClassDef)
            and has_unknown_base(renaming.project, module, holder)
        ):
            renaming.leave(place, "its class has a base that is not known")
        else:
            renaming.keep(place, own)

    def _keep_argument(self, module: Module, node: ast.arg) -> None:
        place = (module.path, node.lineno, node.col_offset)
        if self.is_fixture:
            self.renaming.leave(place, "pytest may hand the fixture to it")
        else:
            self.renaming.keep(place, "a parameter")

    def _settle(self, module: Module, node: ast.AST, position: tuple[int, int]) -> bool:
        """Decide for a place where the plain name stands; tell whether it changed."""
        renaming, place = self.renaming, (module.path, *position)
        meanings = renaming.read_name(module, node, renaming.old)
        ours = {meaning for meaning in meanings if renaming.is_target(meaning)}
        is_local = all(meaning.rpartition(".")[0] != module.name for meaning in ours)
        if ours and ours != meanings and is_local:
            # What is imported as two things keeps its local name.
            renaming.keep(place, min(meanings - ours))
            return False
        return renaming.settle(place, meanings, UNCLEAR)

    def _refuse_other_meaning(self, module: Module, node: ast.Name) -> None:
        if find_owner(module, node, self.renaming.new) is not None:
            self._refuse((module.path, node.lineno, 0))

    def _refuse(self, place: Place) -> None:
        raise CannotRefactor(
            f"{place[0]}:{place[1]}: {self.renaming.new} has another meaning there."
        )

    def _rename_binder(self, module: Module, node: ast.AST, names: Sequence[str | None]) -> None:
        """Rename what a statement or pattern binds: no node of its own has the position."""
        old = self.renaming.old
        place = find_word(module, node, old) if old in names else None
        if place:
            self._settle(module, node, place)

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
        place = (module.path, alias.lineno, alias.col_offset)
        imported = renaming.read_import(module, node, local)
        every = renaming.read_name(module, node, local)
        is_ours = all(map(renaming.is_target, imported))
        if imported and is_ours and not alias.asname and not all(map(renaming.is_target, every)):
            renaming.change(place, f"{renaming.new} as {renaming.old}")
            return
        is_changed = renaming.settle(place, imported, UNCLEAR)
        names = module.bindings[module.scopes[node][-1]]
        if is_changed and not alias.asname and renaming.new in names:
            self._refuse(place)

    def _keep_alias(self, module: Module, alias: ast.alias) -> None:
        """Keep `as old`: a local name, whatever it is of."""
        if alias.asname == self.renaming.old and alias.end_col_offset is not None:
            column = alias.end_col_offset - len(alias.asname.encode())
            place = (module.path, alias.end_lineno or alias.lineno, column)
            self.renaming.keep(place, "a local variable")

    def _rename_dotted(
        self, module: Module, node: Import | ast.alias, dotted: str, before: str = ""
    ) -> None:
        """Rename the part of a dotted module name in an import that is the target."""
        parts = dotted.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            start = find_word(module, node, name)
            if parts[end - 1] != self.renaming.old or not start:
                continue
            column = start[1] + len(name.encode()) - len(self.renaming.old.encode())
            place = (module.path, start[0], column)
            if before + name in self.renaming.targets:
                self.renaming.change(place)
            else:
                self.renaming.keep(place, before + name)


def _iter_tokens(module: Module) -> Iterator[tokenize.TokenInfo]:
    text = module.text.removeprefix("\ufeff")
    try:
        yield from tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    except (tokenize.TokenError, SyntaxError):
        return  # the parser read it, so what is left is the end of the file
