"""Here lives what an edit is, whatever format it was written in: lines that stay, go and come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

STAYS, GOES, COMES, GAP, BARE = " ", "-", "+", "~", "?"
NOWHERE = "/dev/null"


class Rejected(Exception):
    """An edit that was not made. Its text says why and shows the nearest lines, so that one more try can mend it."""

    def __init__(self, reason: str, nearest: Sequence[str] = ()) -> None:
        self.reason = reason
        self.nearest = tuple(nearest)
        super().__init__("\n".join([reason, *nearest]))


@dataclass(frozen=True, slots=True)
class Op:
    """One line of an edit. One that stays may be written differently on its two sides; a gap stands for any lines.

    A bare one is blank and lost its sign: it stays where the file has a blank line, else it comes.
    """

    sign: str
    old: str = ""
    new: str = ""


Ops = tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place's edit, as it can be read: the likeliest reading first. `line` is where it stands in what was written.

    `bare_end` says of the old and of the new side whether a marker claims that the file ends there without a line end.
    """

    line: int
    readings: tuple[Ops, ...]
    blocks: bool = False
    bare_end: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class FileEdit:
    """All that a text says of one file. No old path: the file is new; no new path: it goes."""

    old_path: str
    new_path: str
    hunks: tuple[Hunk, ...] = ()
    renames: bool = False
    copies: bool = False
    mode: str = ""  # git's, when the text sets one


def compared(old: Sequence[str], new: Sequence[str], key: Callable[[str], str] = str.rstrip) -> Ops:
    """What turns the old lines into the new ones; those whose keys are the same stay."""
    ops: list[Op] = []
    keys = list(map(key, old)), list(map(key, new))
    for kind, first, last, begin, stop in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if kind == "equal":
            ops += [Op(STAYS, *pair) for pair in zip(old[first:last], new[begin:stop], strict=True)]
        else:
            ops += [Op(GOES, line) for line in old[first:last]] + [Op(COMES, "", line) for line in new[begin:stop]]
    return tuple(ops)


def old_side(ops: Ops) -> list[str]:
    """The lines that the file shall have."""
    return [op.old for op in ops if op.sign not in (COMES, GAP)]


def new_side(ops: Ops) -> list[str]:
    """The lines that the file will have."""
    return [op.new for op in ops if op.sign not in (GOES, GAP)]
