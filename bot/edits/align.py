"""Search inexactly: the file has moved on, and no line that goes is in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.edits.find_place import Place, find_firm_shift, find_first_line, make_place
from bot.edits.judge_alignment import Matches, has_enough_context, is_believable, keeps_order
from bot.edits.lines import FileLines, Key, is_same_line, loosen
from bot.edits.nearest_lines import (
    explain_absence,
    explain_ambiguity,
    find_nearest_lines,
    is_similar,
)
from bot.edits.parsed_edit import COMES, GAP, GOES, STAYS, Ops, Rejected, has_sign, old_side

LONGEST = 400  # lines of an edit that are looked for inexactly
STARTS = 3  # lines of an edit that the search may start from
MOST_PLACES = 64  # of the line that it starts from
SAME = 0.9  # how like a line is that changed a little and still tells where it stands


def find_near_place(lines: FileLines, readings: Sequence[Ops]) -> Place:
    """The only place that differs from a reading by no more than some lines that stay.

    Every line that goes must be there, and most of those that stay. Raises Rejected otherwise.
    """
    for key in (str.rstrip, loosen):
        for ops in readings:
            places = {place.indexes: place for place in align_reading(lines, ops, key)}
            if len(places) > 1:
                starts = sorted(map(find_first_line, places))
                raise Rejected(*explain_ambiguity(lines, starts))
            if places:
                return next(iter(places.values()))
    raise Rejected(*_explain_failure(lines, readings[0]))


def _explain_failure(lines: FileLines, ops: Ops) -> tuple[str, Sequence[str]]:
    going = [op.old for op in ops if op.sign == GOES and op.old.strip()]
    missing = [old for old in going if not lines.find_numbers(loosen, loosen(old))]
    wanted = old_side(ops)
    return explain_absence(lines, wanted, missing[:1]), find_nearest_lines(lines, wanted)


def align_reading(lines: FileLines, ops: Ops, key: Key) -> Iterator[Place]:
    """Find places where every line that goes stands, and most that stay.

    There are none when the edit is too long or too common.
    """
    positions = [number for number, op in enumerate(ops) if op.sign not in (COMES, GAP)]
    if len(positions) > LONGEST or not _can_align(ops):
        return
    for position, numbers in _list_pivots(lines, ops, positions, key):
        if len(numbers) > MOST_PLACES:
            return
        for number in numbers:
            pivot = positions.index(position), number
            place = _align_around(lines, ops, positions, pivot, key)
            if place:
                yield place


def _can_align(ops: Ops) -> bool:
    """Tell whether the reading has no gaps, and changes some text."""
    if has_sign(ops, GAP):
        return False
    return any(op.sign in (GOES, COMES) and (op.old + op.new).strip() for op in ops)


def _list_pivots(
    lines: FileLines, ops: Ops, positions: Sequence[int], key: Key
) -> list[tuple[int, list[int]]]:
    """List the lines of the edit to start from, the rarest first, each with its places.

    There are none when a line that goes is not there.
    """
    going = [number for number in positions if ops[number].sign == GOES and key(ops[number].old)]
    pivots = []
    for position in going or positions:
        line_key = key(ops[position].old)
        numbers = lines.find_numbers(key, line_key) if line_key else []
        if numbers:
            pivots.append((position, numbers))
        elif going:
            return []
    pivots.sort(key=lambda pivot: len(pivot[1]))
    return pivots[:1] if going else pivots[:STARTS]


def _align_around(
    lines: FileLines, ops: Ops, positions: Sequence[int], pivot: tuple[int, int], key: Key
) -> Place | None:
    """Lay the reading over the lines around one that both have."""
    offset, number = pivot
    slack = 4 + len(positions) // 4
    first = max(0, number - offset - slack)
    texts = lines.texts[first : number + len(positions) - offset + slack]
    wanted = [ops[position].old for position in positions]
    wanted_keys, text_keys = list(map(key, wanted)), list(map(key, texts))
    matcher = SequenceMatcher(None, wanted_keys, text_keys, autojunk=False)
    indexes: list[int | None] = [None] * len(positions)
    for wanted_start, text_start, size in matcher.get_matching_blocks():
        for step in range(size):
            if is_same_line(wanted[wanted_start + step], texts[text_start + step]):
                indexes[wanted_start + step] = first + text_start + step
    if indexes[offset] != number:
        return None
    return _make_place_if_sure(lines, ops, dict(zip(positions, indexes, strict=True)))


def _make_place_if_sure(lines: FileLines, ops: Ops, matches: Matches) -> Place | None:
    """Make the place, unless too much of the reading is not there, or stands otherwise."""
    if not keeps_order(lines, ops, matches):
        return None
    _pair_similar_lines(lines, ops, matches)
    if not (has_enough_context(ops, matches) and is_believable(lines, ops, matches)):
        return None
    pairs = []
    for position, index in matches.items():
        old = ops[position].old
        if index is not None and loosen(old) == loosen(lines.texts[index]):
            pairs.append((old, lines.texts[index]))
    shift = find_firm_shift(ops, pairs)
    if shift is None:
        return None
    return make_place(ops, tuple(map(matches.get, range(len(ops)))), shift)


def _pair_similar_lines(lines: FileLines, ops: Ops, matches: Matches) -> None:
    """Pair a line that stays, and is not there, with the line in its stead, if it is much alike."""
    positions = list(matches)
    for above, position, below in zip(positions, positions[1:], positions[2:], strict=False):
        before, after = matches[above], matches[below]
        if matches[position] is not None or before is None or after != before + 2:
            continue
        op = ops[position]
        if op.sign == STAYS and is_similar(lines.texts[before + 1], op.old, SAME):
            matches[position] = before + 1
