"""Here lives the search for the one place that an edit means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.patch.edits import COMES, GAP, GOES, STAYS, Op, Ops, Rejected, old_side
from bot.patch.indent import Shift, shift_of
from bot.patch.lines import TIERS, Key, Lines, loose, same
from bot.patch.nearest import irregular, too_many


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading of an edit stands: for each of its lines the file's, None for what has none there."""

    ops: Ops
    at: tuple[int | None, ...]
    shift: Shift

    def pairs(self) -> Iterator[tuple[Op, int]]:
        return ((op, at) for op, at in zip(self.ops, self.at, strict=True) if at is not None)


def exact_place(lines: Lines, readings: Sequence[Ops]) -> Place | None:
    """The only place where every line of a reading stands, one after the other; None when there is none.

    As written first, then but for blanks at the ends of lines, then but for indentation and drawn quotes. Raises
    Rejected for more than one: a laxer comparison would only find more.
    """
    for key in TIERS:
        for ops in readings:
            starts = _starts(lines, ops, key)
            if len(starts) > 1:
                raise Rejected(*too_many(lines, [at[0] for at in starts]))
            if starts:
                return _shifted(lines, ops, starts[0])
    return None


def _shifted(lines: Lines, ops: Ops, at: Sequence[int]) -> Place:
    """The place, when one rule turns the edit's indentation into the file's."""
    where = iter(at)
    placed = tuple(next(where) if op.sign in (STAYS, GOES) else None for op in ops)
    pairs = [(op.old, lines.texts[n]) for op, n in zip(ops, placed, strict=True) if n is not None]
    shift = shift_of(pairs)
    if shift is None:
        raise Rejected(*irregular(lines, at[0], [old for old, _ in pairs]))
    return Place(ops, placed, shift)


def _starts(lines: Lines, ops: Ops, key: Key) -> list[list[int]]:
    """All ways in which the reading's old lines stand in the file."""
    pieces = _pieces(ops)
    if len(pieces) == 1:
        return [list(run) for run in runs(lines, old_side(pieces[0]), key)]
    return _chains(lines, pieces, key)


def _pieces(ops: Ops) -> list[Ops]:
    """What stands between the gaps."""
    ends = [-1, *(n for n, op in enumerate(ops) if op.sign == GAP), len(ops)]
    return [ops[start + 1 : stop] for start, stop in pairwise(ends)]


def runs(lines: Lines, wanted: Sequence[str], key: Key) -> list[range]:
    """Where the lines stand together, looked for by the rarest: a blank one would be tried everywhere."""
    index, want = lines.index(key), [key(text) for text in wanted]
    if not want or not all(text in index for text in want):
        return []
    pivot = min(range(len(want)), key=lambda at: len(index[want[at]]))
    found = [range(at - pivot, at - pivot + len(want)) for at in index[want[pivot]] if at >= pivot]
    return [run for run in found if run.stop <= len(lines.texts) and _stands(lines, run, wanted, key)]


def _stands(lines: Lines, run: range, wanted: Sequence[str], key: Key) -> bool:
    have = lines.texts[run.start : run.stop]
    if key is not loose:
        return list(map(key, have)) == list(map(key, wanted))
    return all(loose(old) == loose(text) and same(old, text) for old, text in zip(wanted, have, strict=True))


def _chains(lines: Lines, pieces: Sequence[Ops], key: Key) -> list[list[int]]:
    """The ways in which all pieces stand in this order. Two ways differ only where the edit changes something."""
    runs = [runs(lines, old_side(piece), key) for piece in pieces]
    end = 0
    for n, found in enumerate(runs):
        runs[n] = [run for run in found if run.start >= end]
        end = runs[n][0].stop if runs[n] else len(lines.texts) + 1
    begin = len(lines.texts)
    for n, found in reversed(list(enumerate(runs))):
        runs[n] = [run for run in found if run.stop <= begin]
        begin = runs[n][-1].start if runs[n] else -1
    if not all(runs):
        return []
    many = next((n for n, piece in enumerate(pieces) if len(runs[n]) > 1 and _changes(piece)), None)
    chains = [[run[0] for run in runs]] if many is None else [[run] for run in runs[many]]
    return [[at for run in chain for at in run] for chain in chains]


def _changes(ops: Ops) -> bool:
    return any(op.sign != STAYS for op in ops)


def splices(lines: Lines, place: Place, come: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """What stands instead of which lines; `come` are the new lines in their order. Raises Rejected without an anchor.

    New lines stand after the line that they follow in the edit, or before the one that they precede. When the file has
    lines between those two that the edit leaves out, a line that goes decides; else nobody knows.
    """
    made: list[tuple[int, int, tuple[str, ...]]] = []
    new = iter(come)
    ops, at = place.ops, place.at
    n = 0
    while n < len(ops):
        if ops[n].sign != COMES:
            where = at[n]
            if ops[n].sign == GOES and where is not None:
                made.append((where, where + 1, ()))
            n += 1
            continue
        stop = next((later for later in range(n, len(ops)) if ops[later].sign != COMES), len(ops))
        anchor = _anchor(lines, ops, at, n, stop)
        made.append((anchor, anchor, tuple(next(new) for _ in range(n, stop))))
        n = stop
    return made


def _anchor(lines: Lines, ops: Ops, at: Sequence[int | None], start: int, stop: int) -> int:
    """The line before which the new lines from `start` to `stop` stand."""
    before = at[start - 1] if start else None
    after = at[stop] if stop < len(ops) else None
    if before is not None and (after is None or after == before + 1 or ops[start - 1].sign == GOES):
        return before + 1
    if after is not None and (before is None or ops[stop].sign == GOES):
        return after
    if before is not None and after is not None:
        raise Rejected(
            "new lines would stand between two lines that are not neighbours in the file, so their place is not sure. "
            "Quote the lines between:",
            [f"{n + 1:>5}\t{lines.texts[n]}" for n in range(before, min(after + 1, before + 12))],
        )
    raise Rejected(
        "the lines beside the new ones are not in the file, so their place is not sure. Quote a line that is there."
    )
