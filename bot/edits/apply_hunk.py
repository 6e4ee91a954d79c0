"""Make one hunk in one file: find it, make sure it was not made before, write it as the file is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.edits.align import find_near_place
from bot.edits.find_place import Place, find_exact_place, find_runs, make_splices
from bot.edits.indent import NO_SHIFT, find_shift, match_style, read_margin, read_margins
from bot.edits.lines import SMART, FileLines, Splice, loosen
from bot.edits.parsed_edit import (
    COMES,
    GOES,
    STAYS,
    Hunk,
    Op,
    Ops,
    Rejected,
    compare_lines,
    new_side,
    old_side,
)

STYLED_LINES = 2_000  # of a file, that show how it is indented


def compute_splices(lines: FileLines, hunk: Hunk) -> list[Splice]:
    """Compute what the edit puts instead of which lines. Rejected when its place is not sure."""
    try:
        place = find_exact_place(lines, hunk.readings) or find_near_place(lines, hunk.readings)
    except Rejected:
        _refuse_made_edit(lines, hunk)
        raise
    place = _take_blanks_literally(lines, place)
    if hunk.blocks and place.shift != NO_SHIFT:
        place = _keep_new_margin(lines, place)
    come = _straighten_punctuation(lines, place, _indent_new_lines(lines, place))
    _refuse_repetition(lines, place, come)
    return make_splices(lines, place, come)


def _take_blanks_literally(lines: FileLines, place: Place) -> Place:
    """Drop the blanks that the new side lacks, where the old side is quoted to the last blank."""
    if all(op.old == op.new for op in place.ops if op.sign == STAYS):
        return place
    if any(op.old != lines.texts[at] for op, at in place.pairs()):
        return place
    ops, at = [], []
    for op, where in zip(place.ops, place.indexes, strict=True):
        parts = (
            [op]
            if op.sign != STAYS or op.old == op.new
            else [Op(GOES, op.old), Op(COMES, "", op.new)]
        )
        ops += parts
        at += [where, None][: len(parts)]
    return Place(tuple(ops), tuple(at), place.shift)


def _refuse_made_edit(lines: FileLines, hunk: Hunk) -> None:
    """Refuse an edit whose new text stands in the old one's stead: it was made before."""
    for ops in hunk.readings:
        new = new_side(ops)
        if (
            any(op.sign == COMES and op.new.strip() for op in ops)
            and len(found := find_runs(lines, new, loosen)) == 1
        ):
            at = found[0].start + 1
            raise Rejected(
                f"the old text is not in the file, and the new text is, at line {at}: it seems to "
                f"be made."
            )


def _refuse_repetition(lines: FileLines, place: Place, come: Sequence[str]) -> None:
    """Refuse an insertion whose lines stand there already: it was made before."""
    if any(op.sign == GOES and op.old.strip() for op in place.ops) or not any(
        text.strip() for text in come
    ):
        return
    at = [n for n in place.indexes if n is not None]
    for run in find_runs(lines, new_side(place.ops), loosen):
        raise Rejected(
            f"the new lines stand there already, at line {run.start + 1}: this edit seems to be "
            f"made."
        )
    for run in find_runs(lines, come, loosen):
        if min(at) < run.start and run.stop <= max(at):
            raise Rejected(
                f"the new lines stand there already, at line {run.start + 1}: this edit seems to "
                f"be made."
            )


def _indent_new_lines(lines: FileLines, place: Place) -> list[str]:
    """Indent the lines that come as those that stay beside them, else as the old side."""
    stay = [
        (op.new, lines.texts[at])
        for op, at in place.pairs()
        if op.sign == STAYS and loosen(op.old) == loosen(lines.texts[at])
    ]
    shift = (
        find_shift(stay)
        if any(read_margin(new) or read_margin(have) for new, have in stay if new.strip())
        else None
    )
    come = [(shift or place.shift)(op.new) for op in place.ops if op.sign == COMES]
    told = any(read_margin(lines.texts[at]) for op, at in place.pairs() if op.old.strip())
    return (
        come
        if told or not read_margins(come)
        else match_style(come, read_margins(lines.texts[:STYLED_LINES]))
    )


def _keep_new_margin(lines: FileLines, place: Place) -> Place:
    """Read the place anew when only the old side lost its indentation.

    The new one is then written as the file is.
    """
    texts = [lines.texts[at] for _, at in place.pairs()]
    old, new = old_side(place.ops), new_side(place.ops)
    if len(texts) != len(old) or _first_margin(new) == _first_margin(old):
        return place
    written = compare_lines(texts, new)
    moved = compare_lines(texts, [place.shift(text) for text in new])
    if _count_kept_lines(written) <= _count_kept_lines(moved):
        return place
    at = iter([at for _, at in place.pairs()])
    return Place(written, tuple(next(at) if op.sign != COMES else None for op in written), NO_SHIFT)


def _first_margin(lines: Sequence[str]) -> str:
    return next((read_margin(text) for text in lines if text.strip()), "")


def _count_kept_lines(ops: Ops) -> int:
    return sum(op.sign == STAYS and bool(op.old.strip()) for op in ops)


def _straighten_punctuation(lines: FileLines, place: Place, come: Sequence[str]) -> list[str]:
    """Write plain punctuation in the new lines where the file has it and the edit drew it."""
    drawn: dict[int, str] = {}
    for op, at in place.pairs():
        old, have = op.old.strip(), lines.texts[at].strip()
        if not old.isascii() and len(old) == len(have):
            drawn |= {
                ord(ours): its
                for ours, its in zip(old, have, strict=True)
                if ours != its and ord(ours) in SMART
            }
    return [text.translate(dict(SMART) | drawn) if drawn else text for text in come]
