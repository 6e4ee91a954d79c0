"""Tell the lines with code from those with comments, docstrings or signs alone."""

from __future__ import annotations

import re

from bot.search.grammars import language_of, parse
from bot.search.syntax_queries import find_comments

WORD = re.compile(rb"\w")
NOT_LINE_END = re.compile(rb"[^\n]")


def list_code_lines(path: str, text: str) -> frozenset[int]:
    """List the numbers of the lines, from 1, that have a word of code.

    Where there is no grammar, words of comments are taken for code.
    """
    data = text.encode("utf-8", "replace")
    language = language_of(path)
    tree = parse(language, data) if language else None
    if language is not None and tree is not None:
        for comment in find_comments(tree.root_node, language):
            start, end = comment.start_byte, comment.end_byte
            data = data[:start] + NOT_LINE_END.sub(b" ", data[start:end]) + data[end:]
    lines = enumerate(data.split(b"\n"), 1)
    return frozenset(number for number, line in lines if WORD.search(line))
