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
    session = EditSession(files)
    rejections: list[Rejected] = []
    for edit in edits:
        rejections += session.apply_file_edit(edit)
    if rejections:
        raise _join_rejections(rejections, sum(len(edit.hunks) for edit in edits))
    changes = session.collect_changes()
    if not changes and not session.modes:
        raise Rejected("The edits change nothing.")
    if len(files) > 1 and _deletes_all(files, changes):
        raise Rejected("This would delete every file. Delete only what the change is about.")
    return EditResult(changes, session.modes, session.moves)


def _deletes_all(files: Mapping[str, str], changes: Mapping[str, str | None]) -> bool:
    if any(changes.values()):
        return False
    return all(changes.get(path, "") is None for path in files)


def parse_edits(files: Mapping[str, str], text: str) -> list[FileEdit]:
    """Parse the edits of a text. Raises Rejected for what is no edit, or too much of one."""
    if len(text) > MOST_CHARS:
        raise Rejected(
            f"The edit has {len(text):,} characters; at most {MOST_CHARS:,} are read. Make it in "
            f"parts."
        )
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise Rejected(f"Line {number} of the edit holds a NUL: this is no text.")
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    parts = sum(line.startswith(("@@", "<<<<<", "diff --git ", "--- ")) for line in lines)
    if parts > 3 * MOST_HUNKS:
        raise Rejected(
            f"The edit has some {parts:,} parts; at most {MOST_HUNKS:,} are read. Make it in "
            f"several."
        )
    if any(map(SEARCH.match, lines)):
        edits = list(parse_blocks(lines, files))
    else:
        edits = list(parse_diffs(lines))
    if not edits:
        raise Rejected("There is neither a SEARCH/REPLACE block nor a unified diff in this text.")
    return edits


def _join_rejections(rejections: list[Rejected], hunks: int) -> Rejected:
    """Make one rejection of all that failed, so that one more try can mend them all."""
    if len(rejections) == 1 and hunks < 2:
        return rejections[0]
    details = []
    for rejection in rejections[:SHOWN]:
        details += [rejection.reason, *rejection.nearest]
    if len(rejections) > SHOWN:
        details.append(f"... and {len(rejections) - SHOWN} more.")
    reason = (
        f"Nothing was changed: {len(rejections)} of {hunks} edits could not be made. "
        "Send all of them again, mended."
    )
    return Rejected(reason, details)
