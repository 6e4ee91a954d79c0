"""Put Markdown together: paragraphs, lists and folded texts."""

from __future__ import annotations

from collections.abc import Sequence


def join_parts(*parts: str) -> str:
    """Join what is not empty, as paragraphs."""
    return "\n\n".join(part for part in parts if part)


def render_list(items: Sequence[str], most: int) -> str:
    """Render a list of at most so many items, and how many more there are."""
    lines = [f"- {item}" for item in items[:most]]
    if len(items) > most:
        lines.append(f"- and {len(items) - most} more")
    return "\n".join(lines)


def fold(title: str, text: str) -> str:
    """Fold Markdown under a line of ours; empty without any.

    The blank lines let Markdown begin and end in it.
    """
    if not text:
        return ""
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
