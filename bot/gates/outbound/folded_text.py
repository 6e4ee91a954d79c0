"""Compute texts that Python puts together of constants, without running any of it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

DEPTH = 12  # of an expression that is folded
CHANGES = ("lower", "upper", "strip", "decode", "encode")


class TextFolder:
    """Fold expressions to the text that they come to; `values` are what names were assigned."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def fold(self, node: ast.expr | None, depth: int = 0) -> str | None:
        """Compute a text; None where it is not all constants."""
        if depth > DEPTH:
            return None
        match node:
            case ast.Constant(value=value):
                return _read_constant(value)
            case ast.Name(id=name):
                return self.fold(self._values.get(name), depth + 1)
            case ast.Subscript(value=value, slice=ast.Slice(step=ast.UnaryOp())):
                return self._change("reverse", value, depth)
            case ast.Call():
                return self._fold_call(node, depth)
        parts = _split_parts(node)
        return self._concatenate(parts, "", depth) if parts else None

    def _fold_call(self, node: ast.Call, depth: int) -> str | None:
        match node:
            case ast.Call(func=ast.Attribute(attr="join", value=glue), args=[ast.expr() as items]):
                between = self.fold(glue, depth + 1)
                if between is None or not isinstance(items, ast.List | ast.Tuple):
                    return None
                return self._concatenate(items.elts, between, depth)
            case ast.Call(func=ast.Name(id="chr"), args=[ast.Constant(value=int() as code)]):
                return chr(code) if 0 <= code < 0x110000 else None
            case ast.Call(func=ast.Attribute(attr="replace", value=text), args=[old, new]):
                whole, gone, come = (self.fold(part, depth + 1) for part in (text, old, new))
                is_known = whole is not None and gone is not None and come is not None
                return str(whole).replace(str(gone), str(come)) if is_known else None
            case ast.Call(func=ast.Attribute(attr=name, value=text)) if name in CHANGES:
                return self._change(name, text, depth)
        return None

    def _change(self, name: str, node: ast.expr, depth: int) -> str | None:
        text = self.fold(node, depth + 1)
        if text is None or name in ("encode", "decode"):
            return text
        if name == "reverse":
            return text[::-1]
        changes = {"lower": text.lower(), "upper": text.upper(), "strip": text.strip()}
        return changes[name]

    def _concatenate(self, nodes: Sequence[ast.expr], glue: str, depth: int) -> str | None:
        texts = []
        for node in nodes:
            text = self.fold(node, depth + 1)
            if text is None:
                return None
            texts.append(text)
        return glue.join(texts)


def _read_constant(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def _split_parts(node: ast.expr | None) -> list[ast.expr]:
    """Split what is joined by `+`, or in an f-string."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [left, right]
        case ast.JoinedStr(values=parts):
            return [p.value if isinstance(p, ast.FormattedValue) else p for p in parts]
    return []
