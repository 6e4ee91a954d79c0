"""Make one hunk in one file: find it, make sure it was not made before, write it as the file is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.edits.align import find_near_place
from bot.edits.find_place import Place, find_exact_place, find_runs, spread_run
from bot.edits.hunk_doubts import is_verbatim, refuse_doubts
from bot.edits.indent import (
    NO_SHIFT,
    Shift,
    find_common_margin,
    find_shift,
    match_style,
    read_margin,
    read_margins,
)
from bot.edits.lines import SMART, FileLines, Splice, loosen
from bot.edits.make_splices import make_splices
from bot.edits.parsed_edit import (
    COMES,
    GOES,
    STAYS,
    Hunk,
    Op,
    Ops,
    Rejected,
    compare_lines,
    list_new_lines,
    new_side,
    old_side,
)
from bot.edits.weigh_places import is_exact, refuse_rivals

STYLED_LINES = 2_000  # of a file, that show how it is indented


def compute_splices(lines: FileLines, hunk: Hunk) -> list[Splice]:
    """Compute what the edit puts instead of which lines. Rejected when its place is not sure."""
    hunk = _leave_mark_out(lines, hunk)
    try:
        place = find_exact_place(lines, hunk.readings) or find_near_place(lines, hunk.readings)
    except Rejected:
        _refuse_made_edit(lines, hunk)
        raise
    is_trimmed = hunk.blocks and len(old_side(place.ops)) < len(old_side(hunk.readings[0]))
    if is_trimmed or not is_exact(lines, place):
        _refuse_made_edit(lines, hunk, place)
        refuse_rivals(lines, place)
    if hunk.blocks:
        place = _keep_new_margin(lines, _take_blanks_literally(lines, place))
    else:
        refuse_doubts(lines, hunk, place)
    new_lines = list_new_lines(place.ops)
    if hunk.blocks or (place.shift != NO_SHIFT and not is_verbatim(lines, place)):
        new_lines = _indent_new_lines(lines, place)
    new_lines = _straighten_punctuation(lines, place, new_lines)
    _refuse_repetition(lines, place, new_lines)
    return make_splices(lines, place, new_lines)


def _leave_mark_out(lines: FileLines, hunk: Hunk) -> Hunk:
    """Leave out the byte order mark, which is kept apart from the lines of the file.

    Raises Rejected for an edit that takes it away, or puts lines before it.
    """
    if not lines.mark:
        return hunk
    ops = hunk.readings[0]
    marked_old = [n for n, text in enumerate(old_side(ops)) if text.startswith(lines.mark)]
    marked_new = [n for n, text in enumerate(new_side(ops)) if text.startswith(lines.mark)]
    if marked_old != marked_new:
        raise Rejected(
            "the edit takes away or moves the byte order mark of the file. Keep it where it is."
        )
    return hunk.map_texts(lambda text: text.removeprefix(lines.mark))


def _take_blanks_literally(lines: FileLines, place: Place) -> Place:
    """Drop the blanks that the new side lacks, where the old side is quoted to the last blank."""
    if all(op.old == op.new for op in place.ops if op.sign == STAYS):
        return place
    if any(op.old != lines.texts[index] for op, index in place.pairs()):
        return place
    ops: list[Op] = []
    indexes: list[int | None] = []
    for op, index in zip(place.ops, place.indexes, strict=True):
        if op.sign != STAYS or op.old == op.new:
            ops.append(op)
            indexes.append(index)
        else:
            ops += [Op(GOES, op.old), Op(COMES, "", op.new)]
            indexes += [index, None]
    return Place(tuple(ops), tuple(indexes), place.shift)


def _refuse_made_edit(lines: FileLines, hunk: Hunk, place: Place | None = None) -> None:
    """Refuse an edit whose new text stands in the old one's stead: it was made before."""
    taken = set(place.numbers) if place else set()
    for ops in hunk.readings:
        if not any(op.sign == COMES and op.new.strip() for op in ops):
            continue
        runs = find_runs(lines, new_side(ops), loosen)
        if len(runs) == 1 and taken.isdisjoint(runs[0]):
            raise Rejected(
                "the old text is not in the file, and the new text is, at line "
                f"{runs[0].start + 1}: it seems to be made."
            )


def _refuse_repetition(lines: FileLines, place: Place, new_lines: Sequence[str]) -> None:
    """Refuse an insertion whose lines stand there already: it was made before."""
    inserts = not any(op.sign == GOES and op.old.strip() for op in place.ops)
    if not inserts or not any(text.strip() for text in new_lines):
        return
    repetitions = find_runs(lines, new_side(place.ops), loosen)
    if not repetitions:
        numbers = place.numbers
        for run in find_runs(lines, new_lines, loosen):
            if numbers[0] < run.start and run.stop <= numbers[-1]:
                repetitions.append(run)
    if repetitions:
        raise Rejected(
            f"the new lines stand there already, at line {repetitions[0].start + 1}: this edit "
            "seems to be made."
        )


def _indent_new_lines(lines: FileLines, place: Place) -> list[str]:
    """Indent the lines that come as those that stay beside them, else as the old side."""
    shift = _find_context_shift(lines, place) or place.shift
    new_lines = list(map(shift, list_new_lines(place.ops)))
    place_margins = [
        read_margin(lines.texts[index]) for op, index in place.pairs() if op.old.strip()
    ]
    if any(place_margins) or not read_margins(new_lines):
        return new_lines
    return match_style(new_lines, read_margins(lines.texts[:STYLED_LINES]))


def _find_context_shift(lines: FileLines, place: Place) -> Shift | None:
    """Find the rule that the lines that stay follow; None when none of them is indented."""
    pairs = []
    is_indented = False
    for op, index in place.pairs():
        text = lines.texts[index]
        if op.sign != STAYS or loosen(op.old) != loosen(text):
            continue
        pairs.append((op.new, text))
        if op.new.strip() and (read_margin(op.new) or read_margin(text)):
            is_indented = True
    if not is_indented:
        return None
    return find_shift(pairs)


def _keep_new_margin(lines: FileLines, place: Place) -> Place:
    """Read the place anew when only the old side lost its indentation.

    The new one is then written as the file is. Rejected when the lines that stay do not tell which.
    """
    if place.shift == NO_SHIFT:
        return place
    texts = [lines.texts[index] for index in place.numbers]
    old, new = old_side(place.ops), new_side(place.ops)
    old_margin, new_margin = find_common_margin(old), find_common_margin(new)
    if len(texts) != len(old) or new_margin == old_margin:
        return place
    written = compare_lines(texts, new)
    shifted = compare_lines(texts, list(map(place.shift, new)))
    more_kept_lines = _count_kept_lines(written) - _count_kept_lines(shifted)
    if more_kept_lines == 0 and len(new_margin) > len(old_margin):
        raise Rejected(
            "the old and the new text are indented differently, so it is not sure where the new "
            "lines begin: quote the old text with its own indentation."
        )
    if more_kept_lines <= 0:
        return place
    return Place(written, spread_run(written, place.numbers), NO_SHIFT)


def _count_kept_lines(ops: Ops) -> int:
    return sum(op.sign == STAYS and bool(op.old.strip()) for op in ops)


def _straighten_punctuation(lines: FileLines, place: Place, new_lines: Sequence[str]) -> list[str]:
    """Write plain punctuation in the new lines where the file has it and the edit drew it."""
    plain_by_drawn: dict[int, str] = {}
    for op, index in place.pairs():
        old, text = op.old.strip(), lines.texts[index].strip()
        if old.isascii() or len(old) != len(text):
            continue
        for drawn, plain in zip(old, text, strict=True):
            if drawn != plain and ord(drawn) in SMART:
                plain_by_drawn[ord(drawn)] = plain
    if not plain_by_drawn:
        return list(new_lines)
    table = dict(SMART) | plain_by_drawn
    return [text.translate(table) for text in new_lines]
