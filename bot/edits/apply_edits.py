"""Apply what a model wrote as an edit: in all of its places or in none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.edits.apply_exactly import apply_exactly
from bot.edits.diff_ends import drop_carriage_returns
from bot.edits.edit_session import EditSession
from bot.edits.edited_tree import EditResult
from bot.edits.lines import FileLines
from bot.edits.other_formats import name_other_format
from bot.edits.parsed_edit import FileEdit, Rejected
from bot.edits.path_names import PathNames, settle_names
from bot.edits.read_blocks import SEARCH, parse_blocks
from bot.edits.read_diff import parse_diffs

MOST_CHARS = 20_000_000
MOST_HUNKS = 20_000
DIFF_HEAD = re.compile(r"^(?:diff --git |--- |@@).*$", re.MULTILINE)
SHOWN = 5  # edits that failed, of one text


def apply_edits(files: Mapping[str, str], text: str) -> dict[str, str]:
    """Apply the edits to the files. Each must fit in exactly one place.

    Raises Rejected otherwise, and nothing is changed. Takes unified diffs and SEARCH/REPLACE
    blocks, fenced or in prose. A diff's numbers are believed where all of them are right.
    """
    after = {**files, **compute_changes(files, text).files}
    return {path: text for path, text in after.items() if text is not None}


def compute_changes(files: Mapping[str, str], text: str) -> EditResult:
    """Compute what the edits change, and nothing else.

    Raises Rejected, which tells of every edit that does not fit.
    """
    edits = parse_edits(files, text)
    result = apply_exactly(files, edits) or _apply_with_ends_of_files(files, text, edits)
    if not result.files and not result.modes:
        raise Rejected("The edits change nothing.")
    if len(files) > 1 and _deletes_all(files, result.files):
        raise Rejected("This would delete every file. Delete only what the change is about.")
    return result


def _apply_with_ends_of_files(
    files: Mapping[str, str], text: str, edits: Sequence[FileEdit]
) -> EditResult:
    """Apply the edits without the line ends that the text gives them, exactly or where sure."""
    if "\r\n" not in text:
        return _apply_where_sure(files, edits)
    head = DIFF_HEAD.search(text)
    is_all_crlf = head is not None and head[0].endswith("\r")
    texts = {edit.old_path: files.get(edit.old_path, "") for edit in edits}
    edits = [
        drop_carriage_returns(edit, texts[edit.old_path], is_all_crlf=is_all_crlf) for edit in edits
    ]
    has_crlf = any("\r\n" in before for before in texts.values())
    exact = None if has_crlf else apply_exactly(files, edits)
    return exact or _apply_where_sure(files, edits)


def _apply_where_sure(files: Mapping[str, str], edits: Sequence[FileEdit]) -> EditResult:
    """Apply each edit in the only place where it fits, whatever its numbers say."""
    session = EditSession(files)
    rejections: list[Rejected] = []
    for edit in edits:
        rejections += session.apply_file_edit(edit)
    if rejections:
        raise _join_rejections(rejections, sum(len(edit.hunks) or 1 for edit in edits))
    return session.tree.collect_result(FileLines.join)


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
    lines = text.removesuffix("\n").split("\n")
    parts = sum(line.startswith(("@@", "<<<<<", "diff --git ", "--- ")) for line in lines)
    if parts > 3 * MOST_HUNKS:
        raise Rejected(
            f"The edit has some {parts:,} parts; at most {MOST_HUNKS:,} are read. Make it in "
            f"several."
        )
    if any(map(SEARCH.match, lines)):
        return list(parse_blocks([line.removesuffix("\r") for line in lines], files))
    names = PathNames(files)
    edits = [settle_names(names, edit) for edit in parse_diffs(lines)]
    if not edits:
        raise _make_formless_error(text)
    return edits


def _make_formless_error(text: str) -> Rejected:
    name = name_other_format(text)
    if name:
        return Rejected(f"This looks like {name}. Send a unified diff (diff -u, git diff).")
    return Rejected("There is neither a SEARCH/REPLACE block nor a unified diff in this text.")


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
