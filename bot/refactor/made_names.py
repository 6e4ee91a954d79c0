"""Read strings that are put together at run time, and taken as names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from bot.refactor.module_scopes import PYTHON, Module, last_name
from bot.refactor.python_project import Project

# They take a name in a string; of those in NAMING_CALLS it is the second argument.
NAMING_CALLS = frozenset(["getattr", "setattr", "hasattr", "delattr", "object"])
TAKING_CALLS = frozenset(
    [
        "attrgetter",
        "methodcaller",
        "import_module",
        "__import__",
        "eval",
        "exec",
        "vars",
        "globals",
        "locals",
        "patch",
    ]
)
NAMESPACES = frozenset(["globals", "locals", "vars"])
# A look-up of a name that is put together where it is looked up, maybe over several lines.
LOOKUP = re.compile(
    r"""(?:attr\(|methodcaller\(|attrgetter\(|\)\[|__dict__\[)[\s\S]{0,200}?"""
    r"""(?:\br?f["']|["']\s*[+%]|[+%]\s*["']|["']\.format\()"""
)


def find_made_names(project: Project, name: str) -> Iterator[tuple[str, int]]:
    """Give path and line of each string that is put together, taken as a name, and can be this."""
    for path, text in project.files.items():
        module = (
            project.read_module(path) if path.endswith(PYTHON) and LOOKUP.search(text) else None
        )
        for node in module.scopes if module else ():
            if module and isinstance(node, ast.expr) and is_in_naming_call(module, node):
                parts = read_template(node)
                if any(parts) and can_make(parts, name):
                    yield path, node.lineno


def can_make(parts: Sequence[str | None], name: str) -> bool:
    """Tell whether a string of these parts can be the name."""
    shape = "".join(r"\w*" if part is None else re.escape(part) for part in parts)
    return re.fullmatch(shape, name) is not None


def read_template(node: ast.expr) -> list[str | None]:
    """Give the parts of a string that is put together, None for what is not written there."""
    match node:
        case ast.JoinedStr(values=values):
            return [read_text(value) for value in values]
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return _split_fields(text, r"%s|%\(\w+\)s")
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [
                part for side in (left, right) for part in read_template(side) or [read_text(side)]
            ]
            return parts if any(part is not None for part in parts) else []
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return _split_fields(text, r"\{[^{}]*\}")
        case _:
            return []


def read_text(node: ast.expr) -> str | None:
    """Give the text of a plain string."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return None


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


def _split_fields(text: str, pattern: str) -> list[str | None]:
    first, *others = re.split(pattern, text)
    parts: list[str | None] = [first] if first else []
    for piece in others:
        parts += [None, piece] if piece else [None]
    return parts
