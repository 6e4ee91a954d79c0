"""Quote what people and files say under titles of ours, each within its limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.text.amounts import count_noun
from bot.text.code_line import shorten_code_line

MARK = "| "
LINE_CHARS = 2_000
PARAGRAPH_LINES = 15


def render_section(title: str, lines: Iterable[str], limit_chars: int, rest: str = "") -> str:
    """Quote the lines under a title, so that none of them can be taken for ours; "" without any.

    What does not fit is left out by whole lines, and told; `rest` says how it can be had.
    """
    # Whatever ends a line somewhere is one here, or a line of ours could be forged.
    text = "\n".join(lines)
    if not text.strip():
        return ""
    quoted = [f"{MARK}{shorten_code_line(line, LINE_CHARS)}" for line in text.splitlines()]
    fitting = _count_fitting(quoted, limit_chars)
    if fitting < len(quoted):
        fitting = _drop_lead_in(quoted, _find_paragraph_end(quoted, fitting))
        note = count_noun(len(quoted) - fitting, "more line")
        if rest:
            note += f"; {rest}"
        quoted = [*quoted[:fitting], f"(cut: {note})"]
    return "\n".join([f"{title}:", *quoted])


def _count_fitting(lines: Iterable[str], limit_chars: int) -> int:
    """Count how many of the lines fit, from the first on."""
    count = 0
    for line in lines:
        limit_chars -= len(line) + 1
        if limit_chars < 0:
            break
        count += 1
    return count


def _find_paragraph_end(lines: Sequence[str], fitting: int) -> int:
    """Go back to the end of a paragraph, where one is near."""
    for count in range(fitting, max(0, fitting - PARAGRAPH_LINES), -1):
        if not lines[count - 1].removeprefix(MARK).strip():
            return count - 1
    return fitting


def _drop_lead_in(lines: Sequence[str], fitting: int) -> int:
    """Leave out a heading, or a line with a colon, whose text does not fit any more."""
    count = fitting
    while count and fitting - count < PARAGRAPH_LINES:
        line = lines[count - 1].removeprefix(MARK).strip()
        is_underline = line != "" and not line.strip("=-~^")
        if line and not is_underline and not line.startswith("#") and not line.endswith(":"):
            break
        count -= 2 if is_underline else 1
    return count if count > 0 else fitting


def join_lines(text: str) -> str:
    """Put a text on one line."""
    return " ".join(text.split())
