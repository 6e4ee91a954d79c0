"""Number the lines of a text, and choose how many of them one answer holds."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.invisible_chars import escape_invisible

MAX_LINES = 400
SPARE_LINES = 100  # a text that is longer than MAX_LINES by no more than this comes whole
MAX_CHARS = 40_000
MAX_LINE_CHARS = 2_000
INVISIBLE_NOTE = (
    "(\\u{...} stands for an invisible character; the file has the character itself, and an edit "
    "of the line must name it as it is.)"
)


def number_lines(lines: Sequence[str], start: int, end: int) -> list[str]:
    """Put its number before each line from `start` to `end`, both included; counted from 1."""
    chosen = enumerate(lines[start - 1 : end], start)
    return [f"{number:>5}\t{shorten_line(line)}" for number, line in chosen]


def shorten_line(line: str) -> str:
    """Cut a very long line, and say how long it is."""
    if len(line) <= MAX_LINE_CHARS:
        return line
    return f"{line[:MAX_LINE_CHARS]} ... (this line has {len(line)} characters)"


def show_invisible(lines: Sequence[str]) -> list[str]:
    """Write invisible characters as their numbers, and say so at the end when there are any."""
    escaped = [escape_invisible(line) for line in lines]
    if escaped == list(lines):
        return escaped
    return [*escaped, INVISIBLE_NOTE]


def choose_end(lines: Sequence[str], start: int, end: int) -> int:
    """Choose the last line of `start` to `end` that one answer holds; counted from 1.

    All of them when they are not many more than MAX_LINES; else it ends before a definition or
    after a blank line, where there is one in the last quarter.
    """
    fitting = _count_fitting(lines[start - 1 : end])
    if fitting == end - start + 1 and fitting <= MAX_LINES + SPARE_LINES:
        return end
    most = start - 1 + min(fitting, MAX_LINES)
    least = most - (most - start) // 4
    return _find_border(lines, least, most)


def _count_fitting(lines: Sequence[str]) -> int:
    """Count the lines, from the first, that stay within MAX_CHARS together; one always does."""
    size = 0
    for count, line in enumerate(lines):
        size += min(len(line), MAX_LINE_CHARS) + 8
        if size > MAX_CHARS:
            return max(count, 1)
    return len(lines)


def _find_border(lines: Sequence[str], least: int, most: int) -> int:
    """Find the last line that ends a paragraph: best before one that is not indented."""
    blank = 0
    for number in range(most, least - 1, -1):
        if lines[number - 1].strip() or number >= len(lines):
            continue
        if lines[number][:1].strip():
            return number
        blank = blank or number
    return blank or most
