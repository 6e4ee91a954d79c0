"""Parse unified diffs as git and as models write them: their numbers are hints at most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
        if (
            self.hunks
            or self.renames
            or self.copies
            or self.mode
            or NOWHERE in (self.old, self.new)
        ):
            yield FileEdit(
                self.old, self.new, tuple(self.hunks), self.renames, self.copies, self.mode
            )


def parse_diffs(lines: Sequence[str]) -> Iterator[FileEdit]:
    """Parse the files of a diff. Raises Rejected for what no text can say."""
    header = _Header()
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("diff --git "):
            yield from header.finish()
            header = _Header()
            header.old, header.new = _split_paths(line[11:])
        elif _is_file_header(lines, at):
            if header.named or header.hunks:
                yield from header.finish()
                header = _Header()
            header.set_paths(_parse_path(line), _parse_path(lines[at + 1]))
            at += 1
        elif line.startswith("@@"):
            body = _cut_body(lines, at + 1)
            header.hunks.append(_parse_hunk(at, line, body))
            at += len(body)
        elif line.startswith(BINARY):
            raise Rejected(f"{header.new or 'A file'}: binary changes cannot be made by a text.")
        elif header.old and not header.hunks:
            _read_extended_header(header, line)
        at += 1
    yield from header.finish()


def _is_file_header(lines: Sequence[str], at: int) -> bool:
    return lines[at].startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")


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
    raw = ESCAPE.sub(
        lambda found: (
            bytes([int(found[1], 8) & 255])
            if len(found[1]) == 3
            else ESCAPED.get(found[1], found[1])
        ),
        path[1:-1].encode(errors="surrogateescape"),
    )
    return raw.decode(errors="surrogateescape")


def _cut_body(lines: Sequence[str], at: int) -> list[str]:
    """Cut out the hunk's lines. A line without its sign is context when signs follow."""
    end = at
    signed = at  # after the last line with a sign
    while end < len(lines) and not _ends_body(lines, end):
        if lines[end][:1] in ("+", "-", " ", "\\"):
            signed = end + 1
        end += 1
    while signed < end and not lines[signed]:
        signed += 1
    return list(lines[at:signed])


def _ends_body(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if line.startswith(("@@", "diff --git ", "```", "~~~")) or _is_file_header(lines, at):
        return True
    return line.rstrip() == "--" and at + 1 < len(lines) and bool(SIGNATURE.match(lines[at + 1]))


def _parse_hunk(at: int, head: str, body: Sequence[str]) -> Hunk:
    """Parse a hunk; its readings differ in what its bare blank lines are."""
    bare = [False, False]
    ops: list[Op] = []
    for line in body:
        if line.startswith("\\"):
            sides = {GOES: (True, False), COMES: (False, True)}.get(
                ops[-1].sign if ops else STAYS, (True, True)
            )
            bare = [one or other for one, other in zip(bare, sides, strict=True)]
        else:
            ops.append(_parse_op(line))
    return Hunk(
        at + 1, tuple(_list_readings(ops, _parse_counts(head))), bare_end=(bare[0], bare[1])
    )


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


def _list_readings(ops: Sequence[Op], counted: tuple[int, int] | None) -> Iterator[Ops]:
    """List the readings: bare blank lines at the end belong to the hunk or only follow it."""
    changes = any(op.sign in (GOES, COMES) for op in ops)
    settled = tuple(
        _settle_bare_line(ops, n) if op.sign == BARE and changes else op for n, op in enumerate(ops)
    )
    end = len(ops) - next((n for n, op in enumerate(reversed(ops)) if op.sign != BARE), len(ops))
    ways = [settled[:end], settled]
    if counted and len(new_side(settled)) == counted[1] != len(new_side(settled[:end])):
        ways.reverse()
    yield from dict.fromkeys(ways)


def _settle_bare_line(ops: Sequence[Op], at: int) -> Op:
    """Settle a bare line: between two that stay it does too; beside what changes it may come."""
    before = next((op.sign for op in reversed(ops[:at]) if op.sign != BARE), STAYS)
    after = next((op.sign for op in ops[at:] if op.sign != BARE), STAYS)
    return Op(STAYS) if before == after == STAYS else Op(BARE)
