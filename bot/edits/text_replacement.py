"""Replace one text by another, where it stands exactly once."""

from __future__ import annotations

import re
from itertools import count

from bot.edits.apply_hunk import compute_splices
from bot.edits.find_place import Place, spread_run
from bot.edits.indent import NO_SHIFT
from bot.edits.lines import FileLines, Splice
from bot.edits.make_splices import make_splices
from bot.edits.nearest_lines import make_ambiguity_error
from bot.edits.omitted_code import refuse_omitted_code
from bot.edits.parsed_edit import Hunk, Ops, Rejected, compare_lines, list_new_lines
from bot.edits.read_blocks import list_readings

WORD = re.compile(r"\w\w")


def replace_text(path: str, before: str, old: str, new: str) -> str:
    """Put `new` in the one place of `old`, which may be part of a line or many lines.

    Blanks need not match; the file's stay. Raises Rejected when `old` is empty, absent or there
    more than once, and when nothing would change.
    """
    lines = FileLines.split(before)
    old, new = (part.replace("\r\n", "\n").removeprefix(lines.mark) for part in (old, new))
    if not old:
        raise Rejected(
            f"{path}: the old text is empty. Quote the line beside which the new text shall stand."
        )
    if old == new:
        raise Rejected(f"{path}: the old and the new text are the same, so nothing would change.")
    try:
        splices = _replace_part(lines, old, new) or _replace_lines(lines, old, new)
    except Rejected as error:
        raise Rejected(f"{path}: {error.reason}", error.nearest) from None
    after = lines.splice(splices).join()
    if after == before:
        raise Rejected(f"{path}: nothing would change.")
    return after


def _replace_part(lines: FileLines, old: str, new: str) -> list[Splice]:
    """Replace the old text as it is, wherever in a line it begins and ends, if it is there."""
    text = lines.join_with_line_feeds()
    starts = _find_starts(text, old)
    if len(starts) > 1:
        numbers = [text.count("\n", 0, start) for start in starts]
        raise make_ambiguity_error(lines, numbers)
    if not starts or ("\n" in old and _cuts_word(text, starts[0], starts[0] + len(old))):
        return []
    start, end = starts[0], starts[0] + len(old)
    head = text[text.rfind("\n", 0, start) + 1 : start]
    if head.strip() and "\n" not in old[:-1] and old.endswith("\n") and new.endswith("\n"):
        return []  # a whole line is quoted, and this is the end of another one
    new = _keep_line_ends(old, new, head, text[end:])
    tail = text[end:].partition("\n")[0]
    old_lines = f"{head}{old}{tail}".split("\n")
    new_lines = f"{head}{new}{tail}".split("\n")
    if old.endswith("\n") and end == len(text):  # no line begins after the file's last end
        old_lines.pop()
        if not new_lines[-1]:
            new_lines.pop()
    ops = compare_lines(old_lines, new_lines, str)
    refuse_omitted_code(ops)
    place = _place_lines(ops, text.count("\n", 0, start))
    return make_splices(lines, place, list_new_lines(ops))


def _cuts_word(text: str, start: int, end: int) -> bool:
    """Tell whether a word goes on beyond the part: then other lines are quoted."""
    return any(
        0 < edge < len(text) and WORD.fullmatch(text[edge - 1 : edge + 1]) for edge in (start, end)
    )


def _keep_line_ends(old: str, new: str, head: str, rest: str) -> str:
    """Let whole lines be replaced by whole lines. Rejected where two lines would become one."""
    joins_above = bool(head) and old.startswith("\n") and not new.startswith("\n")
    joins_below = bool(new and rest) and old.endswith("\n") and not new.endswith("\n")
    if joins_below and not head:
        return new + "\n"
    if joins_above or joins_below:
        raise Rejected(
            "the old text has a line end at its start or end that the new one lacks, so two lines "
            "would become one. Quote whole lines, or both lines."
        )
    return new


def _place_lines(ops: Ops, first: int) -> Place:
    """Place the old lines one after the other, beginning with the first."""
    return Place(ops, spread_run(ops, count(first)), NO_SHIFT)


def _find_starts(text: str, old: str) -> list[int]:
    """Find all places, those that overlap too: `aa` stands twice in `aaa`."""
    starts = []
    start = text.find(old)
    while start >= 0:
        starts.append(start)
        start = text.find(old, start + 1)
    return starts


def _replace_lines(lines: FileLines, old: str, new: str) -> list[Splice]:
    """Replace whole lines, where they stand but for blanks or for what else is forgiven."""
    if old.endswith("\n"):
        new = new.removesuffix("\n")
    old_lines = old.removesuffix("\n").split("\n")
    new_lines = new.split("\n") if new else []
    readings = tuple(list_readings(old_lines, new_lines))
    refuse_omitted_code(readings[0])
    return compute_splices(lines, Hunk(1, readings, blocks=True))
