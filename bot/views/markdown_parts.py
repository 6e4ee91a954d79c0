"""Put Markdown together: paragraphs, lists and folded texts."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 72  # of the lines of a commit's message


def join_parts(*parts: str) -> str:
    """Join what is not empty, as paragraphs."""
    return "\n\n".join(part for part in parts if part)


def render_list(items: Sequence[str], most: int) -> str:
    """Render a list of at most so many items, and how many more there are."""
    lines = [f"- {item}" for item in items[:most]]
    if len(items) > most:
        lines.append(f"- and {len(items) - most} more")
    return "\n".join(lines)


def join_names(names: Sequence[str], most: int) -> str:
    """Join names as in a sentence, at most so many, and how many more there are."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def wrap_list(items: Sequence[str], most: int) -> str:
    """Render a list as `render_list` does, its lines no wider than those of a commit's message."""
    lines = render_list([" ".join(item.split()) for item in items], most).split("\n")
    return "\n".join(_wrap_item(line.removeprefix("- ")) for line in lines if line)


def _wrap_item(text: str) -> str:
    """Wrap an item between words. The first one stands behind the dash, however long it is."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def fold(title: str, text: str) -> str:
    """Fold Markdown under a line of ours; empty without any.

    The blank lines let Markdown begin and end in it.
    """
    if not text:
        return ""
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
