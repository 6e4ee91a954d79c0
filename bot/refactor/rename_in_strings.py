"""Decide for a string with the name in it: it names the target, another thing, or is read only."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from bot.refactor.dynamic_names import DynamicNames, is_message
from bot.refactor.looked_up_strings import LookedUpStrings
from bot.refactor.made_names import NAMING_CALLS
from bot.refactor.module_scopes import Module, find_owner, last_name
from bot.refactor.name_meaning import NameMeaning
from bot.refactor.quoted_types import OPENING
from bot.refactor.rename_in_text import (
    find_text_owner,
    find_words,
    looks_like_code,
    read_imports,
    rename_in_text,
)
from bot.refactor.renaming import Renaming

NAME = re.compile(r"[A-Za-z_][\w.:]*")


@dataclass(frozen=True, slots=True)
class StringRenaming:
    """Decides for the strings of all files."""

    renaming: Renaming
    dynamic: DynamicNames
    lookups: LookedUpStrings

    def rename(self, module: Module, node: ast.Constant, text: str) -> None:
        """Rename in a string what is proved, and leave what may name the target."""
        if not find_words(text, self.renaming.old):
            return
        if text == self.renaming.old:
            self._rename_whole(module, node)
            return
        source = ast.get_source_segment(module.text.removeprefix("\ufeff"), node)
        if source is None:
            self._leave(module, node, "a string that this Python cannot place")
            return
        rename_in_text(self.renaming, module.path, source, node.lineno, node.col_offset)
        self._decide_rest(module, node, text, source)

    def _decide_rest(self, module: Module, node: ast.Constant, text: str, source: str) -> None:
        edits, path = self.renaming.edits, module.path
        for offset, line in enumerate(source.split("\n")):
            start = 0 if offset else node.col_offset
            number = node.lineno + offset
            for first, last in find_words(line, self.renaming.old):
                column = start + len(line[:first].encode(errors="surrogatepass"))
                if (path, number, column) in self.renaming.decided:
                    continue
                if owner := find_text_owner(self.renaming, line[:first], set()):
                    self.renaming.keep(path, number, column, owner)
                elif self._is_doctest(module, node, line[:first]):
                    self.renaming.change(path, number, column)
                elif self._is_read_only(module, node, text, (line[:first], line[last:])):
                    edits.mention(path, number, "a text")
                else:
                    edits.leave(path, number, "a string with that name in it")

    def _is_doctest(self, module: Module, node: ast.Constant, before: str) -> bool:
        """Tell whether an example in a docstring names the target, as the module would."""
        if not isinstance(module.parents.get(node), ast.Expr) or before.rstrip().endswith("."):
            return False
        if not re.match(r"\s*(?:>>>|\.\.\.) ", before) or self.renaming.family is not None:
            return False
        imported = read_imports(str(node.value), self.renaming.old)
        scope = find_owner(module, module.tree, self.renaming.old)
        meanings = imported or NameMeaning(self.renaming).read(module, scope, self.renaming.old)
        return bool(meanings) and all(map(self.renaming.is_target, meanings))

    def _is_read_only(
        self, module: Module, node: ast.Constant, text: str, around: tuple[str, str]
    ) -> bool:
        """Tell whether people alone read the name in a string."""
        parent = module.parents.get(node)
        if isinstance(parent, ast.Expr):
            return not re.match(r"\s*(?:>>>|\.\.\.) ", around[0])
        if is_message(module, node):
            return True
        if NAME.fullmatch(text):
            return self.lookups.is_plain(module, node) and not self.dynamic.computes_names(module)
        is_field = around[0].endswith(("{", "%(")) and self.dynamic.computes_names(module)
        if is_field or looks_like_code(*around) or ("\n" in text and _is_code(text)):
            return False
        old = self.renaming.old
        is_word = old.isalpha() and (old.islower() or old.istitle())
        return is_word or not self.dynamic.tree_tells_types

    def _rename_whole(self, module: Module, node: ast.Constant) -> None:
        parent = module.parents.get(node)
        if isinstance(parent, ast.Expr):
            self.renaming.edits.mention(module.path, node.lineno, "a text")
        elif _is_in_all(module, node):
            self._settle(module, node, find_owner(module, module.tree, self.renaming.old))
        elif (scope := _find_slots(module, node)) is not None:
            self._settle(module, node, scope)
        elif self._rename_named(module, node) or self._rename_own_name(module, node):
            return
        elif self.lookups.can_name(module, node):
            self._leave(module, node, "a string with that name")
        else:
            self.renaming.edits.keep("a plain string")

    def _leave(self, module: Module, node: ast.Constant, why: str) -> None:
        self.renaming.edits.leave(module.path, node.lineno, why)

    def _settle(self, module: Module, node: ast.Constant, scope: ast.AST | None) -> None:
        """Decide for a string that means what the name alone would in the scope."""
        meanings = NameMeaning(self.renaming).read(module, scope, self.renaming.old)
        ours = {meaning for meaning in meanings if self.renaming.is_target(meaning)}
        if ours and ours == meanings:
            self._replace_in_quotes(module, node)
        elif meanings and not ours:
            self.renaming.edits.keep(min(meanings))
        else:
            self._leave(module, node, "a string with that name")

    def _rename_named(self, module: Module, node: ast.Constant) -> bool:
        """Decide for the name that a call takes beside an object, as getattr does."""
        call = module.parents.get(node)
        if not isinstance(call, ast.Call) or last_name(call.func) not in NAMING_CALLS:
            return False
        if len(call.args) < 2 or call.args[1] is not node:
            return False
        project = self.renaming.project
        base = project.resolve(module, call.args[0])
        name = project.canonicalize(f"{(base or '').removesuffix('()')}.{self.renaming.old}")
        if base and self.renaming.is_target(name):
            self._replace_in_quotes(module, node)
        elif base and (project.find_definitions(name) or project.is_outside(name)):
            self.renaming.edits.keep(name)
        else:
            self._leave(module, node, "a string with that name")
        return True

    def _rename_own_name(self, module: Module, node: ast.Constant) -> bool:
        """Decide for `T = TypeVar("T")`: what is made is told the name that it gets."""
        call = module.parents.get(node)
        if not isinstance(call, ast.Call) or call.args[:1] != [node]:
            return False
        match module.parents.get(call):
            case ast.Assign(targets=[ast.Name(id=name) as target]) if name == self.renaming.old:
                self._settle(module, node, module.scopes[target][-1])
                return True
            case _:
                return False

    def _replace_in_quotes(self, module: Module, node: ast.Constant) -> None:
        source = ast.get_source_segment(module.text.removeprefix("\ufeff"), node) or ""
        opening = OPENING.match(source)
        if opening and source == f"{opening[0]}{self.renaming.old}{opening[1]}":
            column = node.col_offset + len(opening[0])
            self.renaming.change(module.path, node.lineno, column)
        else:
            self._leave(module, node, "a string that is written in parts")


def _is_code(text: str) -> bool:
    try:
        ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _find_slots(module: Module, node: ast.AST) -> ast.AST | None:
    """Find the class whose `__slots__` or `__match_args__` a string stands in."""
    statement = module.parents.get(node)
    if isinstance(statement, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
        statement = module.parents.get(statement)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    is_slots = any(last_name(target) in ("__slots__", "__match_args__") for target in targets)
    scope = module.scopes[node][-1]
    is_bound = node.value in module.bindings[scope] if isinstance(node, ast.Constant) else False
    return scope if is_slots and is_bound and isinstance(scope, ast.ClassDef) else None


def _is_in_all(module: Module, node: ast.AST) -> bool:
    statements = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
    if not isinstance(module.parents.get(node), (ast.List, ast.Tuple, ast.Set)):
        return False
    for statement in module.tree.body:
        if not isinstance(statement, statements):
            continue
        inside = list(ast.walk(statement))
        if node in inside:
            return any(isinstance(part, ast.Name) and part.id == "__all__" for part in inside)
    return False
