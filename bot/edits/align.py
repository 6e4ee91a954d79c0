"""Search inexactly: the file has moved on, and no line that goes is in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from bot.edits.find_place import Place, find_firm_shift, make_place
from bot.edits.lines import FileLines, Key, is_same_line, loosen
from bot.edits.nearest_lines import (
    explain_absence,
    explain_ambiguity,
    find_nearest_lines,
    find_similar_line,
)
from bot.edits.parsed_edit import COMES, GAP, GOES, STAYS, Ops, Rejected, old_side

LONGEST = 400  # lines of an edit that are looked for inexactly
STARTS = 3  # lines of an edit that the search may start from
MOST_PLACES = 64  # of the line that it starts from
CONTEXT = 0.7  # of the lines that stay must be there


def find_near_place(lines: FileLines, readings: Sequence[Ops]) -> Place:
    """The only place that differs from a reading by no more than some lines that stay.

    Every line that goes must be there, and most of those that stay. Raises Rejected otherwise.
    """
    for key in (str.rstrip, loosen):
        for ops in readings:
            found = {place.indexes: place for place in align_reading(lines, ops, key)}
            if len(found) > 1:
                starts = [min(at for at in where if at is not None) for where in found]
                raise Rejected(*explain_ambiguity(lines, sorted(starts)))
            if found:
                return next(iter(found.values()))
    raise Rejected(*_explain_failure(lines, readings[0]))


def _explain_failure(lines: FileLines, ops: Ops) -> tuple[str, Sequence[str]]:
    index = lines.index_by(loosen)
    missing = [op.old for op in ops if op.sign == GOES and loosen(op.old) not in index]
    wanted = old_side(ops)
    return explain_absence(lines, wanted, missing[:1]), find_nearest_lines(lines, wanted)


def align_reading(lines: FileLines, ops: Ops, key: Key) -> Iterator[Place]:
    """Find places where every line that goes stands, and most that stay.

    There are none when the edit is too long or too common.
    """
    olds = [n for n, op in enumerate(ops) if op.sign not in (COMES, GAP)]
    changes = any(op.sign in (GOES, COMES) and (op.old + op.new).strip() for op in ops)
    if not changes or len(olds) > LONGEST or any(op.sign == GAP for op in ops):
        return
    index = lines.index_by(key)
    keys = {n: key(ops[n].old) for n in olds}
    goes = [n for n in olds if ops[n].sign == GOES and keys[n]]
    if not all(keys[n] in index for n in goes):
        return
    starts = sorted(
        (n for n in goes or olds if keys[n] and keys[n] in index), key=lambda n: len(index[keys[n]])
    )
    for start in starts[: 1 if goes else STARTS]:
        if len(index[keys[start]]) > MOST_PLACES:
            return
        for at in index[keys[start]]:
            if place := _align_around(lines, ops, olds, (olds.index(start), at), key):
                yield place


def _align_around(
    lines: FileLines, ops: Ops, olds: Sequence[int], pivot: tuple[int, int], key: Key
) -> Place | None:
    """Lay the reading over the lines around one that both have."""
    slack = 4 + len(olds) // 4
    low = max(0, pivot[1] - pivot[0] - slack)
    have = lines.texts[low : pivot[1] + len(olds) - pivot[0] + slack]
    want = [ops[n].old for n in olds]
    matcher = SequenceMatcher(None, list(map(key, want)), list(map(key, have)), autojunk=False)
    at: list[int | None] = [None] * len(olds)
    for first, there, size in matcher.get_matching_blocks():
        for step in range(size):
            if is_same_line(want[first + step], have[there + step]):
                at[first + step] = low + there + step
    if at[pivot[0]] != pivot[1]:
        return None
    _pair_similar_lines(lines, want, at)
    return _make_place_if_enough(lines, ops, olds, at)


def _pair_similar_lines(lines: FileLines, want: Sequence[str], at: list[int | None]) -> None:
    """Pair a quoted line that is not there with the one line in its stead, if it is like it."""
    for n in range(1, len(at) - 1):
        before, after = at[n - 1], at[n + 1]
        if (
            at[n] is None
            and before is not None
            and after == before + 2
            and find_similar_line([lines.texts[before + 1]], want[n]) == 0
        ):
            at[n] = before + 1


def _make_place_if_enough(
    lines: FileLines, ops: Ops, olds: Sequence[int], at: Sequence[int | None]
) -> Place | None:
    """Make the place, unless too much of the reading is not there."""
    have = dict(zip(olds, at, strict=True))
    if any(have[n] is None and ops[n].sign == GOES for n in olds):
        return None
    stay = [n for n in olds if ops[n].sign == STAYS and ops[n].old.strip()]
    there = [n for n in stay if have[n] is not None]
    missing = len(stay) - len(there)
    if {loosen(ops[n].old) for n in stay if have[n] is None} & {
        loosen(op.old) for op in ops if op.sign == GOES
    }:
        return None  # which of two equal lines stays, and which goes?
    if not there or (len(there) < CONTEXT * len(stay) and not (missing == 1 and len(there) > 1)):
        return None
    found = [n for n in at if n is not None]
    skipped = sum(
        bool(text.strip()) for one, two in pairwise(found) for text in lines.texts[one + 1 : two]
    )
    if skipped > max(1, len(olds) * (1 - CONTEXT)):
        return None
    pairs = [(ops[n].old, lines.texts[where]) for n, where in have.items() if where is not None]
    shift = find_firm_shift(ops, [pair for pair in pairs if loosen(pair[0]) == loosen(pair[1])])
    return (
        None
        if shift is None
        else make_place(ops, tuple(have.get(n) for n in range(len(ops))), shift)
    )
