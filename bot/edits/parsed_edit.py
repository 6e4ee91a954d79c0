"""Define what an edit is in whatever format: lines that stay, go and come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
class Hunk:
    """One place's edit, as it can be read: the likeliest reading first. `line` is where it stands
    in what was written.

    `bare_end` says of the old and of the new side whether a marker claims that the file ends there
    without a line end.
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


def compare_lines(
    old: Sequence[str], new: Sequence[str], key: Callable[[str], str] = str.rstrip
) -> Ops:
    """Compare the old lines with the new ones; those whose keys are the same stay."""
    keys = list(map(key, old)), list(map(key, new))
    head = _common(*keys)
    tail = _common(keys[0][head:][::-1], keys[1][head:][::-1])
    middle = keys[0][head : len(old) - tail], keys[1][head : len(new) - tail]
    counts = Counter(middle[1])
    if sum(counts[line] for line in middle[0]) > MOST_ALIKE:
        raise Rejected(
            "the two halves are long, and most of their lines are alike. Make the edit in parts."
        )
    ops = [Op(STAYS, *pair) for pair in zip(old[:head], new[:head], strict=True)]
    for kind, *places in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        first, last, begin, stop = (head + at for at in places)
        if kind == "equal":
            ops += [Op(STAYS, *pair) for pair in zip(old[first:last], new[begin:stop], strict=True)]
        else:
            ops += [Op(GOES, line) for line in old[first:last]] + [
                Op(COMES, "", line) for line in new[begin:stop]
            ]
    return (
        *ops,
        *(
            Op(STAYS, *pair)
            for pair in zip(old[len(old) - tail :], new[len(new) - tail :], strict=True)
        ),
    )


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the lines that both begin with."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def old_side(ops: Ops) -> list[str]:
    """List the lines that the file shall have."""
    return [op.old for op in ops if op.sign not in (COMES, GAP)]


def new_side(ops: Ops) -> list[str]:
    """List the lines that the file will have."""
    return [op.new for op in ops if op.sign not in (GOES, GAP)]
