"""Know what the names of a Python module mean: imports, aliases, computed names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from bot.gates.outbound.folded_text import DEPTH, TextFolder

IMPORTERS = ("__import__", "builtins.__import__", "importlib.import_module")
UNKNOWN = "?"  # a part that is computed, and not of constants


class PythonNames:
    """The names of a module as they are meant: `o` is `os` after `import os as o`."""

    def __init__(self, tree: ast.AST) -> None:
        nodes = list(ast.walk(tree))
        self._aliases = dict(pair for node in nodes for pair in _list_imports(node))
        pairs = [pair for node in nodes for pair in _list_assigned(node)]
        times = Counter(name for name, _ in pairs)
        values = {name: value for name, value in pairs if times[name] == 1}
        self._texts = TextFolder(values)
        for name, value in values.items():  # e = os.environ
            target = self.resolve(value)
            if target and name not in self._aliases and target.partition(".")[0] != name:
                self._aliases[name] = target

    def fold(self, node: ast.expr | None) -> str | None:
        """Compute a text that is put together of constants; None where that is not all."""
        return self._texts.fold(node)

    def resolve(self, node: ast.expr, depth: int = 0) -> str:
        """Name what an expression reaches for, as `os.environ`; empty where it is no name."""
        if depth > DEPTH:
            return ""
        match node:
            case ast.Name(id=name):
                return self._aliases.get(name, name)
            case ast.Attribute(value=value, attr=attribute):
                owner = self.resolve(value, depth + 1)
                return f"{owner}.{attribute}" if owner else ""
            case ast.Call():
                return self._resolve_call(node, depth)
            case ast.Subscript():
                return self._resolve_item(node, depth)
        return ""

    def _resolve_call(self, node: ast.Call, depth: int) -> str:
        """Resolve what gives a module or a part of one: `getattr`, `__import__`, `vars`."""
        function = self.resolve(node.func, depth + 1).removeprefix("builtins.")
        if function in IMPORTERS and node.args:
            return self.fold(node.args[0]) or ""
        if function == "getattr" and len(node.args) > 1:
            return self._join(node.args[0], node.args[1], depth)
        if function == "vars" and node.args:
            return self.resolve(node.args[0], depth + 1)
        return ""

    def _resolve_item(self, node: ast.Subscript, depth: int) -> str:
        owner = self.resolve(node.value, depth + 1)
        if owner == "sys.modules" or owner.endswith(("__builtins__", "__builtins__.__dict__")):
            return self.fold(node.slice) or f"{owner}.{UNKNOWN}"
        if owner.endswith(".__dict__"):
            return f"{owner.removesuffix('.__dict__')}.{self.fold(node.slice) or UNKNOWN}"
        if isinstance(node.value, ast.Call):  # vars(os)["environ"]
            return self._join(node.value, node.slice, depth)
        return ""

    def _join(self, value: ast.expr, part: ast.expr, depth: int) -> str:
        owner = self.resolve(value, depth + 1)
        return f"{owner}.{self.fold(part) or UNKNOWN}" if owner else ""


def _list_imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for name in node.names:
            if name.asname:
                yield name.asname, name.name
    elif isinstance(node, ast.ImportFrom) and not node.level:
        for name in node.names:
            yield name.asname or name.name, f"{node.module}.{name.name}"


def _list_assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value
