"""Merges of one branch into another, as git leaves them, and what is left of their conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.values.code import Sha
from bot.values.request import Branch, Repo

ConflictKind = Literal[
    "content",
    "both added",
    "modify/delete",
    "rename",
    "binary",
    "submodule",
    "link",
    "mode",
    "file/directory",
]

MARKER_SIZE = 61  # so long that no line of a file is taken for one


@dataclass(frozen=True, slots=True)
class PathConflict:
    """A path that git cannot merge: its bytes on each side, None where a side has no file there.

    `marked` is what git left, all three sides of each conflict between markers of
    MARKER_SIZE signs.
    """

    path: str
    kind: ConflictKind
    base: bytes | None = None
    ours: bytes | None = None
    theirs: bytes | None = None
    marked: bytes | None = None


@dataclass(frozen=True, slots=True)
class TreeMerge:
    """What git made of two commits: a tree, in which what it could not merge is left marked."""

    tree: Sha
    conflicts: tuple[PathConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A file that is left to solve: lines where conflicts begin in it, and who touched it.

    `advice` says why the model does not solve it, and what a person can do; empty when it may.
    """

    path: str
    kind: ConflictKind
    lines: tuple[int, ...] = ()
    ours: tuple[str, ...] = ()  # the messages of the commits that touched it on that side
    theirs: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class SolvedFile:
    """A file whose conflicts left no doubt, and the rules that solved them."""

    path: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeDraft:
    """A merge commit that was made and not pushed: what is certain is solved in it.

    Without a commit there is nothing to merge: the branch holds all of the base already.
    """

    head: Sha
    base: Sha
    commit: Sha | None = None
    solved: tuple[SolvedFile, ...] = ()
    left: tuple[OpenConflict, ...] = ()
    behind: int = 0  # how many commits of the base the branch lacked


@dataclass(frozen=True, slots=True)
class MovedBase:
    """A branch that others are merged into has moved, or a pull request has another base now."""

    repo: Repo
    delivery: str
    by: str  # who pushed
    is_by_bot: bool = False
    branch: Branch | None = None  # None where it is about one pull request alone
    pull: int = 0
