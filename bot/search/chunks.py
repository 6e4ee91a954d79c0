"""Here lives the cutting of a file into its definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bot.search.symbols import SCOPES, Symbol

LINE_BREAK = 10
REST = -1  # the owner of what belongs to no definition
ABOVE = (
    b"#",
    b"//",
    b"/*",
    b"*",
    b"@",
    b"--",
    b"[",
)  # comments and decorators belong to what follows


def split_into_chunks(data: bytes, found: Sequence[Symbol]) -> dict[int, bytes]:
    """The text of each definition without those inside it that are chunks themselves, by its place
    in `found`.
    """
    held: dict[int, list[bytes]] = {}
    for owner, start, end in _pieces(len(data), list(_spans(data, found))):
        if end > start:
            held.setdefault(owner, []).append(data[start:end])
    return {owner: b"\n".join(pieces) for owner, pieces in held.items()}


def _pieces(size: int, spans: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The whole file in its order, each piece with the innermost span that it lies in."""
    around = [(REST, size)]
    at = 0
    for owner, first, end in [*spans, (REST, size, size)]:
        while around[-1][1] <= first and len(around) > 1:
            inner, inner_end = around.pop()
            yield inner, at, inner_end
            at = max(at, inner_end)
        yield around[-1][0], at, first
        at = max(at, first)
        around.append((owner, min(end, around[-1][1])))


def _spans(data: bytes, found: Sequence[Symbol]) -> Iterator[tuple[int, int, int]]:
    """Where the definitions begin and end that are not inside a function, with the comments above
    them.
    """
    starts = line_starts(data)
    function_end = last_line = 0
    for index, symbol in enumerate(found):
        if symbol.line <= function_end and symbol.end_line <= function_end:
            continue
        if symbol.kind not in SCOPES and symbol.kind != "namespace":
            function_end = symbol.end_line
        first = symbol.line - 1
        while first > last_line and data[starts[first - 1] : starts[first]].lstrip().startswith(
            ABOVE
        ):
            first -= 1
        last_line = symbol.line if symbol.kind in SCOPES else symbol.end_line
        yield index, starts[first], starts[min(symbol.end_line, len(starts) - 1)]


def line_starts(data: bytes) -> list[int]:
    """Where each line starts, and the end of the last."""
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == LINE_BREAK)
    return [0, *(breaks + 1).tolist(), len(data)]
