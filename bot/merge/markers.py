"""Find conflict markers that were left in a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.text.git_lines import split_lines

MARKER = re.compile(r"(<{7,}|\|{7,}|>{7,})( .*)?\r?$|={7}\r?$")


def find_marker_lines(text: str, *sides: str | None) -> Iterator[int]:
    """Yield the numbers of lines that are conflict markers, and that no side has so often.

    A line of equal signs underlines headings, too: one that a side has is no marker.
    """
    known = Counter[str]()
    for side in sides:
        known |= Counter(line for line in split_lines(side) if MARKER.match(line))
    for number, line in enumerate(split_lines(text), 1):
        if not MARKER.match(line):
            continue
        known[line] -= 1
        if known[line] < 0:
            yield number
