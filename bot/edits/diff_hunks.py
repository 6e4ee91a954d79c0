"""Read the hunks of a unified diff: by the counts of their heads, else by the lines' signs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.edits.hunk_readings import (
    NO_END,
    SIGNS,
    make_counted_hunk,
    make_repaired_hunk,
    quote_line,
)
from bot.edits.parsed_edit import Hunk, HunkHead, Rejected

HEAD = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
# What stands behind the last hunk of a file: the next file, a tool's remark, the end of a block.
ENDING = re.compile(
    r"@@|diff |Index: |Only in |Binary files |GIT binary patch|Submodule |\* Unmerged path "
    r"|Property changes on: |From [0-9a-f]{7,64} |commit [0-9a-f]{7,64}|```|~~~"
    r"|-{14}\d+\.\d+[\d.]*(?:--)?\s*$"  # between the parts of a mail
    r"|EOF\s*$|\*\*\* End Patch|</(?:diff|patch)>"
)
FENCES = ("```", "~~~")
VERSION = re.compile(r"\d+\.\d+[\w.-]*(?: \(.*\))?\s*$")  # of git, below the "-- " of a mail


def read_hunk(lines: Sequence[str], index: int, *, fenced: bool) -> tuple[Hunk, int]:
    """Read the hunk whose head stands there, and tell where it ends.

    Where counts and lines agree, that is the hunk; where not, it ends with its last signed line.
    Raises Rejected for lines that would be lost.
    """
    head = _parse_head(lines[index])
    end = _find_counted_end(lines, index + 1, head) if head else None
    if head and end is not None and not _goes_on(lines, end):
        hunk = make_counted_hunk(index, head, lines[index + 1 : end])
    else:
        end = _find_signed_end(lines, index + 1)
        hunk = make_repaired_hunk(index, head, lines[index + 1 : end])
    missing_old, missing_new = head.count_missing(hunk.readings[-1]) if head else (0, 0)
    if max(missing_old, missing_new) > 0 and not fenced:
        _refuse_fence(lines, end)
    _refuse_leftover(lines, end, may_be_longer=fenced or missing_new > 0)
    return hunk, end


def is_file_header(lines: Sequence[str], index: int) -> bool:
    """Tell whether the two names of a file stand there."""
    if not lines[index].startswith("--- ") or index + 1 == len(lines):
        return False
    return lines[index + 1].startswith("+++ ")


def is_ending(lines: Sequence[str], index: int) -> bool:
    """Tell whether a hunk surely ends before the line, whatever its head counts."""
    line = lines[index]
    if ENDING.match(line):
        return True
    if is_file_header(lines, index):
        return index + 2 == len(lines) or lines[index + 2][:1] not in SIGNS
    if line.rstrip() != "--" or index + 1 == len(lines):
        return False
    return bool(VERSION.match(lines[index + 1]))


def _parse_head(line: str) -> HunkHead | None:
    """Parse the numbers of a hunk's head; None when there are none."""
    match = HEAD.match(line)
    if not match:
        return None
    old_start, old_count, new_start, new_count = (int(number or 1) for number in match.groups())
    # A side without lines is numbered by the line before it.
    return HunkHead(old_start - bool(old_count), old_count, new_start - bool(new_count), new_count)


def _find_counted_end(lines: Sequence[str], start: int, head: HunkHead) -> int | None:
    """Find where both sides are as long as the head says; None where the signs do not agree."""
    old_left, new_left, index = head.old_count, head.new_count, start
    while old_left or new_left:
        sign = lines[index][:1] if index < len(lines) else "?"
        if sign not in ("", "\r", " ", "-", "+", NO_END):
            return None
        old_left -= sign not in ("+", NO_END)
        new_left -= sign not in ("-", NO_END)
        if old_left < 0 or new_left < 0:
            return None
        index += 1
    while index < len(lines) and lines[index].startswith(NO_END):
        index += 1
    return index


def _goes_on(lines: Sequence[str], end: int) -> bool:
    """Tell whether signed lines follow at once, so that the head counts too few.

    Raises Rejected where they follow behind blank ones.
    """
    first = _find_filled_line(lines, end)
    if first is None or _is_known(lines, first) or lines[first][:1] not in SIGNS:
        return False
    if first > end:
        raise Rejected(
            f"Line {first + 1} of the edit stands behind a hunk that is as long as its head says, "
            f"and looks like a part of it: {quote_line(lines[first])}. Count it, or leave it out."
        )
    return True


def _is_known(lines: Sequence[str], index: int) -> bool:
    """Tell whether the line is an ending, or begins the signature of a mail."""
    below = lines[index + 1][:1] if index + 1 < len(lines) else ""
    is_signature = lines[index].removesuffix("\r") == "-- " and below not in ("", "\r", *SIGNS)
    return is_signature or is_ending(lines, index)


def _find_filled_line(lines: Sequence[str], start: int) -> int | None:
    return next((index for index in range(start, len(lines)) if lines[index].strip()), None)


def _refuse_fence(lines: Sequence[str], end: int) -> None:
    """Raise Rejected for a fence that ends the hunk of a diff that stands in none."""
    if end < len(lines) and lines[end].startswith(FENCES):
        raise _make_leftover_error(lines, end)


def _refuse_leftover(lines: Sequence[str], end: int, *, may_be_longer: bool) -> None:
    """Raise Rejected for lines behind the hunk that are no ending, and may be a part of it."""
    first = _find_filled_line(lines, end)
    if first is None or _is_known(lines, first):
        return
    if first == end or may_be_longer:
        raise _make_leftover_error(lines, first)


def _make_leftover_error(lines: Sequence[str], index: int) -> Rejected:
    return Rejected(
        f"Line {index + 1} of the edit follows a hunk without a sign (a blank, + or -), so it "
        f"would be lost: {quote_line(lines[index])}."
    )


def _find_signed_end(lines: Sequence[str], start: int) -> int:
    """Find where the signed lines end, with the bare blank ones that follow."""
    end = signed_end = start
    while end < len(lines) and not is_ending(lines, end):
        end += 1
        if lines[end - 1][:1] in (*SIGNS, NO_END):
            signed_end = end
    while signed_end < end and not lines[signed_end].strip("\r"):
        signed_end += 1
    return signed_end
