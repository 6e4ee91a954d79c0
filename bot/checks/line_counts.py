"""Read from what test runners write which lines of a file were run: Node's V8, and Go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tree_sitter import Node

from bot.search.grammars import language_of, parse
from bot.text.git_lines import split_lines

Range = Sequence[int]  # its first offset, its end and how often it ran, as V8 writes it
# A function is defined with what is around it: its first line tells nothing of its body.
UNCOUNTED = frozenset(
    [
        "empty_statement",
        "export_statement",
        "statement_block",
        "function_declaration",
        "class_declaration",
    ]
)
GO_BLOCK = re.compile(r"^(?P<path>.+):(\d+)\.\d+,(\d+)\.\d+ \d+ (?P<count>\d+)$")
WORD = re.compile(r"\w")


def list_script_lines(path: str, text: str) -> dict[int, int]:
    """Map the lines of a script where a statement begins to its offset, as JavaScript counts."""
    language, data = language_of(path), text.encode(errors="replace")
    tree = parse(language, data) if language else None
    lines: dict[int, int] = {}
    for node in _iter_statements(tree.root_node) if tree is not None else ():
        before = data[: node.start_byte].decode(errors="replace")
        lines.setdefault(node.start_point.row + 1, len(before.encode("utf-16-le")) // 2)
    return dict(sorted(lines.items()))


def list_ran_in_script(lines: dict[int, int], scripts: Iterable[Sequence[Range]]) -> set[int]:
    """List the lines that any of the processes ran, each given by the ranges of its functions."""
    return {
        line
        for ranges in scripts
        for line, offset in lines.items()
        if _count_at(offset, ranges) > 0
    }


def read_go_profile(profile: str, path: str, text: str) -> tuple[set[int], set[int]]:
    """Read the lines of a file with code, and those that ran, from a cover profile of Go."""
    texts = split_lines(text)
    lines: set[int] = set()
    ran: set[int] = set()
    for block in filter(None, map(GO_BLOCK.match, profile.splitlines())):
        if not f"/{block['path']}".endswith(f"/{path}"):
            continue
        inside = range(int(block[2]), min(int(block[3]), len(texts)) + 1)
        coded = {line for line in inside if WORD.search(texts[line - 1])}
        lines |= coded
        ran |= coded if int(block["count"]) else set()
    return lines, ran


def _iter_statements(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(reversed(node.children))
        is_statement = node.type.endswith(("_statement", "_declaration"))
        if is_statement and node.type not in UNCOUNTED:
            yield node


def _count_at(offset: int, ranges: Sequence[Range]) -> int:
    """Tell how often the innermost range around an offset ran; not at all outside of every one."""
    around = [(end - start, count) for start, end, count in ranges if start <= offset < end]
    return min(around)[1] if around else 0
