"""Make the splices of an edit at its place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, islice

from bot.edits.find_place import Place
from bot.edits.lines import FileLines, Splice, has_word
from bot.edits.parsed_edit import COMES, GOES, Rejected


def make_splices(lines: FileLines, place: Place, new_lines: Sequence[str]) -> list[Splice]:
    """Make the splices; the new lines come in their order.

    New lines stand after the line that they follow in the edit, or before the one that they
    precede. When the file has lines between those two that the edit leaves out, a line that goes
    decides; else nobody knows. Raises Rejected without an anchor.
    """
    splices: list[Splice] = []
    remaining = iter(new_lines)
    stop = 0
    for sign, run in groupby(place.ops, lambda op: op.sign):
        start, stop = stop, stop + len(list(run))
        if sign == COMES:
            anchor = _find_anchor(lines, place, start, stop)
            splices.append((anchor, anchor, tuple(islice(remaining, stop - start))))
        elif sign == GOES:
            splices += [(index, index + 1, ()) for _, index in place.pairs(start, stop)]
    return _merge_neighbours(splices)


def _merge_neighbours(splices: Sequence[Splice]) -> list[Splice]:
    """Merge neighbours, so that what comes can end as the lines that it replaces."""
    merged: list[Splice] = []
    for start, stop, new_lines in splices:
        if merged and merged[-1][1] == start:
            first, _, earlier = merged.pop()
            merged.append((first, stop, earlier + new_lines))
        else:
            merged.append((start, stop, new_lines))
    return merged


def _find_anchor(lines: FileLines, place: Place, start: int, stop: int) -> int:
    """Find the line before which the new lines from `start` to `stop` stand."""
    ops, indexes = place.ops, place.indexes
    before = indexes[start - 1] if start else None
    after = indexes[stop] if stop < len(ops) else None
    if before is not None and (after is None or after == before + 1 or ops[start - 1].sign == GOES):
        return before + 1
    # A line that goes decides, but no bracket or blank: there are many like it.
    goes_below = stop < len(ops) and ops[stop].sign == GOES and has_word(ops[stop].old)
    if after is not None and (before is None or goes_below):
        return after
    if before is not None and after is not None:
        shown = range(before, min(after + 1, before + 12))
        raise Rejected(
            "new lines would stand between two lines that are not neighbours in the file, so their "
            "place is not sure. "
            "Quote the lines between:",
            [f"{index + 1:>5}\t{lines.texts[index]}" for index in shown],
        )
    raise Rejected(
        "the lines beside the new ones are not in the file, so their place is not sure. Quote a "
        "line that is there."
    )
