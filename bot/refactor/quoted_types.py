"""Read types in quotes as the code that they are."""

from __future__ import annotations

import ast
import re

from bot.refactor.module_scopes import Module, last_name

GENERICS = re.compile(r"_*[A-Z]\w*[a-z]\w*|list|dict|tuple|set|frozenset|type|deque|defaultdict")
OPENING = re.compile(r"""[uU]?(\"{3}|'{3}|"|')""")


def is_quoted_type(module: Module, node: ast.AST) -> bool:
    """Tell whether a string stands where a type does: in an annotation, a generic or a cast."""
    while (parent := module.parents.get(node)) is not None:
        if isinstance(parent, (ast.Tuple, ast.List, ast.BinOp)):
            node = parent
            continue
        if not isinstance(parent, ast.Subscript):
            return _takes_type(parent, node)
        name = last_name(parent.value)
        if name in ("Literal", "Annotated"):
            return False
        if parent.slice is node and GENERICS.fullmatch(name):
            return True
        node = parent
    return False


def _takes_type(parent: ast.AST, node: ast.AST) -> bool:
    """Tell whether a child of a node is a type."""
    match parent:
        case ast.arg() | ast.AnnAssign():
            return node is parent.annotation
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return node is parent.returns
        case ast.Call():
            return last_name(parent.func) == "cast" and parent.args[:1] == [node]
        case ast.keyword():
            return parent.arg == "bound"
        case _:
            return False


def read_quoted_type(module: Module, node: ast.Constant) -> list[ast.AST]:
    """Parse a type in quotes into nodes that stand in the module; none where it is no plain text.

    They have the string's scopes, and their own positions in the file.
    """
    source = ast.get_source_segment(module.text.removeprefix("\ufeff"), node) or ""
    opening = OPENING.match(source)
    if not opening or source != f"{opening[0]}{node.value!s}{opening[1]}":
        return []
    try:
        body = ast.parse(str(node.value), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if body.end_lineno != 1:
        return []
    module.parents[body] = node
    nodes = list(ast.walk(body))
    for inner in nodes:
        module.scopes[inner] = module.scopes[node]
        for child in ast.iter_child_nodes(inner):
            module.parents[child] = inner
        if isinstance(inner, ast.expr):
            inner.lineno = inner.end_lineno = node.lineno
            inner.col_offset += node.col_offset + len(opening[0])
            inner.end_col_offset = (inner.end_col_offset or 0) + node.col_offset + len(opening[0])
    return nodes
