"""Define what an edit is in whatever format: lines that stay, go and come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

STAYS, GOES, COMES, GAP, BARE = " ", "-", "+", "~", "?"
NOWHERE = "/dev/null"
MOST_ALIKE = 100_000  # pairs of equal lines, in two halves that are compared


class Rejected(Exception):
    """An edit that was not made. Its text says why and shows the nearest lines, so that one more
    try can mend it.
    """

    def __init__(self, reason: str, nearest: Sequence[str] = ()) -> None:
        self.reason = reason
        self.nearest = tuple(nearest)
        super().__init__("\n".join([reason, *nearest]))


@dataclass(frozen=True, slots=True)
class Op:
    """One line of an edit. One that stays may differ on its two sides; a gap stands for any lines.

    A bare one is an empty diff line without its leading space: context if the file has a blank line
    there, otherwise an added line.
    """

    sign: str
    old: str = ""
    new: str = ""


Ops = tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class HunkHead:
    """The numbers of a hunk's head: where each side starts, from zero, and how long it is."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    def count_missing(self, ops: Ops) -> tuple[int, int]:
        """Count how many lines each side has less than the head says; below zero for more."""
        return self.old_count - len(old_side(ops)), self.new_count - len(new_side(ops))

    def counts(self, ops: Ops) -> bool:
        """Tell whether both sides are as long as the head says."""
        return self.count_missing(ops) == (0, 0)


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place's edit, as it can be read: the likeliest reading first. `line` is where it stands
    in what was written.

    `bare_end` says of the old and of the new side whether a marker claims that the file ends there
    without a line end. `head` is what a diff tells of the place in numbers, `is_counted` whether
    it counts the lines rightly.
    """

    line: int
    readings: tuple[Ops, ...]
    blocks: bool = False
    bare_end: tuple[bool, bool] = (False, False)
    head: HunkHead | None = None
    is_counted: bool = False

    def map_texts(self, change: Callable[[str], str]) -> Hunk:
        """Change the texts of all lines."""
        readings = [
            tuple(Op(op.sign, change(op.old), change(op.new)) for op in ops)
            for ops in self.readings
        ]
        return replace(self, readings=tuple(readings))


@dataclass(frozen=True, slots=True)
class FileEdit:
    """All that a text says of one file. No old path: the file is new; no new path: it goes.

    Its paths are `bare` when they are surely the files' own, without the prefixes of a diff.
    """

    old_path: str
    new_path: str
    hunks: tuple[Hunk, ...] = ()
    renames: bool = False
    copies: bool = False
    mode: str = ""  # git's, when the text sets one
    bare: bool = False
    old_hash: str = ""  # git's, of the file before, when the text has it


def compare_lines(
    old: Sequence[str], new: Sequence[str], key: Callable[[str], str] = str.rstrip
) -> Ops:
    """Compare the old lines with the new ones; those whose keys are the same stay."""
    old_keys, new_keys = list(map(key, old)), list(map(key, new))
    head = _count_common(old_keys, new_keys)
    tail = _count_common(old_keys[head:][::-1], new_keys[head:][::-1])
    old_stop, new_stop = len(old) - tail, len(new) - tail
    old_middle, new_middle = old_keys[head:old_stop], new_keys[head:new_stop]
    _refuse_alike_lines(old_middle, new_middle)
    ops = _pair_lines(old[:head], new[:head])
    matcher = SequenceMatcher(None, old_middle, new_middle, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        old_lines = old[head + old_start : head + old_end]
        new_lines = new[head + new_start : head + new_end]
        if kind == "equal":
            ops += _pair_lines(old_lines, new_lines)
        else:
            ops += [Op(GOES, line) for line in old_lines]
            ops += [Op(COMES, "", line) for line in new_lines]
    ops += _pair_lines(old[old_stop:], new[new_stop:])
    return tuple(ops)


def _count_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Count the lines that both begin with."""
    count = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        count += 1
    return count


def _refuse_alike_lines(old: Sequence[str], new: Sequence[str]) -> None:
    """Raise Rejected for halves whose comparison would take too long."""
    counts = Counter(new)
    if sum(counts[line] for line in old) > MOST_ALIKE:
        raise Rejected(
            "the two halves are long, and most of their lines are alike. Make the edit in parts."
        )


def _pair_lines(old: Sequence[str], new: Sequence[str]) -> list[Op]:
    return [Op(STAYS, *pair) for pair in zip(old, new, strict=True)]


def has_sign(ops: Ops, *signs: str) -> bool:
    """Tell whether some line has one of the signs."""
    return any(op.sign in signs for op in ops)


def list_new_lines(ops: Ops) -> list[str]:
    """List the lines that come."""
    return [op.new for op in ops if op.sign == COMES]


def old_side(ops: Ops) -> list[str]:
    """List the lines that the file shall have."""
    return [op.old for op in ops if op.sign not in (COMES, GAP)]


def new_side(ops: Ops) -> list[str]:
    """List the lines that the file will have."""
    return [op.new for op in ops if op.sign not in (GOES, GAP)]
