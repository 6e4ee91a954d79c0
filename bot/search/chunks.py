"""Split a file into its definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bot.search.symbols import SCOPES, Symbol

NEWLINE = ord("\n")
REST = -1  # the owner of what belongs to no definition
# Comments and decorators above a definition belong to it.
LEADING = (b"#", b"//", b"/*", b"*", b"@", b"--", b"[")


class _Span(NamedTuple):
    """Bytes that belong to the definition with the index `owner`, or to REST."""

    owner: int
    start: int
    end: int


def split_into_chunks(data: bytes, symbols: Sequence[Symbol]) -> dict[int, bytes]:
    """Return the text of each definition by its index, and the file's rest at REST.

    A definition's text leaves out the definitions inside it that are chunks themselves.
    """
    pieces: dict[int, list[bytes]] = {}
    for owner, start, end in _cut(len(data), list(_find_spans(data, symbols))):
        if end > start:
            pieces.setdefault(owner, []).append(data[start:end])
    return {owner: b"\n".join(texts) for owner, texts in pieces.items()}


def _cut(size: int, spans: Sequence[_Span]) -> Iterator[_Span]:
    """Cut the whole file, in order, so that each piece belongs to the innermost span around it."""
    enclosing = [(REST, size)]  # owner and end of the spans that we are in
    position = 0
    for owner, start, end in [*spans, _Span(REST, size, size)]:
        while enclosing[-1][1] <= start and len(enclosing) > 1:
            inner, inner_end = enclosing.pop()
            yield _Span(inner, position, inner_end)
            position = max(position, inner_end)
        yield _Span(enclosing[-1][0], position, start)
        position = max(position, start)
        enclosing.append((owner, min(end, enclosing[-1][1])))


def _find_spans(data: bytes, symbols: Sequence[Symbol]) -> Iterator[_Span]:
    """Find the definitions that are not inside a function, with the comments above them."""
    starts = find_line_starts(data)
    function_end = previous_line = 0
    for index, symbol in enumerate(symbols):
        if symbol.line <= function_end and symbol.end_line <= function_end:
            continue
        if symbol.kind not in SCOPES and symbol.kind != "namespace":
            function_end = symbol.end_line
        first = symbol.line - 1
        while first > previous_line and _is_leading(data[starts[first - 1] : starts[first]]):
            first -= 1
        previous_line = symbol.line if symbol.kind in SCOPES else symbol.end_line
        yield _Span(index, starts[first], starts[min(symbol.end_line, len(starts) - 1)])


def _is_leading(line: bytes) -> bool:
    return line.lstrip().startswith(LEADING)


def find_line_starts(data: bytes) -> list[int]:
    """Return where each line starts, and the end of the last."""
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == NEWLINE)
    return [0, *(breaks + 1).tolist(), len(data)]
