"""Search lines for patterns, and cut them into the blocks that stand below each heading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from bot.logs.clean_log import LogLine

_DIGITS = b"0123456789"
_PIECE_LINES = 5000

Test = Callable[[str], object]  # of a line's text, such as the `match` of a pattern


def read_texts(lines: Iterable[LogLine]) -> list[str]:
    """Take the text of each line."""
    return [line.text for line in lines]


def join_texts(lines: Iterable[LogLine]) -> str:
    """Join the texts of the lines as they were printed."""
    return "\n".join(line.text for line in lines)


def find_markers(lines: Iterable[LogLine], markers: Iterable[str]) -> set[str]:
    """Find which of the markers stand in the lines.

    The longest word of each is first looked for among the words, of which a long log has few: those
    that differ in their digits alone are one. It is done in pieces, which takes less memory.
    """
    missing = {marker.encode(): _find_longest_word(marker.encode()) for marker in markers}
    sought = set(missing)
    rest = iter(lines)
    while piece := list(islice(rest, _PIECE_LINES)):
        text = join_texts(piece).encode()
        words = b"\n".join(set(text.translate(None, _DIGITS).split()))
        near = [marker for marker, word in missing.items() if word in words]
        for marker in near:
            if marker in text:
                del missing[marker]
    return {marker.decode() for marker in sought.difference(missing)}


def _find_longest_word(marker: bytes) -> bytes:
    return max(marker.translate(None, _DIGITS).split(), key=len, default=b"")


def find_line(lines: Sequence[LogLine], fits: Test, begin: int = 0, end: int | None = None) -> int:
    """Find the first line between `begin` and `end` that fits; where none does, give the end."""
    end = len(lines) if end is None else min(end, len(lines))
    for index in range(begin, end):
        if fits(lines[index].text):
            return index
    return end


def cut_block(lines: Sequence[LogLine], begin: int, ends: Test, limit: int) -> Sequence[LogLine]:
    """Cut out a block up to the line that ends it; where none of `limit` does, its first line."""
    limit = min(begin + limit, len(lines))
    end = find_line(lines, ends, begin + 1, limit)
    return lines[begin:end] if end < limit else lines[begin : begin + 1]


def find_last_line(lines: Sequence[LogLine], fits: Test, begin: int, end: int) -> int:
    """Find the last line between `begin` and `end` that fits; where none does, give -1."""
    for index in range(end - 1, begin - 1, -1):
        if fits(lines[index].text):
            return index
    return -1


def find_text(texts: Sequence[str], fits: Test, begin: int = 0) -> int:
    """Find the first text from `begin` on that fits; where none does, give their number."""
    for index in range(begin, len(texts)):
        if fits(texts[index]):
            return index
    return len(texts)


def match_first(texts: Iterable[str], pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Match the first text that the pattern fits."""
    return next(filter(None, map(pattern.match, texts)), None)


def match_all(texts: Iterable[str], pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Match each text that the pattern fits."""
    return list(filter(None, map(pattern.match, texts)))


def read_group(match: re.Match[str] | None, name: str) -> str:
    """Read a group of a match; empty where there is no match, or the group has no part in it."""
    return (match[name] or "") if match else ""


def drop_matching(texts: Iterable[str], *patterns: re.Pattern[str]) -> list[str]:
    """Keep the texts that none of the patterns fits."""
    kept = list(texts)
    for pattern in patterns:
        kept = [text for text in kept if not pattern.match(text)]
    return kept


def split_at(
    lines: Sequence[LogLine], fits: Test, limit: int | None = None
) -> Iterator[Sequence[LogLine]]:
    """Cut the lines at each one that fits, into blocks of at most `limit` lines."""
    headings = [index for index, line in enumerate(lines) if fits(line.text)]
    for begin, end in zip(headings, [*headings[1:], len(lines)], strict=False):
        yield lines[begin:end][:limit]


def split_sections(
    lines: Sequence[LogLine], heading: re.Pattern[str], limit: int = 300
) -> Iterator[tuple[re.Match[str], Sequence[LogLine]]]:
    """Match each heading, with the lines from it to the next one, at most `limit`."""
    for block in split_at(lines, heading.match, limit):
        match = heading.match(block[0].text)
        if match:
            yield match, block


def split_numbered(lines: Sequence[LogLine], heading: re.Pattern[str]) -> Iterator[list[LogLine]]:
    """Cut the lines at 1), 2), 3): a number out of turn belongs to what a test printed."""
    block: list[LogLine] = []
    next_number = 1
    for line in lines:
        match = heading.match(line.text)
        if match and int(match["number"]) == next_number:
            if block:
                yield block
            block, next_number = [line], next_number + 1
        elif block:
            block.append(line)
    if block:
        yield block


def read_texts_until(lines: Sequence[LogLine], end: re.Pattern[str]) -> list[str]:
    """Take the texts of the lines above the first one that the pattern fits, at most 100."""
    return read_texts(lines[: min(find_line(lines, end.match), 100)])
