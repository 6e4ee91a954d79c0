"""Tell whether a change of code may be noticed by users: more than words and types changed."""

from __future__ import annotations

import ast

from bot.gates.code_shape import find_shape_change
from bot.search.python_tree import parse_python


def is_noticed(path: str, before: str | None, after: str | None) -> bool:
    """Tell whether the file does something else now. What cannot be parsed may."""
    if before is None or after is None:
        return True
    if path.endswith((".py", ".pyi")):
        old, new = _read_acts(before), _read_acts(after)
        return old is None or old != new
    return find_shape_change(path, before, after) is not None


def _read_acts(text: str) -> str | None:
    """Read what a module does: without comments, docstrings, annotations and imports."""
    module = parse_python(text)
    return None if module is None else ast.dump(_Bare().visit(module))


class _Bare(ast.NodeTransformer):
    """Take away what changes nothing that runs."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop docstrings and other texts that stand alone."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Drop the annotation of a parameter."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Drop an annotation, and an annotated name without a value."""
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value, lineno=node.lineno))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop what a function says that it returns."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Drop what a function says that it returns."""
        node.returns = None
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        """Drop an import."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Drop an import."""
