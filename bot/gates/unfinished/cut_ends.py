"""Find that a new file ends in the middle: a bracket, a text or a block is not closed."""

from __future__ import annotations

import re

from tree_sitter import Node

MARKUP = (".html", ".htm", ".vue", ".svelte", ".xml")
STYLES = (".css", ".scss", ".less")


def find_cut_end(path: str, text: str, root: Node | None) -> tuple[int, str] | None:
    """Find the line where a file stops in the middle, and say what is not closed; else None."""
    lines = text.rstrip().split("\n")
    name = path.lower()
    if root is not None and _breaks_at_end(root, len(lines)):
        return len(lines), "The file ends before its code does."
    if name.endswith(STYLES) and text.count("{") > text.count("}"):
        return len(lines), "The file ends inside of a block."
    if name.endswith((".html", ".htm")) and re.search(r"<html\b", text) and "</html>" not in text:
        return len(lines), "The file ends before `</html>`."
    if name.endswith(MARKUP):
        for tag in ("script", "style", "template"):
            if len(re.findall(rf"<{tag}\b", text)) > text.count(f"</{tag}>"):
                return len(lines), f"The file ends inside of `<{tag}>`."
    return None


def _breaks_at_end(root: Node, last_line: int) -> bool:
    """Tell whether the parser misses something where the text ends."""
    if not root.has_error:
        return False
    waiting = [root]
    while waiting:
        node = waiting.pop()
        ends_last = node.end_point.row + 1 >= last_line
        if ends_last and (node.is_missing or node.is_error):
            return True
        if ends_last and node.has_error:
            waiting.extend(node.children)
    return False
