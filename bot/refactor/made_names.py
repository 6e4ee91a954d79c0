"""Find the strings that are put together at run time, taken as names, and can be one name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.refactor.find_definition import iter_nodes
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Module, last_name
from bot.refactor.symbol import TargetSymbol

# They take a name in a string; of those in NAMING_CALLS it is the second argument.
NAMING_CALLS = frozenset(["getattr", "setattr", "hasattr", "delattr", "object"])
NAMESPACES = frozenset(["globals", "locals", "vars"])
TAKING_CALLS = NAMESPACES | {
    *("attrgetter", "methodcaller", "import_module", "__import__", "eval", "exec", "patch")
}
# A look-up of a name that is put together where it is looked up, maybe over several lines.
LOOKUP = re.compile(
    r"""(?:attr\(|methodcaller\(|attrgetter\(|\)\[|__dict__\[)[\s\S]{0,200}?"""
    r"""(?:\br?f["']|["']\s*[+%]|[+%]\s*["']|["']\.format\()"""
)
COMPUTED = re.compile(
    r"""\b(?:get|set|has|del)attr\(\s*[^,()]+(?:\([^()]*\))?,\s*(?!["'])"""
    r"""|\bglobals\(\)|\bvars\(|\blocals\(\)|__dict__|\bgetmembers\(|\bmethodcaller\(|\battrgetter\("""
)
TYPE_NAMES = ("__name__", "__qualname__")
DISCOVERY = frozenset(["startswith", "endswith", "removeprefix", "removesuffix", "partition"])
MESSAGES = re.compile(
    r"debug|info|warn(?:ing)?|error|exception|critical|log|print|s?echo|write|fail|skip|\w+Error"
)
MIN_PIECE = 3
HUMP = re.compile(r"(?<=_)(?=[^_])|(?<=[a-z0-9])(?=[A-Z])|(?<=[^_])(?=_)")
Parts = Sequence[str | None]  # of a string, None for what is not written there


@dataclass(frozen=True)
class MadeNames:
    """Looks for the strings that can be the name of a symbol, or choose it by a part of it."""

    symbol: TargetSymbol
    new: str = ""  # what the name becomes; "" when all that find it by its name count

    def find(self) -> Iterator[tuple[str, int]]:
        """Give the path and line of each place that can make the name of a part of it."""
        for path, text in self.symbol.project.files.items():
            if not path.endswith(PYTHON) or not self._may_make(text):
                continue
            module = self.symbol.project.read_module(path)
            for node in iter_nodes(module, ast.expr) if module else ():
                if module and (self._discovers(module, node) or self._makes(module, node)):
                    yield path, node.lineno

    @cached_property
    def _pieces(self) -> list[set[str]]:
        """The beginnings and the ends of the name that are words of it."""
        name = self.symbol.old
        cuts = [match.start() for match in HUMP.finditer(name)]
        halves = [(name[:cut] for cut in cuts), (name[cut:] for cut in cuts)]
        return [{each for each in half if len(each.strip("_")) >= MIN_PIECE} for half in halves]

    def _may_make(self, text: str) -> bool:
        """Tell whether a text puts names together, or has a piece where a string begins or ends."""
        return "__name__" in text or any(hint.search(text) for hint in self._hints)

    @cached_property
    def _hints(self) -> list[re.Pattern[str]]:
        before, after = ("|".join(map(re.escape, half)) for half in self._pieces)
        hints = [rf"""(?:{before})["'{{%]"""] if before else []
        hints += [rf"""["'}}s](?:{after})["']"""] if after else []
        return [LOOKUP, *map(re.compile, hints)]

    def _discovers(self, module: Module, node: ast.expr) -> bool:
        """Tell whether names are chosen by a piece of this one that the new name does not have."""
        match node:
            case ast.Call(func=function, args=[ast.Constant(value=str(piece)), *_]):
                how = last_name(function)
            case _:
                return False
        if how not in DISCOVERY or piece not in set().union(*self._pieces):
            return False
        is_kept = how in ("startswith", "endswith") and getattr(self.new, how)(piece)
        return not is_kept and computes_names(module)

    def _makes(self, module: Module, node: ast.expr) -> bool:
        """Tell whether a string that is put together can be the name."""
        parts = read_template(node)
        if not parts or is_message(module, node) or self._is_of_stranger(module, node):
            return False
        is_wanted = is_in_naming_call(module, node)
        if not is_wanted and (parts[0] is None or not computes_names(module)):
            return False
        is_piece = any(part in half for half in self._pieces for part in parts)
        # Where a name is wanted, as much of it as is written may be any part of it.
        is_told = is_wanted and any(parts)
        if (is_piece or is_told) and can_make(parts, self.symbol.old):
            return True
        return self._is_made_of_type(node, parts)

    def _is_of_stranger(self, module: Module, node: ast.AST) -> bool:
        """Tell whether the name is looked up in a module or object that is another's."""
        family = self.symbol.family
        match module.parents.get(node):
            case ast.Subscript(value=ast.Call(func=ast.Name(id="globals"))):
                return not module.binders(self.symbol.old) and not module.stars
            case ast.Subscript(value=ast.Attribute(value=base, attr="__dict__")):
                holder = self.symbol.project.resolve(module, base)
            case ast.Call(func=function, args=[base, *_]) if last_name(function) in NAMING_CALLS:
                holder = self.symbol.project.resolve(module, base)
            case _:
                return False
        related = family.holders | family.relatives
        return holder is not None and holder.removesuffix("()") not in related

    def _is_made_of_type(self, node: ast.AST, parts: Parts) -> bool:
        """Tell whether a name is made of that of a class or function, and some file has it."""
        holes = [hole for hole in ast.walk(node) if isinstance(hole, ast.Attribute)]
        if not any(hole.attr in TYPE_NAMES for hole in holes):
            return False
        old, files = self.symbol.old, self.symbol.project.files
        for name in {old, old.lower(), HUMP.sub("_", old).lower()}:
            candidate = "".join(name if part is None else part for part in parts)
            word = re.compile(rf"\b{re.escape(candidate)}\b")
            is_used = any(path.endswith(PYTHON) and word.search(files[path]) for path in files)
            if candidate != old and candidate.isidentifier() and is_used:
                return True
        return False


def computes_names(module: Module) -> bool:
    """Tell whether a file looks up names that are no literals."""
    return bool(COMPUTED.search(module.text))


def can_make(parts: Parts, name: str) -> bool:
    """Tell whether a string of these parts can be the name."""
    shape = "".join(r"\w*" if part is None else re.escape(part) for part in parts)
    return re.fullmatch(shape, name) is not None


def read_template(node: ast.expr) -> Parts:
    """Give the parts of a string that is put together."""
    match node:
        case ast.JoinedStr(values=values):
            return [_read_text(value) for value in values]
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return _split_fields(text, r"%s|%\(\w+\)s")
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = [read_template(side) or [_read_text(side)] for side in (left, right)]
            parts = [*sides[0], *sides[1]]
            return parts if any(part is not None for part in parts) else []
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return _split_fields(text, r"\{[^{}]*\}")
        case _:
            return []


def is_in_naming_call(module: Module, node: ast.AST) -> bool:
    """Tell whether a call, or a look-up in a namespace, takes an expression as a name."""
    match module.parents.get(node):
        case ast.Call(func=function):
            return last_name(function) in NAMING_CALLS | TAKING_CALLS
        case ast.Subscript(value=ast.Call(func=function)):
            return last_name(function) in NAMESPACES
        case ast.Subscript(value=ast.Attribute(attr="__dict__")):
            return True
        case _:
            return False


def is_message(module: Module, node: ast.AST) -> bool:
    """Tell whether a string is only told to people: raised, logged or printed."""
    while (parent := module.parents.get(node)) is not None:
        match parent:
            case ast.Raise():
                return True
            case ast.Call(func=function) if MESSAGES.fullmatch(last_name(function)):
                return True
            case ast.keyword(arg="help" | "description" | "reason" | "id" | "ids"):
                return True
            case ast.stmt():
                return isinstance(parent, ast.Assert) and parent.msg is node
            case _:
                node = parent
    return False


def _read_text(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return None


def _split_fields(text: str, pattern: str) -> Parts:
    first, *others = re.split(pattern, text)
    parts: list[str | None] = [first] if first else []
    for piece in others:
        parts += [None, piece] if piece else [None]
    return parts
