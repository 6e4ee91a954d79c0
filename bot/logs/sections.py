"""Here lives the cutting of lines into what stands below each headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import Line


def sections(
    lines: Sequence[Line], head: re.Pattern[str], most: int = 300
) -> Iterator[tuple[re.Match[str], Sequence[Line]]]:
    """Each line that the pattern fits, with the lines from it to the next one, at most so many."""
    heads = [(n, found) for n, line in enumerate(lines) if (found := head.match(line.text))]
    ends = [*(n for n, _ in heads[1:]), len(lines)]
    for (at, found), after in zip(heads, ends, strict=False):
        yield found, lines[at : min(after, at + most)]


def numbered(lines: Sequence[Line], head: re.Pattern[str]) -> Iterator[list[Line]]:
    """What stands below 1), 2), 3): a number out of turn belongs to what a test printed."""
    block: list[Line] = []
    turn = 1
    for line in lines:
        number = head.match(line.text)
        if number and int(number["number"]) == turn:
            if block:
                yield block
            block, turn = [line], turn + 1
        elif block:
            block.append(line)
    if block:
        yield block


def texts_until(lines: Sequence[Line], end: re.Pattern[str]) -> list[str]:
    """The texts of the lines above the first one that the pattern fits, at most 100."""
    stop = next((n for n, line in enumerate(lines) if end.match(line.text)), len(lines))
    return [line.text for line in lines[: min(stop, 100)]]
