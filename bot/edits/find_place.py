"""Search for the one place that an edit means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.edits.indent import NO_SHIFT, Pair, Shift, find_common_margin, find_shift
from bot.edits.lines import TIERS, FileLines, Key, has_word, is_same_line, loosen
from bot.edits.nearest_lines import make_ambiguity_error
from bot.edits.parsed_edit import (
    BARE,
    COMES,
    GAP,
    GOES,
    STAYS,
    Op,
    Ops,
    Rejected,
    has_sign,
    list_new_lines,
    old_side,
)

MOST_COMPARED = 20_000_000  # lines with lines, in one search
Indexes = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading of an edit stands: for each of its lines the file's, or None."""

    ops: Ops
    indexes: Indexes
    shift: Shift

    @property
    def numbers(self) -> list[int]:
        """The lines of the file that have a part, from above to below."""
        return [index for index in self.indexes if index is not None]

    def list_quoted(self) -> list[tuple[Op, int | None]]:
        """List the lines that the edit quotes, each with that of the file, if it is there."""
        pairs = zip(self.ops, self.indexes, strict=True)
        return [(op, index) for op, index in pairs if op.sign not in (COMES, GAP)]

    def list_runs(self) -> list[range]:
        """List which lines of the file stand together as the edit quotes them."""
        runs: list[range] = []
        last: int | None = None
        for _, index in self.list_quoted():
            if index is not None and last is not None and index == last + 1:
                runs[-1] = range(runs[-1].start, index + 1)
            elif index is not None:
                runs.append(range(index, index + 1))
            last = index
        return runs

    def pairs(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[Op, int]]:
        """Pair the lines with those of the file, where they have one."""
        sliced = zip(self.ops[start:stop], self.indexes[start:stop], strict=True)
        return ((op, index) for op, index in sliced if index is not None)


def make_place(ops: Ops, indexes: Indexes, shift: Shift) -> Place:
    """Make the place, where bare lines become what they are."""
    settled = list(ops)
    for number, (op, index) in enumerate(zip(ops, indexes, strict=True)):
        if op.sign == BARE:
            settled[number] = Op(COMES if index is None else STAYS)
    return Place(tuple(settled), indexes, shift)


def find_exact_place(lines: FileLines, readings: Sequence[Ops]) -> Place | None:
    """Find the only place where every line of a reading stands; None when there is none.

    Lines are compared as written first, then but for blanks at their ends, then but for indentation
    and drawn quotes. Raises Rejected for more than one: a laxer comparison would only find more.
    """
    for key in TIERS:
        for ops in readings:
            matches = _find_all(lines, ops, key)
            if len(matches) > 1:
                starts = [find_first_line(indexes) for indexes in matches]
                raise make_ambiguity_error(lines, starts)
            if matches:
                return _shift_place(lines, ops, matches[0])
    return None


def find_first_line(indexes: Indexes) -> int:
    """Find the first line of the file that has a part."""
    return min(index for index in indexes if index is not None)


def _shift_place(lines: FileLines, ops: Ops, indexes: Indexes) -> Place | None:
    """Make the place, when one rule turns the edit's indentation into the file's."""
    pairs = []
    for op, index in zip(ops, indexes, strict=True):
        if index is not None:
            pairs.append((op.old, lines.texts[index]))
    shift = find_firm_shift(ops, pairs)
    if shift is None:
        return None
    return make_place(ops, indexes, shift)


def find_firm_shift(ops: Ops, pairs: Sequence[Pair]) -> Shift | None:
    """Find the rule for the indentation. One line alone may at most have lost its own.

    At another margin it is no anchor for new lines, either.
    """
    shift = find_shift(pairs)
    with_words = [pair for pair in pairs if has_word(pair[0])]
    if len(with_words) > 1:
        return shift
    if any(old.isascii() and old.strip() != text.strip() for old, text in with_words):
        return None
    if shift == NO_SHIFT:
        return shift
    margin = find_common_margin([*old_side(ops), *list_new_lines(ops)])
    if with_words and has_sign(ops, GOES) and not margin:
        return shift
    return None


def _find_all(lines: FileLines, ops: Ops, key: Key) -> list[Indexes]:
    """Find all ways in which the reading's old lines stand in the file."""
    if has_sign(ops, BARE):
        return _find_with_bare_lines(lines, ops, key)
    pieces = _split_at_gaps(ops)
    if len(pieces) > 1:
        chains = _chain_runs(lines, pieces, key)
    else:
        chains = list(map(list, find_runs(lines, old_side(ops), key)))
    return [spread_run(ops, numbers) for numbers in chains]


def spread_run(ops: Ops, numbers: Iterable[int]) -> Indexes:
    """Give the lines that stay or go their numbers, in their order."""
    remaining = iter(numbers)
    return tuple(next(remaining, None) if op.sign in (STAYS, GOES) else None for op in ops)


def _find_with_bare_lines(lines: FileLines, ops: Ops, key: Key) -> list[Indexes]:
    """Find the ways when some lines are bare: each takes a blank line where the file has one."""
    candidates: dict[int, list[int]] = {}
    for position, op in enumerate(ops):
        if op.sign in (STAYS, GOES):
            candidates[position] = lines.find_numbers(key, key(op.old))
    if not candidates or not all(candidates.values()):
        return []
    pivot = min(candidates, key=lambda position: len(candidates[position]))
    matches: dict[Indexes, None] = {}
    for index in candidates[pivot]:
        indexes = _match_around(lines, ops, (pivot, index), key)
        if indexes:
            matches[indexes] = None
    return list(matches)


def _match_around(lines: FileLines, ops: Ops, pivot: tuple[int, int], key: Key) -> Indexes | None:
    """Match the reading downwards from the pivot, a line of both, and upwards."""
    position, index = pivot
    below = _walk(lines, ops[position:], range(index, len(lines.texts)), key)
    if below is None:
        return None
    above = _walk(lines, ops[:position][::-1], range(index - 1, -1, -1), key)
    if above is None:
        return None
    return (*reversed(above), *below)


def _walk(lines: FileLines, ops: Ops, numbers: Iterable[int], key: Key) -> list[int | None] | None:
    """Match the lines one by one with those of the file; None when one does not stand there."""
    remaining = iter(numbers)
    index = next(remaining, None)
    indexes: list[int | None] = []
    for op in ops:
        if op.sign == COMES or (op.sign == BARE and (index is None or lines.texts[index].strip())):
            indexes.append(None)
            continue
        if index is None or not _matches(op.old, lines.texts[index], key):
            return None
        indexes.append(index)
        index = next(remaining, None)
    return indexes


def _matches(wanted: str, text: str, key: Key) -> bool:
    return key(text) == key(wanted) and is_same_line(wanted, text)


def _split_at_gaps(ops: Ops) -> list[Ops]:
    """Split the reading at its gaps."""
    pieces: list[list[Op]] = [[]]
    for op in ops:
        if op.sign == GAP:
            pieces.append([])
        else:
            pieces[-1].append(op)
    return list(map(tuple, pieces))


def find_runs(lines: FileLines, wanted: Sequence[str], key: Key) -> list[range]:
    """Find where the lines stand together, by the rarest: a blank one would be tried everywhere."""
    candidates = [lines.find_numbers(key, key(text)) for text in wanted]
    if not candidates or not all(candidates):
        return []
    rarest = min(candidates, key=len)
    if len(rarest) * len(wanted) > MOST_COMPARED:
        raise Rejected(
            "the old text is long, and made of lines that stand all over the file. Quote less of "
            "it."
        )
    offset = candidates.index(rarest)
    runs = []
    for index in rarest:
        run = range(index - offset, index - offset + len(wanted))
        fits = run.start >= 0 and run.stop <= len(lines.texts)
        if fits and _is_run(lines, run, wanted, key):
            runs.append(run)
    return runs


def _is_run(lines: FileLines, run: range, wanted: Sequence[str], key: Key) -> bool:
    texts = lines.texts[run.start : run.stop]
    if key is not loosen:
        return list(map(key, texts)) == list(map(key, wanted))
    return all(_matches(old, text, loosen) for old, text in zip(wanted, texts, strict=True))


def _chain_runs(lines: FileLines, pieces: Sequence[Ops], key: Key) -> list[list[int]]:
    """Chain the pieces in their order. Two ways differ only where the edit changes something."""
    runs_by_piece = [find_runs(lines, old_side(piece), key) for piece in pieces]
    _drop_unordered_runs(runs_by_piece, len(lines.texts))
    if not all(runs_by_piece):
        return []
    for piece, runs in zip(pieces, runs_by_piece, strict=True):
        if len(runs) > 1 and _has_changes(piece):
            return list(map(list, runs))
    return [list(chain.from_iterable(runs[0] for runs in runs_by_piece))]


def _drop_unordered_runs(runs_by_piece: list[list[range]], length: int) -> None:
    """Drop the runs that begin before all of the piece above, or end after all of the one below."""
    earliest = 0
    for number, runs in enumerate(runs_by_piece):
        kept = [run for run in runs if run.start >= earliest]
        earliest = kept[0].stop if kept else length + 1
        runs_by_piece[number] = kept
    latest = length
    for number in reversed(range(len(runs_by_piece))):
        kept = [run for run in runs_by_piece[number] if run.stop <= latest]
        latest = kept[-1].start if kept else -1
        runs_by_piece[number] = kept


def _has_changes(ops: Ops) -> bool:
    return any(op.sign != STAYS for op in ops)
