"""Leave the line ends of a diff out, where they say nothing: the file's own are kept then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.edits.parsed_edit import BARE, COMES, GOES, STAYS, FileEdit, Hunk, Rejected

END = "\r"


def drop_carriage_returns(edit: FileEdit, before: str, *, is_all_crlf: bool) -> FileEdit:
    """Drop the carriage returns at the ends of lines, unless the file has no ends of its own.

    `before` is the file, empty for a new one; `is_all_crlf` when the heads of the diff end in them
    too: then something else put them there. Raises Rejected where only an exact place could say
    what is meant.
    """
    if "\n" not in before and not is_all_crlf:
        return edit
    hunks = []
    for hunk in edit.hunks:
        if not is_all_crlf:
            _refuse_other_ends(edit, hunk, before)
        hunks.append(hunk.map_texts(_strip_end))
    return replace(edit, hunks=tuple(hunks))


def _refuse_other_ends(edit: FileEdit, hunk: Hunk, before: str) -> None:
    """Refuse a hunk whose lines end in both ways, or in CRLF where not all of the file does."""
    ends = set(_list_ends(hunk))
    if ends <= {False}:
        return
    if len(ends) > 1 or before.count("\n") != before.count("\r\n"):
        raise Rejected(
            f"{edit.new_path}: the hunk on line {hunk.line} of the edit ends lines in CRLF, as the "
            "file does not, and does not lie exactly where its head says. Make the diff against "
            "the file as it is."
        )


def _list_ends(hunk: Hunk) -> Iterator[bool]:
    """Tell of each line whether it ends in a carriage return, but for those without an end."""
    old_left, new_left = hunk.bare_end
    for op in reversed(hunk.readings[0]):
        if (old_left and op.sign != COMES) or (new_left and op.sign != GOES):
            old_left, new_left = old_left and op.sign == COMES, new_left and op.sign == GOES
        elif op.old or op.sign not in (STAYS, BARE):
            yield (op.old or op.new).endswith(END)


def _strip_end(text: str) -> str:
    return text.removesuffix(END)
