"""Quote what people and files say under titles of ours, each within its limit."""

from __future__ import annotations

from collections.abc import Iterable

from bot.text.code_line import shorten_code_line

MARK = "| "
LINE_CHARS = 2_000


def render_section(title: str, lines: Iterable[str], limit_chars: int, rest: str = "") -> str:
    """Quote the lines under a title, so that none of them can be taken for ours; "" without any.

    What does not fit is left out by whole lines, and told; `rest` says how it can be had.
    """
    # Whatever ends a line somewhere is one here, or a line of ours could be forged.
    text = "\n".join(lines)
    if not text.strip():
        return ""
    quoted = [f"{MARK}{shorten_code_line(line, LINE_CHARS)}" for line in text.splitlines()]
    fitting = count_fitting(quoted, limit_chars)
    if fitting < len(quoted):
        more = count_noun(len(quoted) - fitting, "more line")
        quoted = [*quoted[:fitting], f"(cut: {more}{f'; {rest}' if rest else ''})"]
    return "\n".join([f"{title}:", *quoted])


def count_fitting(lines: Iterable[str], limit_chars: int) -> int:
    """Count how many of the lines fit, from the first on."""
    count = 0
    for line in lines:
        limit_chars -= len(line) + 1
        if limit_chars < 0:
            break
        count += 1
    return count


def count_noun(count: int, noun: str) -> str:
    """Write "1 line" or "2 lines"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def join_lines(text: str) -> str:
    """Put a text on one line."""
    return " ".join(text.split())
