"""Leave the line ends of a diff out, where they say nothing: the file's own are kept then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.edits.parsed_edit import NOWHERE, FileEdit, Hunk, Op, Rejected

END = "\r"


def drop_carriage_returns(edit: FileEdit, *, is_all_crlf: bool) -> FileEdit:
    """Drop the carriage returns at the ends of lines; those of a new file are its own.

    `is_all_crlf` when the diff's own lines have them too: then something else put them there.
    Raises Rejected for a hunk that has lines of both kinds: only its exact place says which is
    which.
    """
    if edit.old_path == NOWHERE and not is_all_crlf:
        return edit
    hunks = []
    for hunk in edit.hunks:
        if not is_all_crlf and len(set(_list_ends(hunk))) > 1:
            raise Rejected(
                f"{edit.new_path}: lines of the hunk on line {hunk.line} of the edit end in CRLF "
                "and others in LF, and it does not lie exactly where its head says. Make the diff "
                "against the file as it is."
            )
        readings = tuple(tuple(map(_strip_op, ops)) for ops in hunk.readings)
        hunks.append(replace(hunk, readings=readings))
    return replace(edit, hunks=tuple(hunks))


def _list_ends(hunk: Hunk) -> Iterator[bool]:
    """Tell of each line whether it ends in a carriage return, but for those without an end."""
    old_left, new_left = hunk.bare_end
    for op in reversed(hunk.readings[0]):
        if (old_left and op.sign != "+") or (new_left and op.sign != "-"):
            old_left, new_left = old_left and op.sign == "+", new_left and op.sign == "-"
        elif op.old or op.new:
            yield (op.old or op.new).endswith(END)


def _strip_op(op: Op) -> Op:
    return Op(op.sign, op.old.removesuffix(END), op.new.removesuffix(END))
