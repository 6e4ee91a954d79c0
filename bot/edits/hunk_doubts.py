"""Refuse the places of a diff's hunk that its lines and the counts of its head leave in doubt."""

from __future__ import annotations

from bot.edits.find_place import Place
from bot.edits.lines import FileLines, loosen
from bot.edits.parsed_edit import COMES, GOES, STAYS, Hunk, Rejected, has_sign, old_side


def refuse_doubts(lines: FileLines, hunk: Hunk, place: Place) -> None:
    """Raise Rejected where a line may be lost there, or new ones stand elsewhere than is meant."""
    if hunk.is_counted and hunk.head:
        _refuse_likeness(lines, place, hunk.head.old_start)
        _refuse_lone_anchor(place, hunk.head.old_start)
    else:
        _refuse_uncounted_lines(lines, hunk, place)
    _refuse_inner_end(lines, hunk, place)
    _refuse_unpaired_likes(lines, place)
    _refuse_mixed_ends(lines, place)


def _refuse_uncounted_lines(lines: FileLines, hunk: Hunk, place: Place) -> None:
    """Refuse what only right counts could decide: lines that were left out, or lost their sign."""
    missing_old, missing_new = hunk.head.count_missing(place.ops) if hunk.head else (-1, -1)
    if missing_old == missing_new > 0:
        _refuse_left_out_lines(lines, place)
    elif missing_old > 0:
        _refuse_gaps(lines, place)
    signs = [STAYS, *(op.sign for op in place.ops), STAYS]
    for number, (op, index) in enumerate(zip(place.ops, place.indexes, strict=True)):
        text = "" if index is None else lines.texts[index]
        is_blank = op.old.isspace()  # perhaps one whose blank was no sign
        differs = op.old != text and (is_blank or op.old.rstrip() != text.rstrip())
        is_beside_change = {signs[number], signs[number + 2]} != {STAYS} and index is None
        is_doubtful = differs if min(missing_old, missing_new) < 0 else is_beside_change
        if op.sign == STAYS and op.old and is_doubtful:
            raise Rejected(
                "this line of the edit is not in the file as it is written, and the head of the "
                "hunk does not count it, so it is not sure whether it stays or lacks its sign: "
                f"`{op.old.strip()}`."
            )


def _refuse_likeness(lines: FileLines, place: Place, start: int) -> None:
    """Refuse a place when the lines where the head tells are like those of the edit, too."""
    if start == place.numbers[0]:
        return
    old = list(map(loosen, old_side(place.ops)))
    if old == list(map(loosen, lines.texts[start : start + len(old)])):
        raise Rejected(
            f"the old text stands elsewhere, and at line {start + 1}, where the head of the hunk "
            "tells it, but for blanks. Copy it exactly."
        )


def _refuse_lone_anchor(place: Place, start: int) -> None:
    """Refuse lines that come beside a single line, where the head tells another place for it."""
    filled = [old for old in old_side(place.ops) if old.strip()]
    if len(filled) < 2 and not has_sign(place.ops, GOES) and place.numbers[0] != start:
        raise Rejected(
            "new lines would stand beside the only line that the hunk quotes, and the head tells "
            "another place for it. Quote more of the lines around."
        )


def _refuse_inner_end(lines: FileLines, hunk: Hunk, place: Place) -> None:
    """Refuse a place above the file's end for lines that end the file, and have no line end."""
    last = len(lines.texts)
    if hunk.bare_end[0] and not lines.ends[-1] and place.numbers[-1] + 1 != last:
        raise Rejected(
            "the edit says that the file ends behind the old text, without a line end. It does so "
            f"at line {last}, and the old text stands at line {place.numbers[0] + 1}. Copy the "
            "last lines exactly."
        )


def _refuse_unpaired_likes(lines: FileLines, place: Place) -> None:
    """Refuse a quoted line that is not where it should be, but for its margin beside that place."""
    missing = {
        loosen(op.old)
        for op, index in zip(place.ops, place.indexes, strict=True)
        if index is None and op.sign == STAYS and op.old.strip()
    }
    if not missing:
        return
    if not missing.isdisjoint(loosen(lines.texts[index]) for index in _list_around(lines, place)):
        raise Rejected("it is not sure which of some lines that are alike the edit quotes.")


def _refuse_left_out_lines(lines: FileLines, place: Place) -> None:
    """Refuse an edit whose head counts lines that were left out, where they may matter.

    They do beside lines that come, and where a line like them is quoted.
    """
    around = _list_around(lines, place)
    left_out = {lines.texts[index] for index in set(around).difference(place.numbers)}
    quotes_like = not left_out.isdisjoint(old_side(place.ops))
    if quotes_like or _comes_beside_gap(place) or not is_verbatim(lines, place):
        raise Rejected(
            "the head of the hunk counts more lines that stay than there are, so it is not sure "
            "where the new ones stand. Quote the lines between and beside them."
        )


def _refuse_gaps(lines: FileLines, place: Place) -> None:
    """Refuse a place with other lines between the quoted ones, where the head counts some more."""
    numbers = place.numbers
    between = set(range(numbers[0], numbers[-1])).difference(numbers)
    if any(lines.texts[index].strip() for index in between):
        raise Rejected(
            "the head of the hunk counts more old lines than there are, and the file has others "
            f"between them, at line {min(between) + 1}: it is not sure whether those stay. Quote "
            "them."
        )


def _comes_beside_gap(place: Place) -> bool:
    """Tell whether lines come at an end of the edit, or beside lines that it leaves out."""
    before: int | None = None
    follows_new = False
    for op, index in zip(place.ops, place.indexes, strict=True):
        follows_new = follows_new or op.sign == COMES
        if index is None:
            continue
        if follows_new and (before is None or index != before + 1):
            return True
        before, follows_new = index, False
    return follows_new


def _refuse_mixed_ends(lines: FileLines, place: Place) -> None:
    """Refuse to guess how new lines end where those of the file end in both ways."""
    ends = {lines.ends[index] for index in _list_around(lines, place)}
    if "" in ends:  # of the last line, which may have had any
        ends.update(lines.ends)
    if len(ends - {""}) > 1:
        raise Rejected(
            "lines of the file end in CRLF and others in LF where this edit stands, and it does "
            "not lie exactly where its head says. Make the diff against the file as it is."
        )


def _list_around(lines: FileLines, place: Place) -> range:
    """List the file's lines from the first that has a part to the last, and one beside each."""
    numbers = place.numbers
    return range(max(numbers[0] - 1, 0), min(numbers[-1] + 2, len(lines.texts)))


def is_verbatim(lines: FileLines, place: Place) -> bool:
    """Tell whether every old line that is in the file is there to the last blank.

    Where lines that stay lack their signs, their own first blank was taken for it.
    """
    pairs = [(op, lines.texts[index]) for op, index in place.pairs()]
    return all(text == op.old or (op.sign == STAYS and text == f" {op.old}") for op, text in pairs)
