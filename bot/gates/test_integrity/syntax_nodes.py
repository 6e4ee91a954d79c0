"""Walk the nodes of a syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node


def find_nodes(root: Node, kinds: frozenset[str]) -> Iterator[Node]:
    """Yield the nodes of these kinds, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        # A keyword is no named node, and may bear the name of one: Ruby's `rescue`.
        if node.is_named and node.type in kinds:
            yield node
        waiting.extend(reversed(node.children))
