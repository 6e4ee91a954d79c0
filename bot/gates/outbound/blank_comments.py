"""Blank comments as a grammar knows them: in quotes their sign is the beginning of none."""

from __future__ import annotations

import re

from tree_sitter import Node

from bot.search.grammars import parse

TRAILING = re.compile(r"(?:^|(?<=\s))#.*")
QUOTES = "'\"`"
COMMENT_NODES = frozenset(["comment", "html_comment"])
NOT_NEWLINE = re.compile(rb"[^\n]")


def blank_comments(text: str, language: str) -> str:
    """Put blanks in the place of comments; all stay where the text does not parse.

    Without a language those are blanked that begin with `#`, on lines without open quotes.
    """
    if not language:
        return "\n".join(map(_blank_trailing, text.split("\n")))
    data = bytearray(text.encode(errors="replace"))
    tree = parse(language, bytes(data))
    if tree is None or tree.root_node.has_error:
        return text
    for node in _list_comments(tree.root_node):
        inside = slice(node.start_byte, node.end_byte)
        data[inside] = NOT_NEWLINE.sub(b" ", data[inside])
    return data.decode(errors="replace")


def _list_comments(root: Node) -> list[Node]:
    comments, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if node.type in COMMENT_NODES:
            comments.append(node)
        else:
            waiting += node.children
    return comments


def _blank_trailing(line: str) -> str:
    comment = TRAILING.search(line)
    if comment is None or any(line[: comment.start()].count(quote) % 2 for quote in QUOTES):
        return line
    return line[: comment.start()]
