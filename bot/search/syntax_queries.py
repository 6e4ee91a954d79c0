"""Find nodes of a syntax tree by their kinds with queries, which are quick in long files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tree_sitter import Language, Node, Query, QueryCursor

from bot.search.grammars import load_grammar


def find_comments(root: Node, language: str) -> list[Node]:
    """Find the comments under a node, and Python's strings that stand as such, in their order."""
    query = _load_comments(language)
    return _capture(query, root) if query else []


def find_kinds(root: Node, language: str, kinds: frozenset[str]) -> list[Node]:
    """Find the nodes of these kinds, in their order."""
    query = _load_kinds(language, kinds)
    return _capture(query, root) if query else []


def is_comment(node: Node) -> bool:
    """Tell whether a node is a comment, or a string of Python that stands as one."""
    parent = node.parent
    is_alone = parent is not None and parent.type == "expression_statement"
    return "comment" in node.type or (node.type == "string" and is_alone)


def read_text(node: Node | None) -> str:
    """Read the code of a node; "" of none."""
    return (node.text or b"").decode(errors="replace") if node is not None else ""


def _capture(query: Query, root: Node) -> list[Node]:
    nodes = QueryCursor(query).captures(root).get("node", [])
    return sorted(nodes, key=lambda node: node.start_byte)


@cache
def _load_comments(language: str) -> Query | None:
    extra = "(expression_statement (string) @node)" if language == "python" else ""
    return _make_query(language, lambda kind: "comment" in kind, extra)


@cache
def _load_kinds(language: str, kinds: frozenset[str]) -> Query | None:
    return _make_query(language, kinds.__contains__)


def _make_query(language: str, matches: Callable[[str], bool], extra: str = "") -> Query | None:
    grammar = load_grammar(language)
    if grammar is None:
        return None
    patterns = [f"({kind}) @node" for kind in _list_kinds(grammar) if matches(kind)]
    return Query(grammar, "\n".join([*patterns, extra]))


def _list_kinds(grammar: Language) -> set[str]:
    """List the kinds of nodes that a query may name."""
    numbers = range(grammar.node_kind_count)
    kinds = (
        grammar.node_kind_for_id(number)
        for number in numbers
        if grammar.node_kind_is_named(number) and grammar.node_kind_is_visible(number)
    )
    return set(filter(None, kinds))
