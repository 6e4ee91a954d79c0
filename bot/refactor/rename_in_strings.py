"""Decide for a string with the name in it: it names the target, another thing, or is read only."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from bot.refactor.checked_names import Meanings
from bot.refactor.looked_up_strings import LookedUpStrings
from bot.refactor.made_names import NAMING_CALLS, computes_names, is_message
from bot.refactor.module_scopes import Module, last_name
from bot.refactor.quoted_types import OPENING
from bot.refactor.rename_in_text import (
    find_text_owner,
    find_words,
    looks_like_code,
    read_imports,
    rename_in_text,
)
from bot.refactor.symbol import Renaming

NAMED = "a string with that name"
EXAMPLE = re.compile(r"\s*(?:>>>|\.\.\.) ")
NAME = re.compile(r"[A-Za-z_][\w.:]*")


@dataclass(frozen=True, slots=True)
class StringRenaming:
    """Decides for the strings of all files."""

    renaming: Renaming
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
                place = (path, number, column)
                if place in self.renaming.decided:
                    continue
                if owner := find_text_owner(self.renaming, line[:first], set()):
                    self.renaming.keep(place, owner)
                elif self._is_doctest(module, node, line[:first]):
                    self.renaming.change(place)
                elif self._is_read_only(module, node, text, (line[:first], line[last:])):
                    edits.mention(path, number, "a text")
                else:
                    edits.leave(path, number, "a string with that name in it")

    def _is_doctest(self, module: Module, node: ast.Constant, before: str) -> bool:
        """Tell whether an example in a docstring names the target, as the module would."""
        if not isinstance(module.parents.get(node), ast.Expr) or before.rstrip().endswith("."):
            return False
        if not EXAMPLE.match(before) or self.renaming.is_member:
            return False
        imported = read_imports(str(node.value), self.renaming.old)
        meanings = imported or self.renaming.read_name(module, module.tree, self.renaming.old)
        return bool(meanings) and all(map(self.renaming.is_target, meanings))

    def _is_read_only(
        self, module: Module, node: ast.Constant, text: str, around: tuple[str, str]
    ) -> bool:
        """Tell whether people alone read the name in a string."""
        parent = module.parents.get(node)
        if isinstance(parent, ast.Expr):
            return not EXAMPLE.match(around[0])
        if is_message(module, node):
            return True
        if NAME.fullmatch(text):
            return self.lookups.is_plain(module, node) and not computes_names(module)
        is_field = around[0].endswith(("{", "%(")) and computes_names(module)
        if is_field or looks_like_code(*around) or ("\n" in text and _is_code(text)):
            return False
        old = self.renaming.old
        is_word = old.isalpha() and (old.islower() or old.istitle())
        return is_word or not self.lookups.tree_tells_types

    def _rename_whole(self, module: Module, node: ast.Constant) -> None:
        parent = module.parents.get(node)
        if isinstance(parent, ast.Expr):
            self.renaming.edits.mention(module.path, node.lineno, "a text")
        elif _is_name_of_scope(module, node):
            self._settle(module, node, self.renaming.read_name(module, node, self.renaming.old))
        elif isinstance(parent, ast.Call) and _is_named_in(parent, node):
            base = self.renaming.project.resolve(module, parent.args[0])
            self._settle(module, node, self.renaming.read_member(base))
        elif self.lookups.can_name(module, node):
            self._leave(module, node, NAMED)
        else:
            self.renaming.edits.keep("a plain string")

    def _leave(self, module: Module, node: ast.Constant, why: str) -> None:
        self.renaming.edits.leave(module.path, node.lineno, why)

    def _settle(self, module: Module, node: ast.Constant, meanings: Meanings) -> None:
        """Decide for a string that means what a name or attribute would."""
        source = ast.get_source_segment(module.text.removeprefix("\ufeff"), node) or ""
        opening = OPENING.match(source)
        if opening and source == f"{opening[0]}{self.renaming.old}{opening[1]}":
            place = (module.path, node.lineno, node.col_offset + len(opening[0]))
            self.renaming.settle(place, meanings, NAMED)
        elif any(map(self.renaming.is_target, meanings)) or not meanings:
            self._leave(module, node, "a string that is written in parts")
        else:
            self.renaming.edits.keep(min(meanings))


def _is_code(text: str) -> bool:
    try:
        ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_named_in(call: ast.Call, node: ast.AST) -> bool:
    """Tell whether a call takes a name beside an object, as getattr does."""
    return last_name(call.func) in NAMING_CALLS and call.args[1:2] == [node]


def _is_name_of_scope(module: Module, node: ast.Constant) -> bool:
    """Tell whether a string means what the plain name would: in `__all__`, in `__slots__`, or in
    `T = TypeVar("T")`.
    """
    call = module.parents.get(node)
    if isinstance(call, ast.Call):
        statement = module.parents.get(call)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        return call.args[:1] == [node] and [last_name(each) for each in targets] == [node.value]
    return _is_in_all(module, node) or _is_in_slots(module, node)


def _is_in_slots(module: Module, node: ast.Constant) -> bool:
    statement = module.parents.get(node)
    if isinstance(statement, ast.Tuple | ast.List | ast.Set | ast.Dict):
        statement = module.parents.get(statement)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    is_slots = any(last_name(target) in ("__slots__", "__match_args__") for target in targets)
    scope = module.scopes[node][-1]
    return is_slots and isinstance(scope, ast.ClassDef) and node.value in module.bindings[scope]


def _is_in_all(module: Module, node: ast.AST) -> bool:
    if not isinstance(module.parents.get(node), ast.List | ast.Tuple | ast.Set):
        return False
    while module.parents.get(node) not in (module.tree, None):
        node = module.parents[node]
    is_statement = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr)
    names = (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    return is_statement and "__all__" in names
