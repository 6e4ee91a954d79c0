"""Read the hunks of a unified diff: by the counts of their heads, else by the lines' signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.edits.parsed_edit import (
    BARE,
    COMES,
    GOES,
    STAYS,
    Hunk,
    Op,
    Ops,
    Rejected,
    new_side,
    old_side,
)

HEAD = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
SIGNS = (" ", "-", "+")
NO_END = "\\"  # begins git's remark that the last line has no end
# What stands behind the last hunk of a file: the next file, a tool's remark, the end of a block.
ENDING = re.compile(
    r"@@|diff |Index: |Only in |Binary files |GIT binary patch|Submodule |\* Unmerged path "
    r"|Property changes on: |From [0-9a-f]{7,64} |commit [0-9a-f]{7,64}|```|~~~"
    r"|EOF\s*$|\*\*\* End Patch|</(?:diff|patch)>"
)
FENCES = ("```", "~~~")
VERSION = re.compile(r"\d+\.\d+[\w.-]*(?: \(.*\))?\s*$")  # of git, below the "-- " of a mail
SHOWN_CHARS = 80


@dataclass(frozen=True, slots=True)
class _Head:
    """The numbers of a hunk's head: where each side starts, from zero, and how long it is."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    def counts(self, ops: Ops) -> bool:
        """Tell whether both sides are as long as the head says."""
        return (len(old_side(ops)), len(new_side(ops))) == (self.old_count, self.new_count)

    def is_exceeded_by(self, ops: Ops) -> bool:
        """Tell whether a side is longer than the head says: some line may lack its sign."""
        return len(old_side(ops)) > self.old_count or len(new_side(ops)) > self.new_count

    def lacks_context_of(self, ops: Ops) -> bool:
        """Tell whether both sides are shorter by as many lines: some that stay were left out."""
        missing = self.old_count - len(old_side(ops))
        return missing > 0 and missing == self.new_count - len(new_side(ops))


def read_hunk(lines: Sequence[str], index: int, *, fenced: bool) -> tuple[Hunk, int]:
    """Read the hunk whose head stands there, and tell where it ends.

    Where counts and lines agree, that is the hunk; where not, it ends with its last signed line.
    Raises Rejected for lines that would be lost.
    """
    head = _parse_head(lines[index])
    end = _find_counted_end(lines, index + 1, head) if head else None
    if head and end is not None and not _goes_on(lines, end):
        hunk = _make_counted_hunk(index, head, lines[index + 1 : end])
    else:
        end = _find_signed_end(lines, index + 1)
        hunk = _make_repaired_hunk(index, head, lines[index + 1 : end])
    is_short = head is not None and head.new_count > len(new_side(hunk.readings[-1]))
    _refuse_leftover(lines, end, fenced=fenced, is_short=is_short)
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


def _parse_head(line: str) -> _Head | None:
    match = HEAD.match(line)
    if not match:
        return None
    old_start, old_count, new_start, new_count = (int(number or 1) for number in match.groups())
    # A side without lines is numbered by the line before it.
    return _Head(old_start - bool(old_count), old_count, new_start - bool(new_count), new_count)


def _find_counted_end(lines: Sequence[str], start: int, head: _Head) -> int | None:
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
            f"and looks like a part of it: {_quote(lines[first])}. Count it, or leave it out."
        )
    return True


def _is_known(lines: Sequence[str], index: int) -> bool:
    """Tell whether the line is an ending, or begins the signature of a mail."""
    if is_ending(lines, index):
        return True
    next_signs = [line[:1] for line in lines[index + 1 : index + 2]]
    return lines[index].rstrip() == "--" and next_signs not in ([" "], ["+"], ["-"])


def _find_filled_line(lines: Sequence[str], start: int) -> int | None:
    return next((index for index in range(start, len(lines)) if lines[index].strip()), None)


def _quote(line: str) -> str:
    return f"`{line.strip()[:SHOWN_CHARS]}`"


def _refuse_leftover(lines: Sequence[str], end: int, *, fenced: bool, is_short: bool) -> None:
    """Raise Rejected for lines behind the hunk that are no ending, and may be a part of it.

    `is_short` when the head counts more lines that shall be there.
    """
    first = _find_filled_line(lines, end)
    if first is None or (not is_short and not fenced and first > end):
        return
    is_text_of_hunk = is_short and not fenced and lines[first].startswith(FENCES)
    if is_text_of_hunk or not _is_known(lines, first):
        raise Rejected(
            f"Line {first + 1} of the edit follows a hunk without a sign (a blank, + or -), so it "
            f"would be lost: {_quote(lines[first])}."
        )


def _make_counted_hunk(index: int, head: _Head, body: Sequence[str]) -> Hunk:
    """Make the hunk of as many lines as its head says: bare ones stay, as git reads them."""
    ops = tuple(_parse_op(line) for line in body if not line.startswith(NO_END))
    counted = tuple(Op(STAYS, op.old, op.new) if op.sign == BARE else op for op in ops)
    readings = dict.fromkeys((counted, counted[: _find_bare_end(ops)]))
    place = head.old_start, head.new_start
    return Hunk(index + 1, tuple(readings), bare_end=_read_bare_end(index, body), place=place)


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


def _make_repaired_hunk(index: int, head: _Head | None, body: Sequence[str]) -> Hunk:
    """Make the hunk of lines that its head does not count; readings differ in bare blank lines."""
    ops = tuple(_parse_op(line) for line in body if not line.startswith(NO_END))
    readings = tuple(_list_readings(ops, head))
    if not (head and any(map(head.counts, readings))):
        _refuse_unsigned_lines(index + 2, body)
    if head and _may_go(head, ops):
        raise Rejected(
            f"A blank line of the hunk on line {index + 1} of the edit has no sign, and by the "
            "counts of its head it goes: write it as a line with its sign."
        )
    return Hunk(
        index + 1,
        readings,
        bare_end=_read_bare_end(index, body),
        may_lack_sign=head is None or all(map(head.is_exceeded_by, readings)),
        lacks_context=head is not None and any(map(head.lacks_context_of, readings)),
    )


def _may_go(head: _Head, ops: Ops) -> bool:
    """Tell whether the head counts so many lines as there are if some bare ones go."""
    excess = len(new_side(ops)) - head.new_count
    bare = sum(op.sign == BARE for op in ops)
    return len(old_side(ops)) == head.old_count and 0 < excess <= bare


def _refuse_unsigned_lines(number: int, body: Sequence[str]) -> None:
    """Raise Rejected for a line without a sign: it could stay, come or go."""
    for offset, line in enumerate(body):
        if line.strip() and line[0] not in (*SIGNS, NO_END):
            raise Rejected(
                f"Line {number + offset} of the edit has no sign (a blank, + or -), and the "
                f"numbers of its hunk do not tell what it is: {_quote(line)}."
            )


def _parse_op(line: str) -> Op:
    match line[:1]:
        case "+":
            return Op(COMES, "", line[1:])
        case "-":
            return Op(GOES, line[1:])
        case "" | "\r":
            return Op(BARE, line, line)
        case " ":
            return Op(STAYS, line[1:], line[1:])
        case _:
            return Op(STAYS, line, line)


def _read_bare_end(index: int, body: Sequence[str]) -> tuple[bool, bool]:
    """Read on which sides git remarks that the last line has no end.

    Raises Rejected where more lines of a side follow: the remark is text that lacks its sign.
    """
    old = new = False
    sign = " "
    for offset, line in enumerate(body):
        if line.startswith(NO_END):
            old, new = old or sign != "+", new or sign != "-"
        sign = line[:1]
        if sign != NO_END and line.strip() and ((old and sign != "+") or (new and sign != "-")):
            raise Rejected(
                f"Line {index + offset + 2} of the edit follows a remark that the file ends above "
                f"it: {_quote(line)}."
            )
    return old, new


def _list_readings(ops: Ops, head: _Head | None) -> Iterator[Ops]:
    """List the readings: bare blank lines at the end belong to the hunk or only follow it."""
    settled = ops
    if any(op.sign in (GOES, COMES) for op in ops):
        settled = tuple(_settle_bare_lines(ops))
    readings = [settled[: _find_bare_end(ops)], settled]
    if head and len(new_side(readings[1])) == head.new_count != len(new_side(readings[0])):
        readings.reverse()
    if head:
        readings[:0] = [_count_bare_lines(reading, head) for reading in readings]
    yield from dict.fromkeys(readings)


def _find_bare_end(ops: Ops) -> int:
    """Find where the bare lines at the end begin."""
    end = len(ops)
    while end and ops[end - 1].sign == BARE:
        end -= 1
    return end


def _settle_bare_lines(ops: Ops) -> Iterator[Op]:
    """Settle the bare lines between two that stay; beside what changes, they may come."""
    before = _carry_signs(ops)
    after = _carry_signs(ops[::-1])[::-1]
    for op, *signs in zip(ops, before, after, strict=True):
        yield Op(STAYS) if op.sign == BARE and signs == [STAYS, STAYS] else op


def _carry_signs(ops: Ops) -> list[str]:
    """List for each line the last sign so far; bare lines before all others count as context."""
    signs = []
    sign = STAYS
    for op in ops:
        if op.sign != BARE:
            sign = op.sign
        signs.append(sign)
    return signs


def _count_bare_lines(ops: Ops, head: _Head) -> Ops:
    """Settle all bare lines where the head's counts fit only if all of them stay, or all come."""
    bare = sum(op.sign == BARE for op in ops)
    if not bare or len(new_side(ops)) != head.new_count:
        return ops
    missing = len(old_side(ops)) - head.old_count
    if missing not in (0, bare):
        return ops
    sign = COMES if missing else STAYS
    return tuple(Op(sign) if op.sign == BARE else op for op in ops)
