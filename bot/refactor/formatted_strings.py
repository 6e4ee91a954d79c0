"""Tell whether a call in a formatted string stands where this Python says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.refactor.import_statements import end_of
from bot.refactor.module_scopes import Module


def is_in_place(module: Module, call: ast.Call) -> bool:
    """Tell whether `await` may be put before a call where the parser says that it stands.

    Before 3.12 Python can be wrong about that in a formatted string; and one that shows its own
    source, as `{x=}` does, would show the await too.
    """
    statement: ast.AST = call
    is_formatted = False
    while not isinstance(statement, ast.stmt):
        is_formatted = is_formatted or isinstance(statement, ast.JoinedStr)
        statement = module.parents[statement]
    return not is_formatted or _adds_only_await(module, call)


def _adds_only_await(module: Module, call: ast.Call) -> bool:
    """Tell whether an await before the call changes nothing but that, by parsing it so."""
    lines = [line.encode(errors="surrogatepass") for line in module.lines]
    for (line, column), text in (
        (end_of(call), b")"),
        ((call.lineno, call.col_offset), b"(await "),
    ):
        lines[line - 1] = lines[line - 1][:column] + text + lines[line - 1][column:]
    try:
        after = ast.parse(b"\n".join(lines))
    except (SyntaxError, ValueError):
        return False
    before = list(_iter_in_order(module.tree))
    index = next(index for index, node in enumerate(before) if node is call)
    kinds = [_describe(node) for node in before]
    kinds.insert(index, _describe(ast.Await(call)))
    return kinds == [_describe(node) for node in _iter_in_order(after)]


def _iter_in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _iter_in_order(child)


def _describe(node: ast.AST) -> tuple[type[ast.AST], object]:
    return type(node), node.value if isinstance(node, ast.Constant) else None
