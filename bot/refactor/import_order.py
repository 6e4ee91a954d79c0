"""Find the line where an import of the standard library stands among those of a file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from itertools import pairwise

from bot.refactor.module_scopes import Import, Module

FUTURE = "__future__"


def find_sorted_line(module: Module, statement: str, end: int) -> tuple[int, bool] | None:
    """Find the line before which an import of the standard library stands, among the statements
    above the line `end`; and whether it opens a block of its own.

    None where the file's imports do not tell: then it stands after them.
    """
    new = ast.parse(statement).body[0]
    imports = [node for node in module.tree.body if isinstance(node, Import) and node.lineno < end]
    others = [node for node in imports if _read_root(node) != FUTURE]
    if not isinstance(new, Import) or not _is_standard(new) or not others:
        return None
    if any(node.col_offset for node in imports):  # behind a semicolon
        return None
    block = [node for node in others if _is_standard(node)]
    if not block:
        return _find_first_line(module, others[0]), True
    later = [node for node in block if _is_after(node, new, block)]
    return (later[0].lineno if later else (block[-1].end_lineno or 0) + 1), False


def _is_after(node: Import, new: Import, block: Sequence[Import]) -> bool:
    """Tell whether a statement stands after a new one, in the order that the block has."""
    by_form = [(isinstance(each, ast.ImportFrom), _read_module(each)) for each in block]
    is_mixed = any(first[0] > second[0] for first, second in pairwise(by_form))
    if is_mixed:  # sorted by the module's name alone
        return _read_module(node) > _read_module(new)
    forms = isinstance(node, ast.ImportFrom), isinstance(new, ast.ImportFrom)
    return (forms[0], _read_module(node)) > (forms[1], _read_module(new))


def _find_first_line(module: Module, node: Import) -> int:
    """Give the line of a statement, or of the comment that belongs to it."""
    line = node.lineno
    while line > 1 and module.lines[line - 2].startswith("#"):
        line -= 1
    is_apart = line > 1 and not module.lines[line - 2].strip()  # else it is the file's own
    return line if is_apart else node.lineno


def _is_standard(node: Import) -> bool:
    return _read_root(node) in sys.stdlib_module_names


def _read_root(node: Import) -> str:
    return _read_module(node).partition(".")[0]


def _read_module(node: Import) -> str:
    """Give the module that a statement names first; a relative one begins with dots."""
    if isinstance(node, ast.ImportFrom):
        return "." * node.level + (node.module or "")
    return node.names[0].name
