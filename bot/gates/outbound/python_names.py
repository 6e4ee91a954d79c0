"""Know by what names a module of Python reaches for others: imports, aliases, computed texts."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

DEPTH = 12  # of an expression that is folded


class PythonNames:
    """The names of a module as they are meant: `o` is `os` after `import os as o`."""

    def __init__(self, tree: ast.AST) -> None:
        self._aliases: dict[str, str] = {}
        self._texts: dict[str, ast.expr] = {}
        nodes = list(ast.walk(tree))
        for node in nodes:
            self._read_import(node)
        assigned = Counter(name for node in nodes for name, _ in _list_assigned(node))
        for node in nodes:
            for name, value in _list_assigned(node):
                if assigned[name] == 1:
                    self._texts[name] = value
        for name, value in self._texts.items():  # e = os.environ
            target = self.resolve(value)
            if target and name not in self._aliases and target.partition(".")[0] != name:
                self._aliases[name] = target

    def resolve(self, node: ast.expr, depth: int = 0) -> str:
        """Name what an expression reaches for, as `os.environ`; empty where it is no name."""
        if depth > DEPTH:
            return ""
        if isinstance(node, ast.Name):
            return self._aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return self._join(node.value, node.attr, depth)
        if isinstance(node, ast.Call):
            return self._resolve_call(node, depth)
        if isinstance(node, ast.Subscript):
            return self._resolve_item(node, depth)
        return ""

    def fold(self, node: ast.expr | None, depth: int = 0) -> str | None:
        """Compute a text that is put together of constants; None where that is not all."""
        if node is None or depth > DEPTH:
            return None
        match node:
            case ast.Constant(value=str() as text):
                return text
            case ast.Constant(value=bytes() as data):
                return data.decode("latin-1")
            case ast.Name(id=name) if name in self._texts:
                return self.fold(self._texts[name], depth + 1)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _concatenate([self.fold(left, depth + 1), self.fold(right, depth + 1)])
            case ast.JoinedStr(values=parts):
                values = [p.value if isinstance(p, ast.FormattedValue) else p for p in parts]
                return _concatenate([self.fold(value, depth + 1) for value in values])
            case ast.Subscript(value=value, slice=ast.Slice(step=ast.UnaryOp())):
                text_or_none = self.fold(value, depth + 1)
                return None if text_or_none is None else text_or_none[::-1]
            case ast.Call():
                return self._fold_call(node, depth)
        return None

    def _fold_call(self, node: ast.Call, depth: int) -> str | None:
        match node:
            case ast.Call(
                func=ast.Attribute(attr="join", value=glue),
                args=[ast.List() | ast.Tuple() as items],
            ):
                between = self.fold(glue, depth + 1)
                parts = [self.fold(item, depth + 1) for item in items.elts]
                if between is None or None in parts:
                    return None
                return between.join(part for part in parts if part is not None)
            case ast.Call(func=ast.Name(id="chr"), args=[ast.Constant(value=int() as code)]):
                return chr(code) if 0 <= code < 0x110000 else None
            case ast.Call(
                func=ast.Attribute(attr="lower" | "upper" | "strip" | "decode", value=text), args=_
            ):
                folded = self.fold(text, depth + 1)
                return folded.lower() if folded else folded
            case ast.Call(func=ast.Attribute(attr="replace", value=text), args=[old, new]):
                values = [self.fold(part, depth + 1) for part in (text, old, new)]
                if any(value is None for value in values):
                    return None
                whole, gone, come = (value or "" for value in values)
                return whole.replace(gone, come)
        return None

    def _read_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.asname:
                    self._aliases[name.asname] = name.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for name in node.names:
                self._aliases[name.asname or name.name] = f"{node.module}.{name.name}"

    def _join(self, value: ast.expr, attribute: str, depth: int) -> str:
        owner = self.resolve(value, depth + 1)
        return f"{owner}.{attribute}" if owner else ""

    def _resolve_call(self, node: ast.Call, depth: int) -> str:
        """Resolve what gives a module or a part of one: `getattr`, `__import__`, `vars`."""
        function = self.resolve(node.func, depth + 1)
        arguments = node.args
        if (
            function in ("__import__", "builtins.__import__", "importlib.import_module")
            and arguments
        ):
            return self.fold(arguments[0]) or ""
        if function in ("getattr", "builtins.getattr") and len(arguments) > 1:
            owner, name = self.resolve(arguments[0], depth + 1), self.fold(arguments[1])
            return f"{owner}.{name or '?'}" if owner else ""
        if function in ("vars", "builtins.vars") and arguments:
            return self.resolve(arguments[0], depth + 1)
        return ""

    def _resolve_item(self, node: ast.Subscript, depth: int) -> str:
        owner, name = self.resolve(node.value, depth + 1), self.fold(node.slice)
        if owner == "sys.modules" or owner.endswith(("__builtins__", "__builtins__.__dict__")):
            return name or f"{owner}.?"
        if owner.endswith(".__dict__"):
            return f"{owner.removesuffix('.__dict__')}.{name or '?'}"
        if isinstance(node.value, ast.Call) and owner:  # vars(os)["environ"]
            return f"{owner}.{name or '?'}"
        return ""


def _list_assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Name):
            yield target.id, node.value
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id, node.value


def _concatenate(parts: list[str | None]) -> str | None:
    if any(part is None for part in parts):
        return None
    return "".join(part for part in parts if part is not None)
