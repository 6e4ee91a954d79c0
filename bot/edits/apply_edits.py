"""Apply what a model wrote as an edit: in all of its places or in none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.edits.edit_session import EditSession
from bot.edits.parsed_edit import FileEdit, Rejected
from bot.edits.read_blocks import SEARCH, parse_blocks
from bot.edits.read_diff import parse_diffs

MOST_CHARS = 20_000_000
MOST_HUNKS = 20_000
SHOWN = 5  # edits that failed, of one text


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an edit comes to: new texts by path, None for a deleted file.

    Git's modes and the old paths of moved files stand by new path.
    """

    files: dict[str, str | None]
    modes: dict[str, str]
    moves: dict[str, str]


def apply_edits(files: Mapping[str, str], text: str) -> dict[str, str]:
    """Apply the edits to the files. Each must fit in exactly one place.

    Raises Rejected otherwise, and nothing is changed. Takes unified diffs and SEARCH/REPLACE
    blocks, fenced or in prose. Line numbers and counts are ignored: models get them wrong.
    """
    after = {**files, **compute_changes(files, text).files}
    return {path: text for path, text in after.items() if text is not None}


def compute_changes(files: Mapping[str, str], text: str) -> EditResult:
    """Compute what the edits change, and nothing else.

    Raises Rejected, which tells of every edit that does not fit.
    """
    edits = parse_edits(files, text)
    work = EditSession(files)
    failed: list[Rejected] = []
    for edit in edits:
        failed += work.apply_file_edit(edit)
    if failed:
        raise _join_rejections(failed, sum(len(edit.hunks) for edit in edits))
    made = work.collect_changes()
    if not made and not work.modes:
        raise Rejected("The edits change nothing.")
    if (
        len(files) > 1
        and not any(made.values())
        and all(made.get(path, "") is None for path in files)
    ):
        raise Rejected("This would delete every file. Delete only what the change is about.")
    return EditResult(made, work.modes, work.moves)


def parse_edits(files: Mapping[str, str], text: str) -> list[FileEdit]:
    """Parse the edits of a text. Raises Rejected for what is no edit, or too much of one."""
    if len(text) > MOST_CHARS:
        raise Rejected(
            f"The edit has {len(text):,} characters; at most {MOST_CHARS:,} are read. Make it in "
            f"parts."
        )
    if "\0" in text:
        raise Rejected(
            f"Line {text.count(chr(10), 0, text.index(chr(0))) + 1} of the edit holds a NUL: this "
            f"is no text."
        )
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    many = sum(line.startswith(("@@", "<<<<<", "diff --git ", "--- ")) for line in lines)
    if many > 3 * MOST_HUNKS:
        raise Rejected(
            f"The edit has some {many:,} parts; at most {MOST_HUNKS:,} are read. Make it in "
            f"several."
        )
    found = list(
        parse_blocks(lines, files)
        if any(SEARCH.match(line) for line in lines)
        else parse_diffs(lines)
    )
    if not found:
        raise Rejected("There is neither a SEARCH/REPLACE block nor a unified diff in this text.")
    return found


def _join_rejections(failed: list[Rejected], hunks: int) -> Rejected:
    """Make one rejection of all that failed, so that one more try can mend them all."""
    if len(failed) == 1 and hunks < 2:
        return failed[0]
    told = [line for one in failed[:SHOWN] for line in (one.reason, *one.nearest)]
    more = [f"... and {len(failed) - SHOWN} more."] if len(failed) > SHOWN else []
    head = (
        f"Nothing was changed: {len(failed)} of {hunks} edits could not be made. "
        "Send all of them again, mended."
    )
    return Rejected(head, [*told, *more])
