"""Find calls that look up a name which is put together at run time, and may be a given one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.refactor.module_scopes import PYTHON, last_name
from bot.refactor.python_project import Project

# The index of the argument that is a name.
LOOKUPS = {"getattr": 1, "hasattr": 1, "setattr": 1, "methodcaller": 0, "attrgetter": 0}
HINT = re.compile(r"\b(?:getattr|hasattr|setattr|methodcaller|attrgetter|globals|vars)\(")


def find_made_names(project: Project, name: str) -> Iterator[tuple[str, int]]:
    """Give path and line of each lookup of which a written part begins or ends the name."""
    for path, text in project.files.items():
        module = project.read_module(path) if path.endswith(PYTHON) and HINT.search(text) else None
        for node in module.scopes if module else ():
            written = _read_lookup(node)
            if written is not None and _can_be(written, name):
                yield path, written.lineno


def _read_lookup(node: ast.AST) -> ast.expr | None:
    """Give the name that a call looks up, or that a namespace is asked for."""
    match node:
        case ast.Call(func=func, args=args) if last_name(func) in LOOKUPS:
            index = LOOKUPS[last_name(func)]
            return args[index] if index < len(args) else None
        case ast.Subscript(value=ast.Call(func=func), slice=index):
            return index if last_name(func) in ("globals", "vars", "locals") else None
        case _:
            return None


def _can_be(written: ast.expr, name: str) -> bool:
    """Tell whether an expression has a written part, and can be the name."""
    before, after = _read_ends(written)
    return bool(before or after) and name.startswith(before) and name.endswith(after)


def _read_ends(written: ast.expr) -> tuple[str, str]:
    """Give what a made string begins and ends with, as far as that is written."""
    match written:
        case ast.JoinedStr(values=[first, *_] as values):
            return _read_text(first), _read_text(values[-1])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _read_ends(left)[0] or _read_text(left), _read_text(right)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return text.partition("%")[0], re.split(r"%(?:\(\w+\))?s", text)[-1]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return text.partition("{")[0], text.rpartition("}")[2]
        case _:
            return "", ""


def _read_text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return ""
