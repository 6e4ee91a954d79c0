"""Compare two versions of a file without their comments and docstrings: what runs is the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from tree_sitter import Node

from bot.search.grammars import language_of, parse
from bot.search.python_tree import parse_python
from bot.search.syntax_queries import read_text
from bot.text.git_lines import split_lines

# Comments that tools obey: they switch checks off, choose what is compiled, or are code.
OBEYED = re.compile(
    r"#!|coding[:=]|\btype:\s|\bnoqa\b|pragma|pylint:|pyright:|mypy:|ruff:|isort:|\bfmt:|yapf:|nosec"
    r"|@ts-|eslint|jshint|tslint|biome-|@jsx|@flow|istanbul|\bc8 |prettier-|__PURE__|webpack"
    r"|sourceMapping|//go:|\+build|#cgo|nolint|//export|//line|NOLINT|clang-format|NOSONAR"
    r"|CHECKSTYLE|@formatter|frozen_string_literal|rubocop|warn_indent|shareable_constant"
    r"|shellcheck|swiftlint|ktlint|scalafmt|scalastyle|phpcs|phpstan-|@codeCoverage|\?>|\\u",
    re.IGNORECASE,
)
COMMENT = re.compile(r"comment$")
C_IMPORT = re.compile(rb'import\s+"C"|import\s*\([^)]*"C"')  # the comment before it is C
Token = tuple[str, int]  # what a node is, with its text where that counts; and its line, from 1


@dataclass(frozen=True, slots=True)
class ShapeChange:
    """Where two versions differ in more than words; `why` is a clause: "this changes code"."""

    line: int
    why: str


def find_shape_change(path: str, before: str, after: str) -> ShapeChange | None:
    """Find the first place where the versions differ in more than comments and docstrings.

    What cannot be parsed is a change: nothing shows that it is none.
    """
    language = language_of(path)
    if language is None:
        return ShapeChange(0, "in this kind of file I cannot tell words from code")
    if language == "python":
        old, new = _read_python(before), _read_python(after)
        if old is None or new is None:  # it may be younger than the Python that we run on
            old, new = _read_grammar(language, before), _read_grammar(language, after)
        comments = _list_python_comments(before), _list_python_comments(after)
    else:
        old, new = _read_grammar(language, before), _read_grammar(language, after)
        comments = _list_comments(language, before), _list_comments(language, after)
    if old is None or new is None:
        return ShapeChange(0, "this cannot be parsed, so nothing shows that only words changed")
    if line := _find_difference(old, new):
        return ShapeChange(line, "this changes code")
    if line := _find_difference(*map(_keep_obeyed, comments)):
        return ShapeChange(line, "this changes a comment that a tool obeys")
    return None


def _find_difference(old: Sequence[Token], new: Sequence[Token]) -> int:
    """Find the line of the first token that differs, in the new version; 0 when none does."""
    last_line = new[-1][1] if new else 1
    for before, after in zip_longest(old, new):
        if before is None or after is None or before[0] != after[0]:
            return after[1] if after else last_line
    return 0


def _keep_obeyed(comments: Sequence[Token]) -> list[Token]:
    return [comment for comment in comments if OBEYED.search(comment[0])]


def _read_python(text: str) -> list[Token] | None:
    """List the nodes of the syntax tree without docstrings; None where it cannot be parsed."""
    tree = parse_python(text)
    return None if tree is None else list(_iter_python(tree))


def _iter_python(tree: ast.Module) -> Iterator[Token]:
    """Give each node, deepest last, with its own fields; the end of a node counts too."""
    waiting: list[ast.AST | str] = [tree]
    line = 1
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node, line
            continue
        line = getattr(node, "lineno", line)
        yield _describe_node(node), line
        waiting.append(f"end {type(node).__name__}")
        waiting.extend(reversed(list(_iter_children(node))))


def _describe_node(node: ast.AST) -> str:
    """Name a node with those of its fields that are no nodes."""
    fields = [
        f"{name}={value!r}"
        for name, value in ast.iter_fields(node)
        if not isinstance(value, ast.AST | list) or value == []
    ]
    names = [repr(value) for value in _list_plain_items(node)]
    return " ".join([type(node).__name__, *fields, *names])


def _list_plain_items(node: ast.AST) -> list[object]:
    """List what stands in a list of a node and is no node: the names of `global`."""
    lists = [value for _, value in ast.iter_fields(node) if isinstance(value, list)]
    return [item for items in lists for item in items if not isinstance(item, ast.AST)]


def _iter_children(node: ast.AST) -> Iterator[ast.AST | str]:
    """Give the nodes in a node, field by field, without strings that stand for themselves."""
    for name, value in ast.iter_fields(node):
        items = value if isinstance(value, list) else [value]
        nodes = [item for item in items if isinstance(item, ast.AST) and not _is_words(item)]
        if nodes:
            yield name
        yield from nodes


def _is_words(node: ast.AST) -> bool:
    """Tell whether a statement does nothing: a docstring, `pass` or `...`."""
    if isinstance(node, ast.Pass):
        return True
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
        return False
    return isinstance(node.value.value, str) or node.value.value is Ellipsis


def _list_python_comments(text: str) -> list[Token]:
    """List the lines with a comment that a tool may obey, by what stands behind the `#`.

    A `#` in a string may be among them: it does not change, or it is found as code.
    """
    lines = enumerate(split_lines(text), 1)
    return [(line[line.index("#") :].strip(), number) for number, line in lines if "#" in line]


def _read_grammar(language: str, text: str) -> list[Token] | None:
    """List the nodes of the syntax tree without comments, each leaf with its text."""
    data = text.encode(errors="replace")
    tree = parse(language, data)
    if tree is None:
        return None
    tokens = list(_iter_nodes(tree.root_node, _is_idle if language == "python" else _is_comment))
    if tree.root_node.has_error:  # what the grammar skipped is in no node
        tokens += [("".join(_strip_comments(tree.root_node, data).split()), 0)]
    return tokens


def _iter_nodes(root: Node, is_left_out: Callable[[Node], bool]) -> Iterator[Token]:
    waiting: list[Node | Token] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            yield node
            continue
        line = node.start_point.row + 1
        children = [child for child in node.children if not is_left_out(child)]
        if node.child_count and children:
            yield node.type, line
            waiting.append((f"end {node.type}", line))
            waiting.extend(reversed(children))
        else:
            yield f"{node.type} {_read_leaf(node)}", line


def _is_comment(node: Node) -> bool:
    return COMMENT.search(node.type) is not None


def _is_idle(node: Node) -> bool:
    """Tell whether a node of Python is a comment, or a statement that does nothing."""
    if _is_comment(node) or node.type == "pass_statement":
        return True
    if node.type != "expression_statement" or node.child_count != 1:
        return False
    (value,) = node.children
    is_plain = all(part.type != "interpolation" for part in value.children)
    return value.type == "ellipsis" or (value.type == "string" and is_plain)


def _read_leaf(node: Node) -> str:
    """Read a leaf; what holds nothing but comments is empty."""
    return "" if node.child_count else read_text(node)


def _strip_comments(root: Node, data: bytes) -> str:
    kept = []
    position = 0
    for node in _iter_comments(root):
        kept.append(data[position : node.start_byte])
        position = node.end_byte
    return b"".join([*kept, data[position:]]).decode(errors="replace")


def _iter_comments(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if _is_comment(node):
            yield node
        else:
            waiting.extend(reversed(node.children))


def _list_comments(language: str, text: str) -> list[Token]:
    """List the comments with their lines; of Go that is mixed with C, each counts."""
    data = text.encode(errors="replace")
    tree = parse(language, data)
    if tree is None:
        return []
    c_import = C_IMPORT.search(data) if language == "go" else None
    comments = []
    for node in _iter_comments(tree.root_node):
        mark = "#cgo " if c_import and node.start_byte < c_import.end() else ""
        words = read_text(node)
        comments.append((f"{mark}{words}", node.start_point.row + 1))
    return comments
