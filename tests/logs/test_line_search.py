"""How lines are searched."""

from __future__ import annotations

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_markers


def test_markers_are_found_whatever_their_digits() -> None:
    """A marker counts where it stands to the letter, not where a line differs from it in digits."""
    texts = ["at 1x7f", "  got 12 of 12", "  got 13 of 13", "exit 139", "✖ 4 problems"]
    lines = [LogLine(number, text) for number, text in enumerate(texts, 1)]

    found = find_markers(lines, ["", "0x", "1x7", " 13 of", " 137", "exit ", "✖", "●", "f  got"])

    assert found == {"", "1x7", " 13 of", "exit ", "✖"}
