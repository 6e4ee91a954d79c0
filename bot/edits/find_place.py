"""Search for the one place that an edit means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, pairwise

from bot.edits.indent import NO_SHIFT, Pair, Shift, find_shift
from bot.edits.lines import TIERS, FileLines, Key, Splice, is_same_line, loosen
from bot.edits.nearest_lines import explain_ambiguity
from bot.edits.parsed_edit import BARE, COMES, GAP, GOES, STAYS, Op, Ops, Rejected, old_side

MOST_COMPARED = 20_000_000  # lines with lines, in one search
Indexes = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading of an edit stands: for each of its lines the file's, or None."""

    ops: Ops
    indexes: Indexes
    shift: Shift

    def pairs(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[Op, int]]:
        """Pair the lines with those of the file, where they have one."""
        both = zip(self.ops[start:stop], self.indexes[start:stop], strict=True)
        return ((op, at) for op, at in both if at is not None)


def make_place(ops: Ops, at: Indexes, shift: Shift) -> Place:
    """Make the place, where bare lines become what they are."""
    bare = {True: Op(COMES), False: Op(STAYS)}
    return Place(
        tuple(bare[n is None] if op.sign == BARE else op for op, n in zip(ops, at, strict=True)),
        at,
        shift,
    )


def find_exact_place(lines: FileLines, readings: Sequence[Ops]) -> Place | None:
    """Find the only place where every line of a reading stands; None when there is none.

    Lines are compared as written first, then but for blanks at their ends, then but for indentation
    and drawn quotes. Raises Rejected for more than one: a laxer comparison would only find more.
    """
    for key in TIERS:
        for ops in readings:
            found = _find_all(lines, ops, key)
            if len(found) > 1:
                raise Rejected(*explain_ambiguity(lines, [_first_line(at) for at in found]))
            if found:
                return _shift_place(lines, ops, found[0])
    return None


def _first_line(at: Indexes) -> int:
    return min(n for n in at if n is not None)


def _shift_place(lines: FileLines, ops: Ops, at: Indexes) -> Place | None:
    """Make the place, when one rule turns the edit's indentation into the file's."""
    pairs = [(op.old, lines.texts[n]) for op, n in zip(ops, at, strict=True) if n is not None]
    shift = find_firm_shift(ops, pairs)
    return None if shift is None else make_place(ops, at, shift)


def find_firm_shift(ops: Ops, pairs: Sequence[Pair]) -> Shift | None:
    """Find the rule for the indentation; one line at another margin is no anchor for new ones."""
    shift = find_shift(pairs)
    inserts = not any(op.sign == GOES for op in ops)
    return (
        None
        if inserts and shift != NO_SHIFT and sum(bool(old.strip()) for old, _ in pairs) == 1
        else shift
    )


def _find_all(lines: FileLines, ops: Ops, key: Key) -> list[Indexes]:
    """Find all ways in which the reading's old lines stand in the file."""
    if any(op.sign == BARE for op in ops):
        return _find_with_bare_lines(lines, ops, key)
    pieces = _split_at_gaps(ops)
    chains = (
        _chain_runs(lines, pieces, key)
        if len(pieces) > 1
        else [list(run) for run in find_runs(lines, old_side(ops), key)]
    )
    return [_spread_run(ops, chain) for chain in chains]


def _spread_run(ops: Ops, chain: Sequence[int]) -> Indexes:
    where = iter(chain)
    return tuple(next(where, None) if op.sign in (STAYS, GOES) else None for op in ops)


def _find_with_bare_lines(lines: FileLines, ops: Ops, key: Key) -> list[Indexes]:
    """Find the ways when some lines are bare: each takes a blank line where the file has one."""
    index = lines.index_by(key)
    sure = [n for n, op in enumerate(ops) if op.sign in (STAYS, GOES)]
    if not sure or not all(key(ops[n].old) in index for n in sure):
        return []
    pivot = min(sure, key=lambda n: len(index[key(ops[n].old)]))
    walks = (_match_around(lines, ops, (pivot, start), key) for start in index[key(ops[pivot].old)])
    return list(dict.fromkeys(at for at in walks if at))


def _match_around(lines: FileLines, ops: Ops, pivot: tuple[int, int], key: Key) -> Indexes | None:
    at: list[int | None] = [None] * len(ops)
    for numbers, start, step in (
        (range(pivot[0], len(ops)), pivot[1], 1),
        (range(pivot[0] - 1, -1, -1), pivot[1] - 1, -1),
    ):
        here = start
        for n in numbers:
            op = ops[n]
            text = lines.texts[here] if 0 <= here < len(lines.texts) else None
            if op.sign == COMES or (op.sign == BARE and (text is None or text.strip())):
                continue
            if text is None or key(text) != key(op.old) or not is_same_line(op.old, text):
                return None
            at[n] = here
            here += step
    return tuple(at)


def _split_at_gaps(ops: Ops) -> list[Ops]:
    """Split the reading at its gaps."""
    ends = [-1, *(n for n, op in enumerate(ops) if op.sign == GAP), len(ops)]
    return [ops[start + 1 : stop] for start, stop in pairwise(ends)]


def find_runs(lines: FileLines, wanted: Sequence[str], key: Key) -> list[range]:
    """Find where the lines stand together, by the rarest: a blank one would be tried everywhere."""
    index, want = lines.index_by(key), [key(text) for text in wanted]
    if not want or not all(text in index for text in want):
        return []
    pivot = min(range(len(want)), key=lambda at: len(index[want[at]]))
    if len(index[want[pivot]]) * len(want) > MOST_COMPARED:
        raise Rejected(
            "the old text is long, and made of lines that stand all over the file. Quote less of "
            "it."
        )
    found = [range(at - pivot, at - pivot + len(want)) for at in index[want[pivot]] if at >= pivot]
    return [
        run for run in found if run.stop <= len(lines.texts) and _is_run(lines, run, wanted, key)
    ]


def _is_run(lines: FileLines, run: range, wanted: Sequence[str], key: Key) -> bool:
    have = lines.texts[run.start : run.stop]
    if key is not loosen:
        return list(map(key, have)) == list(map(key, wanted))
    return all(
        loosen(old) == loosen(text) and is_same_line(old, text)
        for old, text in zip(wanted, have, strict=True)
    )


def _chain_runs(lines: FileLines, pieces: Sequence[Ops], key: Key) -> list[list[int]]:
    """Chain the pieces in their order. Two ways differ only where the edit changes something."""
    found = [find_runs(lines, old_side(piece), key) for piece in pieces]
    end = 0
    for n, some in enumerate(found):
        found[n] = [run for run in some if run.start >= end]
        end = found[n][0].stop if found[n] else len(lines.texts) + 1
    begin = len(lines.texts)
    for n, some in reversed(list(enumerate(found))):
        found[n] = [run for run in some if run.stop <= begin]
        begin = found[n][-1].start if found[n] else -1
    if not all(found):
        return []
    many = next(
        (n for n, piece in enumerate(pieces) if len(found[n]) > 1 and _has_changes(piece)), None
    )
    chains = [[run[0] for run in found]] if many is None else [[run] for run in found[many]]
    return [[at for run in chain for at in run] for chain in chains]


def _has_changes(ops: Ops) -> bool:
    return any(op.sign != STAYS for op in ops)


def make_splices(lines: FileLines, place: Place, come: Sequence[str]) -> list[Splice]:
    """Make the splices; `come` are the new lines in their order.

    New lines stand after the line that they follow in the edit, or before the one that they
    precede. When the file has lines between those two that the edit leaves out, a line that goes
    decides; else nobody knows. Raises Rejected without an anchor.
    """
    made: list[Splice] = []
    new = iter(come)
    end = 0
    for comes, run in groupby(range(len(place.ops)), lambda n: place.ops[n].sign == COMES):
        start, end = end, end + len(list(run))
        if comes:
            anchor = _find_anchor(lines, place, start, end)
            made.append((anchor, anchor, tuple(islice(new, end - start))))
        else:
            made += [(at, at + 1, ()) for op, at in place.pairs(start, end) if op.sign == GOES]
    return _merge_neighbours(made)


def _merge_neighbours(made: Sequence[Splice]) -> list[Splice]:
    """Merge neighbours, so that what comes can end as the lines that it replaces."""
    merged: list[Splice] = []
    for start, stop, come in made:
        if merged and merged[-1][1] == start:
            first, _, before = merged.pop()
            merged.append((first, stop, before + come))
        else:
            merged.append((start, stop, come))
    return merged


def _find_anchor(lines: FileLines, place: Place, start: int, stop: int) -> int:
    """Find the line before which the new lines from `start` to `stop` stand."""
    ops, at = place.ops, place.indexes
    before = at[start - 1] if start else None
    after = at[stop] if stop < len(ops) else None
    if before is not None and (after is None or after == before + 1 or ops[start - 1].sign == GOES):
        return before + 1
    if after is not None and (before is None or ops[stop].sign == GOES):
        return after
    if before is not None and after is not None:
        raise Rejected(
            "new lines would stand between two lines that are not neighbours in the file, so their "
            "place is not sure. "
            "Quote the lines between:",
            [f"{n + 1:>5}\t{lines.texts[n]}" for n in range(before, min(after + 1, before + 12))],
        )
    raise Rejected(
        "the lines beside the new ones are not in the file, so their place is not sure. Quote a "
        "line that is there."
    )
