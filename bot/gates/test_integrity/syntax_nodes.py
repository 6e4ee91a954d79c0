"""Parse a file, and walk the nodes of its syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bot.search.grammars import language_of, parse

FILE_CHARS = 400_000


def parse_file(path: str, text: str | None) -> Node | None:
    """Parse a file's text; None where there is none, no grammar, or too much of it."""
    language = language_of(path)
    if text is None or language is None or len(text) > FILE_CHARS:
        return None
    tree = parse(language, text.encode(errors="replace"))
    return tree.root_node if tree else None


def find_nodes(root: Node, kinds: frozenset[str]) -> Iterator[Node]:
    """Yield the nodes of these kinds, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        # A keyword is no named node, and may bear the name of one: Ruby's `rescue`.
        if node.is_named and node.type in kinds:
            yield node
        waiting.extend(reversed(node.children))
