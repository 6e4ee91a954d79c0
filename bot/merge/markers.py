"""Find conflict markers that were left in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.text.git_lines import split_lines

MARKER = re.compile(r"(<{7,}|\|{7,}|>{7,})( .*)?\r?$|={7}\r?$")


def find_marker_lines(text: str, *sides: str | None) -> Iterator[int]:
    """Yield the numbers of lines that are conflict markers.

    A line of equal signs underlines headings, too: what a side has below the same line is none.
    """
    known = {pair for side in sides for pair in _pair_lines(split_lines(side))}
    for number, pair in enumerate(_pair_lines(split_lines(text)), 1):
        if MARKER.match(pair[1]) and pair not in known:
            yield number


def _pair_lines(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give each line with the one before it."""
    yield from pairwise(["", *lines])
