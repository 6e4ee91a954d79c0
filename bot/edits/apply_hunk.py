"""Here lives the making of one hunk in one file: found, not made before, and written as the file
is.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.edits.align import near_place
from bot.edits.find_place import Place, exact_place, runs, splices
from bot.edits.indent import NONE, in_style, margin, margins, shift_of
from bot.edits.lines import SMART, Lines, Splice, loose
from bot.edits.parsed_edit import (
    COMES,
    GOES,
    STAYS,
    Hunk,
    Op,
    Ops,
    Rejected,
    compared,
    new_side,
    old_side,
)

STYLED_LINES = 2_000  # of a file, that show how it is indented


def change(lines: Lines, hunk: Hunk) -> list[Splice]:
    """What the edit puts instead of which lines. Raises Rejected when its place is not sure."""
    try:
        place = exact_place(lines, hunk.readings) or near_place(lines, hunk.readings)
    except Rejected:
        _refuse_made(lines, hunk)
        raise
    place = _as_written(lines, place)
    if hunk.blocks and place.shift != NONE:
        place = _other_margin(lines, place)
    come = _straight(lines, place, _new_lines(lines, place))
    _refuse_repetition(lines, place, come)
    return splices(lines, place, come)


def _as_written(lines: Lines, place: Place) -> Place:
    """Where the old side is quoted to the last blank, blanks that the new side lacks are meant to
    go.
    """
    if all(op.old == op.new for op in place.ops if op.sign == STAYS):
        return place
    if any(op.old != lines.texts[at] for op, at in place.pairs()):
        return place
    ops, at = [], []
    for op, where in zip(place.ops, place.at, strict=True):
        parts = (
            [op]
            if op.sign != STAYS or op.old == op.new
            else [Op(GOES, op.old), Op(COMES, "", op.new)]
        )
        ops += parts
        at += [where, None][: len(parts)]
    return Place(tuple(ops), tuple(at), place.shift)


def _refuse_made(lines: Lines, hunk: Hunk) -> None:
    """An edit whose new text stands there in the old one's stead was made before."""
    for ops in hunk.readings:
        new = new_side(ops)
        if (
            any(op.sign == COMES and op.new.strip() for op in ops)
            and len(found := runs(lines, new, loose)) == 1
        ):
            at = found[0].start + 1
            raise Rejected(
                f"the old text is not in the file, and the new text is, at line {at}: it seems to be made."
            )


def _refuse_repetition(lines: Lines, place: Place, come: Sequence[str]) -> None:
    """An insertion whose lines stand there already was made before."""
    if any(op.sign == GOES and op.old.strip() for op in place.ops) or not any(
        text.strip() for text in come
    ):
        return
    at = [n for n in place.at if n is not None]
    for run in runs(lines, new_side(place.ops), loose):
        raise Rejected(
            f"the new lines stand there already, at line {run.start + 1}: this edit seems to be made."
        )
    for run in runs(lines, come, loose):
        if min(at) < run.start and run.stop <= max(at):
            raise Rejected(
                f"the new lines stand there already, at line {run.start + 1}: this edit seems to be made."
            )


def _new_lines(lines: Lines, place: Place) -> list[str]:
    """The lines that come, with the file's indentation: by those that stay beside them, else as the
    old side's.
    """
    stay = [
        (op.new, lines.texts[at])
        for op, at in place.pairs()
        if op.sign == STAYS and loose(op.old) == loose(lines.texts[at])
    ]
    shift = (
        shift_of(stay)
        if any(margin(new) or margin(have) for new, have in stay if new.strip())
        else None
    )
    come = [(shift or place.shift)(op.new) for op in place.ops if op.sign == COMES]
    told = any(margin(lines.texts[at]) for op, at in place.pairs() if op.old.strip())
    return (
        come if told or not margins(come) else in_style(come, margins(lines.texts[:STYLED_LINES]))
    )


def _other_margin(lines: Lines, place: Place) -> Place:
    """The place read anew when only the old side lost its indentation, and the new one is written
    as the file is.
    """
    texts = [lines.texts[at] for _, at in place.pairs()]
    old, new = old_side(place.ops), new_side(place.ops)
    if len(texts) != len(old) or _first_margin(new) == _first_margin(old):
        return place
    written = compared(texts, new)
    moved = compared(texts, [place.shift(text) for text in new])
    if _kept(written) <= _kept(moved):
        return place
    at = iter([at for _, at in place.pairs()])
    return Place(written, tuple(next(at) if op.sign != COMES else None for op in written), NONE)


def _first_margin(lines: Sequence[str]) -> str:
    return next((margin(text) for text in lines if text.strip()), "")


def _kept(ops: Ops) -> int:
    return sum(op.sign == STAYS and bool(op.old.strip()) for op in ops)


def _straight(lines: Lines, place: Place, come: Sequence[str]) -> list[str]:
    """The new lines with plain punctuation where the file has it and the edit drew it."""
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
