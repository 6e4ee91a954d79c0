"""Parse unified diffs as git and as models write them: their numbers are hints at most."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.edits.parsed_edit import (
    BARE,
    COMES,
    GOES,
    NOWHERE,
    STAYS,
    FileEdit,
    Hunk,
    Op,
    Ops,
    Rejected,
    new_side,
)

HEAD = re.compile(r"^@@.*?(?:-\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@|@@|$)")
EXTENDED = re.compile(
    r"^(?:(rename) (from|to)|(copy) (from|to)|(new|deleted) file mode|(old|new) mode) (.*)$"
)
BINARY = ("GIT binary patch", "Binary files ")
SIGNATURE = re.compile(r"^\d+\.\d+[\w.-]*$")
ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
ESCAPED = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
}


@dataclass(slots=True)
class _Header:
    """The lines before the hunks of one file."""

    old: str = ""
    new: str = ""
    renames: bool = False
    copies: bool = False
    mode: str = ""
    named: bool = False  # by --- and +++
    hunks: list[Hunk] = field(default_factory=list)

    def set_paths(self, old: str, new: str) -> None:
        """Take the paths of --- and +++, unless a rename said them, without prefixes."""
        self.named = True
        if not (self.renames or self.copies):
            self.old, self.new = old, new

    def finish(self) -> Iterator[FileEdit]:
        """Give the edit of the file, if there is one."""
        changes_tree = self.renames or self.copies or self.mode
        if changes_tree or self.hunks or NOWHERE in (self.old, self.new):
            yield FileEdit(
                self.old, self.new, tuple(self.hunks), self.renames, self.copies, self.mode
            )


def parse_diffs(lines: Sequence[str]) -> Iterator[FileEdit]:
    """Parse the files of a diff. Raises Rejected for what no text can say."""
    header = _Header()
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.startswith("diff --git "):
            yield from header.finish()
            header = _Header(*_split_paths(line[11:]))
        elif _is_file_header(lines, index):
            if header.named or header.hunks:
                yield from header.finish()
                header = _Header()
            header.set_paths(_parse_path(line), _parse_path(lines[index + 1]))
            index += 1
        elif line.startswith("@@"):
            body = _cut_body(lines, index + 1)
            header.hunks.append(_parse_hunk(index, line, body))
            index += len(body)
        elif line.startswith(BINARY):
            raise Rejected(f"{header.new or 'A file'}: binary changes cannot be made by a text.")
        elif header.old and not header.hunks:
            _read_extended_header(header, line)
        index += 1
    yield from header.finish()


def _is_file_header(lines: Sequence[str], index: int) -> bool:
    if not lines[index].startswith("--- ") or index + 1 == len(lines):
        return False
    return lines[index + 1].startswith("+++ ")


def _read_extended_header(header: _Header, line: str) -> None:
    match = EXTENDED.match(line)
    if not match:
        return
    rename, rename_end, copy, copy_end, file, mode, rest = match.groups()
    if rename or copy:
        header.renames, header.copies = header.renames or bool(rename), header.copies or bool(copy)
        if (rename_end or copy_end) == "from":
            header.old = _unquote(rest)
        else:
            header.new = _unquote(rest)
    elif file == "new":
        header.old, header.mode = NOWHERE, rest
    elif file == "deleted":
        header.new = NOWHERE
    elif mode == "new":
        header.mode = rest


def _split_paths(rest: str) -> tuple[str, str]:
    """Split the paths after `diff --git`: equal but for prefixes, else at the first blank."""
    if rest.startswith('"'):
        old, _, new = rest[1:].partition('" ')
        return _unquote(f'"{old}"'), _unquote(new)
    half = (len(rest) - 1) // 2
    old, new = rest[:half], rest[half + 1 :]
    if old.partition("/")[2] != new.partition("/")[2]:
        old, _, new = rest.partition(" ")
    return old, new


def _parse_path(line: str) -> str:
    return _unquote(line[4:].partition("\t")[0].strip())


def _unquote(path: str) -> str:
    """Read a path that git quotes in C's manner, as it does with odd characters."""
    if len(path) < 2 or path[0] != '"' or path[-1] != '"':
        return path
    raw = ESCAPE.sub(_read_escape, path[1:-1].encode(errors="surrogateescape"))
    return raw.decode(errors="surrogateescape")


def _read_escape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if len(escape) == 3:
        return bytes([int(escape, 8) & 255])
    return ESCAPED.get(escape, escape)


def _cut_body(lines: Sequence[str], start: int) -> list[str]:
    """Cut out the hunk's lines. A line without its sign is context when signs follow."""
    end = start
    signed_end = start  # after the last line with a sign
    while end < len(lines) and not _ends_body(lines, end):
        if lines[end][:1] in ("+", "-", " ", "\\"):
            signed_end = end + 1
        end += 1
    while signed_end < end and not lines[signed_end]:
        signed_end += 1
    return list(lines[start:signed_end])


def _ends_body(lines: Sequence[str], index: int) -> bool:
    line = lines[index]
    if line.startswith(("@@", "diff --git ", "```", "~~~")) or _is_file_header(lines, index):
        return True
    if line.rstrip() != "--" or index + 1 == len(lines):
        return False
    return bool(SIGNATURE.match(lines[index + 1]))


def _parse_hunk(index: int, head: str, body: Sequence[str]) -> Hunk:
    """Parse a hunk; its readings differ in what its bare blank lines are."""
    old_is_bare = new_is_bare = False
    ops: list[Op] = []
    for line in body:
        if not line.startswith("\\"):
            ops.append(_parse_op(line))
            continue
        sign = ops[-1].sign if ops else STAYS
        old_is_bare = old_is_bare or sign != COMES
        new_is_bare = new_is_bare or sign != GOES
    readings = tuple(_list_readings(ops, _parse_counts(head)))
    return Hunk(index + 1, readings, bare_end=(old_is_bare, new_is_bare))


def _parse_op(line: str) -> Op:
    match line[:1]:
        case "+":
            return Op(COMES, "", line[1:])
        case "-":
            return Op(GOES, line[1:])
        case "":
            return Op(BARE)
        case " ":
            return Op(STAYS, line[1:], line[1:])
        case _:
            return Op(STAYS, line, line)


def _parse_counts(head: str) -> tuple[int, int] | None:
    match = HEAD.match(head)
    if not match or match.end() < len("@@ -1 +1 @@") or "-" not in match[0]:
        return None
    return int(match[1] or 1), int(match[2] or 1)


def _list_readings(ops: Sequence[Op], counts: tuple[int, int] | None) -> Iterator[Ops]:
    """List the readings: bare blank lines at the end belong to the hunk or only follow it."""
    settled = list(ops)
    if any(op.sign in (GOES, COMES) for op in ops):
        for index, op in enumerate(ops):
            if op.sign == BARE:
                settled[index] = _settle_bare_line(ops, index)
    end = len(ops)
    while end and ops[end - 1].sign == BARE:
        end -= 1
    whole, trimmed = tuple(settled), tuple(settled[:end])
    readings = [trimmed, whole]
    if counts and len(new_side(whole)) == counts[1] != len(new_side(trimmed)):
        readings.reverse()
    yield from dict.fromkeys(readings)


def _settle_bare_line(ops: Sequence[Op], index: int) -> Op:
    """Settle a bare line: between two that stay it does too; beside what changes it may come."""
    before = _find_first_sign(reversed(ops[:index]))
    after = _find_first_sign(ops[index:])
    if before == after == STAYS:
        return Op(STAYS)
    return Op(BARE)


def _find_first_sign(ops: Iterable[Op]) -> str:
    """Find the first sign that is there; where all are bare, the lines count as context."""
    return next((op.sign for op in ops if op.sign != BARE), STAYS)
