"""Find where code reads all names of a module that has a symbol: it may compare or call by them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.refactor.find_definition import iter_nodes
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Module, last_name
from bot.refactor.symbol import TargetSymbol

READERS = frozenset(["vars", "dir", "getmembers"])
HINT = re.compile(r"\b(?:vars|dir|getmembers)\(\s*\w|\w\.__dict__")


def find_namespace_reads(symbol: TargetSymbol) -> Iterator[tuple[str, int]]:
    """Give the path and line of each; what looks one name up in such a namespace is left out."""
    for path, text in symbol.project.files.items():
        if not path.endswith(PYTHON) or not HINT.search(text):
            continue
        module = symbol.project.read_module(path)
        if module is None:
            continue
        for node in iter_nodes(module, ast.expr):
            if _reads_module_of(symbol, module, node):
                yield path, node.lineno


def _reads_module_of(symbol: TargetSymbol, module: Module, node: ast.expr) -> bool:
    match node:
        case ast.Call(func=function, args=[base, *_]) if last_name(function) in READERS:
            pass
        case ast.Attribute(value=base, attr="__dict__"):
            pass
        case _:
            return False
    if isinstance(module.parents.get(node), ast.Subscript):
        return False
    name = symbol.project.resolve(module, base)
    return name in symbol.project.paths and symbol.is_target(f"{name}.{symbol.old}")
