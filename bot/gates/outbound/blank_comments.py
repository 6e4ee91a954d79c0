"""Blank comments as the grammar knows them: a quoted sign may only look like the beginning of one."""

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
    data = text.encode(errors="replace")
    tree = parse(language, data)
    if tree is None or tree.root_node.has_error:
        return text
    for node in _list_comments(tree.root_node):
        inside = data[node.start_byte : node.end_byte]
        blank = NOT_NEWLINE.sub(b" ", inside)
        data = data[: node.start_byte] + blank + data[node.end_byte :]
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
