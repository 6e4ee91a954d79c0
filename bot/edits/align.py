"""Search inexactly: the file has moved on, and no line that goes is in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from bot.edits.find_place import Place, find_firm_shift, make_place, spread_run
from bot.edits.indent import NO_SHIFT
from bot.edits.lines import FileLines, Key, count_letters, has_word, is_same_line, loosen
from bot.edits.nearest_lines import is_similar, make_absence_error, make_ambiguity_error
from bot.edits.parsed_edit import BARE, COMES, GAP, GOES, STAYS, Ops, Rejected, has_sign, old_side

LONGEST = 400  # lines of an edit that are looked for inexactly
STARTS = 3  # lines of an edit that the search may start from
MOST_PLACES = 64  # of the line that it starts from
SAME = 0.9  # how like a line is that changed a little and still tells where it stands
CONTEXT = 0.7  # of the lines that stay must be there
MANY_LETTERS = 40  # of lines that go, beside which half of those that stay are enough


def find_near_place(lines: FileLines, readings: Sequence[Ops]) -> Place:
    """The only place that differs from a reading by no more than some lines that stay.

    Every line that goes must be there, and most of those that stay. Raises Rejected otherwise.
    """
    swapped = [place for ops in readings for place in _find_swapped(lines, ops)]
    if len(swapped) == 1:
        return swapped[0]
    for key in (str.rstrip, loosen):
        for ops in readings:
            places = {place.indexes: place for place in align_reading(lines, ops, key)}
            if len(places) == 1:
                return next(iter(places.values()))
    raise _make_failure(lines, readings[0])


def _find_swapped(lines: FileLines, ops: Ops) -> Iterator[Place]:
    """Find where all lines of the reading stand together, and two neighbours changed places."""
    wanted = [op.old.rstrip() for op in ops if op.sign in (STAYS, GOES)]
    numbers = [lines.find_numbers(str.rstrip, text) for text in wanted]
    if has_sign(ops, BARE, GAP) or not numbers or len(min(numbers, key=len)) != 1:
        return
    rarest = min(range(len(wanted)), key=lambda offset: len(numbers[offset]))
    first = numbers[rarest][0] - rarest
    for start in range(max(first - 1, 0), first + 2):
        texts = [text.rstrip() for text in lines.texts[start : start + len(wanted)]]
        swap = _find_swap(wanted, texts)
        if swap is not None:
            indexes = list(range(start, start + len(wanted)))
            indexes[swap : swap + 2] = start + swap + 1, start + swap
            yield Place(ops, spread_run(ops, indexes), NO_SHIFT)


def _find_swap(wanted: Sequence[str], texts: Sequence[str]) -> int | None:
    """Find the first of two neighbours with words that changed places, if nothing else differs."""
    differing = [n for n, pair in enumerate(zip(wanted, texts, strict=False)) if len(set(pair)) > 1]
    if len(texts) != len(wanted) or len(differing) != 2:
        return None
    first, second = differing
    pair = (texts[second], texts[first])
    if (
        second != first + 1
        or (wanted[first], wanted[second]) != pair
        or not all(map(has_word, pair))
    ):
        return None
    return first


def _make_failure(lines: FileLines, ops: Ops) -> Rejected:
    going = [op.old for op in ops if op.sign == GOES and op.old.strip()]
    missing = [old for old in going if not lines.find_numbers(loosen, loosen(old))]
    if not missing and _repeats_all_changes(lines, ops):
        places = [lines.find_numbers(loosen, loosen(old)) for old in going if has_word(old)]
        what = "the old text is not in the file, and what goes"
        return make_ambiguity_error(lines, min(places, key=len), what)
    return make_absence_error(lines, old_side(ops), missing[:1])


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
            place = place and _make_sure(lines, place)
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
    matcher = SequenceMatcher(None, list(map(key, wanted)), list(map(key, texts)), autojunk=False)
    indexes: list[int | None] = [None] * len(ops)
    for wanted_start, text_start, size in matcher.get_matching_blocks():
        for step in range(size):
            if is_same_line(wanted[wanted_start + step], texts[text_start + step]):
                indexes[positions[wanted_start + step]] = first + text_start + step
    if indexes[positions[offset]] != number:
        return None
    return Place(ops, tuple(indexes), NO_SHIFT)


def _make_sure(lines: FileLines, place: Place) -> Place | None:
    """Make the place, unless too much of the reading is not there, or stands otherwise."""
    if not _keeps_order(lines, place):
        return None
    place = _pair_similar_lines(lines, place)
    if not (_has_enough_context(place) and _is_believable(lines, place)):
        return None
    pairs = [(op.old, lines.texts[index]) for op, index in place.pairs()]
    shift = find_firm_shift(
        place.ops, [(old, text) for old, text in pairs if loosen(old) == loosen(text)]
    )
    return None if shift is None else make_place(place.ops, place.indexes, shift)


def _pair_similar_lines(lines: FileLines, place: Place) -> Place:
    """Pair a line that stays, and is not there, with the line in its stead, if it is much alike."""
    indexes = list(place.indexes)
    positions = [number for number, op in enumerate(place.ops) if op.sign != COMES]
    for above, position, below in zip(positions, positions[1:], positions[2:], strict=False):
        op, before, after = place.ops[position], indexes[above], indexes[below]
        is_replaced = before is not None and after == before + 2
        if indexes[position] is not None or op.sign != STAYS or not is_replaced:
            continue
        if is_similar(lines.texts[(before or 0) + 1], op.old, SAME):
            indexes[position] = (before or 0) + 1
    return replace(place, indexes=tuple(indexes))


def _keeps_order(lines: FileLines, place: Place) -> bool:
    """Tell whether what goes stands among the lines around it as it is quoted.

    Beside a change no more than one quoted line may stand where another should, and none like
    those that are replaced. A bracket or a blank that goes, or beside which lines come, must be
    beside a line with a word, because there are many like it.
    """
    quoted = {loosen(op.old) for op, _ in place.list_quoted()}
    going = {loosen(op.old) for op in place.ops if op.sign == GOES}
    present = [position for position, index in enumerate(place.indexes) if index is not None]
    for above, below in pairwise(present):
        changes = any(op.sign != STAYS for op in place.ops[above : below + 1])
        between = _list_between(lines, place.indexes[above], place.indexes[below])
        repeated = [text for text in map(loosen, between) if text in quoted]
        is_unsure = has_sign(place.ops, COMES) and not going.isdisjoint(repeated)
        if changes and (len(repeated) > 1 or is_unsure):
            return False
    return not any(_is_wordless_change(place, run) for run in place.list_runs())


def _list_between(lines: FileLines, before: int | None, after: int | None) -> list[str]:
    """List the lines with a word between two of the file."""
    if before is None or after is None:
        return []
    return list(filter(has_word, lines.texts[before + 1 : after]))


def _is_wordless_change(place: Place, run: range) -> bool:
    """Tell whether lines without a word go, or are all that new ones stand beside."""
    start, stop = place.indexes.index(run[0]), place.indexes.index(run[-1]) + 1
    around = place.ops[max(start - 1, 0) : stop + 1]
    return has_sign(around, GOES, COMES) and not any(
        has_word(op.old) for op, _ in place.pairs(start, stop)
    )


def _is_believable(lines: FileLines, place: Place) -> bool:
    """Tell whether more lines stand nowhere else in the file than there are differences.

    They also hold more letters than those that are not there. All brackets that are not there
    are one difference.
    """
    unique = letters = differences = missing = 0
    lost: list[str] = []
    last: int | None = None
    for op, index in place.list_quoted():
        if index is None:
            missing += has_word(op.old)
            lost.append(op.old)
            continue
        missing = max(missing, len(_list_between(lines, last, index)))
        differences, missing, last = differences + missing, 0, index
        if has_word(op.old) and lines.find_numbers(loosen, loosen(op.old)) == [index]:
            unique += 1
            letters += count_letters(op.old)
    lacks_bracket = any(text.strip() and not has_word(text) for text in lost)
    return (
        unique > differences + missing + lacks_bracket
        and letters > sum(map(count_letters, lost))
        and not (lost and _repeats_all_changes(lines, place.ops))
    )


def _repeats_all_changes(lines: FileLines, ops: Ops) -> bool:
    """Tell whether lines with a word go, and each of them stands elsewhere, too."""
    going = [loosen(op.old) for op in ops if op.sign == GOES and has_word(op.old)]
    return bool(going) and all(len(lines.find_numbers(loosen, text)) > 1 for text in going)


def _has_enough_context(place: Place) -> bool:
    """Tell whether every line that goes is there, and most of those that stay."""
    going = {loosen(op.old) for op in place.ops if op.sign == GOES}
    present = missing = letters = 0
    for op, index in place.list_quoted():
        # Which of two equal lines stays, and which goes?
        if index is None and (op.sign == GOES or (op.old.strip() and loosen(op.old) in going)):
            return False
        if op.sign == GOES:
            letters += count_letters(op.old)
        elif op.sign == STAYS and op.old.strip():
            present, missing = present + (index is not None), missing + (index is None)
    if present < CONTEXT * (present + missing):
        return (missing == 1 and present > 1) or (present >= missing and letters >= MANY_LETTERS)
    return present > 0
