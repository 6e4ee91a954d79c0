"""Find where a program makes or takes names as strings at run time."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from bot.refactor.made_names import (
    LOOKUP,
    NAMING_CALLS,
    can_make,
    is_in_naming_call,
    read_template,
    read_text,
)
from bot.refactor.module_scopes import PYTHON, Module, last_name
from bot.refactor.renaming import Renaming

COMPUTED = re.compile(
    r"""\b(?:get|set|has|del)attr\(\s*[^,()]+(?:\([^()]*\))?,\s*(?!["'])"""
    r"""|\bglobals\(\)|\bvars\(|\blocals\(\)|__dict__|\bgetmembers\(|\bmethodcaller\(|\battrgetter\("""
)
TYPE_NAME = re.compile(r"\.__(?:qual)?name__\b")
TYPE_NAMES = ("__name__", "__qualname__")
DISCOVERY = frozenset(["startswith", "endswith", "removeprefix", "removesuffix", "partition"])
MESSAGES = re.compile(
    r"debug|info|warn(?:ing)?|error|exception|critical|log|print|s?echo|write|fail|skip|\w+Error"
)
MIN_PIECE = 3
HUMP = re.compile(r"(?<=_)(?=[^_])|(?<=[a-z0-9])(?=[A-Z])|(?<=[^_])(?=_)")


@dataclass(slots=True)
class DynamicNames:
    """What the files do with names as strings, as far as it can concern one name."""

    renaming: Renaming
    _tree_computes: list[bool] = field(default_factory=list)
    _tree_tells_types: list[bool] = field(default_factory=list)
    _tree_registers: list[bool] = field(default_factory=list)

    def computes_names(self, module: Module) -> bool:
        """Tell whether a file looks up names that are no literals."""
        return bool(COMPUTED.search(module.text))

    @property
    def tree_computes(self) -> bool:
        """Whether any file does."""
        if not self._tree_computes:
            self._tree_computes.append(self._search(COMPUTED))
        return self._tree_computes[0]

    @property
    def tree_tells_types(self) -> bool:
        """Whether any file reads the names of classes or functions."""
        if not self._tree_tells_types:
            self._tree_tells_types.append(self._search(TYPE_NAME))
        return self._tree_tells_types[0]

    @property
    def tree_registers(self) -> bool:
        """Whether any file takes the name of a class or function as a value, and not to tell it."""
        if not self._tree_registers:
            files = self.renaming.project.files
            paths = [path for path in files if TYPE_NAME.search(files[path])]
            self._tree_registers.append(any(map(self._registers, paths)))
        return self._tree_registers[0]

    def _registers(self, path: str) -> bool:
        module = self.renaming.project.read_module(path)
        for node in module.scopes if module else ():
            if not isinstance(node, ast.Attribute) or node.attr not in TYPE_NAMES:
                continue
            parent = module.parents.get(node) if module else None
            if isinstance(parent, (ast.Dict, ast.Compare)):
                return True
            if isinstance(parent, ast.Subscript) and parent.slice is node:
                return True
        return False

    def _search(self, pattern: re.Pattern[str]) -> bool:
        files = self.renaming.project.files
        return any(path.endswith(PYTHON) and pattern.search(files[path]) for path in files)

    def leave_made_names(self) -> None:
        """Leave the places that can make the name of a part of it, in all files."""
        prefixes, suffixes = _split_name(self.renaming.old)
        hint = _write_hint(prefixes, suffixes)
        files = self.renaming.project.files
        for path in files:
            text = files[path] if path.endswith(PYTHON) else ""
            if not ("__name__" in text or LOOKUP.search(text) or (hint and hint.search(text))):
                continue
            module = self.renaming.project.read_module(path)
            for node in list(module.scopes) if module else ():
                if not module or not isinstance(node, ast.expr):
                    continue
                if self._discovers(module, node, prefixes | suffixes) or self._makes(
                    module, node, prefixes | suffixes
                ):
                    self.renaming.edits.leave(path, node.lineno, "a name may be made here")

    def _discovers(self, module: Module, node: ast.expr, pieces: set[str]) -> bool:
        """Tell whether names are chosen by a piece of this one that the new name does not have."""
        if not isinstance(node, ast.Call) or last_name(node.func) not in DISCOVERY:
            return False
        piece = read_text(node.args[0]) if node.args else None
        if piece not in pieces or piece is None or not self.computes_names(module):
            return False
        new, function = self.renaming.new, last_name(node.func)
        is_kept = {"startswith": new.startswith(piece), "endswith": new.endswith(piece)}
        return not is_kept.get(function, False)

    def _makes(self, module: Module, node: ast.expr, pieces: set[str]) -> bool:
        """Tell whether a string that is put together can be the name."""
        parts = read_template(node)
        if not parts or is_message(module, node) or self._is_of_stranger(module, node):
            return False
        is_beginning = parts[0] is not None and self.computes_names(module)
        if not (is_beginning or is_in_naming_call(module, node)):
            return False
        is_piece = any(part in pieces for part in parts)
        # Where a name is wanted, as much of it as is written may be any part of it.
        is_told = any(parts) and is_in_naming_call(module, node)
        if (is_piece or is_told) and can_make(parts, self.renaming.old):
            return True
        return self._is_made_of_type(node, parts)

    def _is_of_stranger(self, module: Module, node: ast.AST) -> bool:
        """Tell whether a call looks the name up in an object that is another's."""
        call = module.parents.get(node)
        if not isinstance(call, ast.Call) or last_name(call.func) not in NAMING_CALLS:
            return False
        renaming = self.renaming
        base = renaming.project.resolve(module, call.args[0]) if call.args else None
        if base is None:
            return False
        holders = {target.rpartition(".")[0] for target in renaming.targets}
        relatives = renaming.family.relatives if renaming.family else set()
        return base.removesuffix("()") not in holders | relatives

    def _is_made_of_type(self, node: ast.AST, parts: list[str | None]) -> bool:
        """Tell whether a name is made of that of a class or function, and some file has it."""
        holes = [hole for hole in ast.walk(node) if isinstance(hole, ast.Attribute)]
        if not any(hole.attr in TYPE_NAMES for hole in holes):
            return False
        old = self.renaming.old
        snake = HUMP.sub("_", old).lower()
        for name in {old, old.lower(), snake}:
            candidate = "".join(name if part is None else part for part in parts)
            word = re.compile(rf"\b{re.escape(candidate)}\b")
            if candidate != old and candidate.isidentifier() and self._search(word):
                return True
        return False


def is_message(module: Module, node: ast.AST) -> bool:
    """Tell whether a string is only told to people: raised, logged or printed."""
    while (parent := module.parents.get(node)) is not None:
        if isinstance(parent, ast.Raise) or (isinstance(parent, ast.Assert) and parent.msg is node):
            return True
        if isinstance(parent, ast.Call) and MESSAGES.fullmatch(last_name(parent.func)):
            return True
        if isinstance(parent, ast.keyword) and parent.arg in ("help", "description", "reason"):
            return True
        if isinstance(parent, ast.stmt):
            return False
        node = parent
    return False


def _split_name(name: str) -> tuple[set[str], set[str]]:
    """Give the beginnings and ends of a name that are words of it."""
    cuts = [match.start() for match in HUMP.finditer(name)]
    prefixes = {name[:cut] for cut in cuts if len(name[:cut].strip("_")) >= MIN_PIECE}
    suffixes = {name[cut:] for cut in cuts if len(name[cut:].strip("_")) >= MIN_PIECE}
    return prefixes, suffixes


def _write_hint(prefixes: set[str], suffixes: set[str]) -> re.Pattern[str] | None:
    """Write what a text has where a piece ends or begins a string, or what is put into one."""
    before = "|".join(map(re.escape, prefixes))
    after = "|".join(map(re.escape, suffixes))
    hints = [rf"""(?:{before})["'{{%]"""] if before else []
    hints += [rf"""["'}}s](?:{after})["']"""] if after else []
    return re.compile("|".join(hints)) if hints else None
