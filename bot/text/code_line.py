"""Show a long line of code in part, never cut inside a word."""

from __future__ import annotations

import re

ELLIPSIS = "..."
MAX_TOKEN_CHARS = 60  # a longer word, such as a hash, is cut all the same
LONG_WORD = re.compile(r"\S{300,}")


def shorten_code_line(line: str, limit: int, focus: int = 0) -> str:
    """Shorten a line to `limit` characters around the index `focus`; "..." stands for what went."""
    if len(line) <= limit:
        return line
    room = limit - 2 * len(ELLIPSIS) - 2
    start = 0 if focus < room // 2 else min(focus - room // 3, len(line) - room)
    start, end = _move_in(line, start), _move_back(line, start + room)
    head = f"{ELLIPSIS} " if start else ""
    tail = f" {ELLIPSIS}" if end < len(line) else ""
    return f"{head}{line[start:end].strip()}{tail}" if start else f"{line[:end].rstrip()}{tail}"


def _move_in(line: str, start: int) -> int:
    """Move a start forward to where a word begins."""
    if not start:
        return 0
    position = start
    while position < min(len(line), start + MAX_TOKEN_CHARS) and _is_inside_word(line, position):
        position += 1
    return start if _is_inside_word(line, position) else position


def _move_back(line: str, end: int) -> int:
    """Move an end back to where a word ends."""
    if end >= len(line):
        return len(line)
    position = end
    while position > max(0, end - MAX_TOKEN_CHARS) and _is_inside_word(line, position):
        position -= 1
    return end if _is_inside_word(line, position) else position


def _is_inside_word(line: str, position: int) -> bool:
    return 0 < position < len(line) and _is_word(line[position - 1]) and _is_word(line[position])


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$"


def strip_long_words(text: str) -> str:
    """Remove words longer than any name or path: a pattern takes time by the square of them."""
    return LONG_WORD.sub(" ", text)
