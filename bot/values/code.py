"""Code as values: trees, patches, and places in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NewType

from bot.values.ended_pulls import PullEnd
from bot.values.request import Branch, Repo

Sha = NewType("Sha", str)  # 40 hex digits


@dataclass(frozen=True, slots=True)
class Remote:
    """The address where git fetches and pushes.

    The secret goes into the environment of one git process and nowhere else. Whoever sees that it
    is not taken any more drops it, so that the next look gets another one.
    """

    url: str
    secret: str = field(default="", repr=False)
    drop_secret: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a repository at a commit, or at a tree object, in our mirror of it."""

    repo: Repo
    sha: Sha
    branch: Branch


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file of a tree. `size` is in bytes; 0 for a gitlink."""

    path: str
    mode: Literal["100644", "100755", "120000", "160000"]
    sha: Sha
    size: int


@dataclass(frozen=True, slots=True)
class Patch:
    """A change as a value: path to its new text, or None where the file goes."""

    files: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrepMatch:
    """One line that a grep found. Lines count from 1."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit of the history: its message, and the files that it changed."""

    sha: Sha
    message: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommitContent:
    """What a commit says, and what it changes in its one parent: plain files, None for those that
    go.
    """

    tree: Sha
    parent: Sha
    parent_tree: Sha
    message: str
    files: dict[str, bytes | None]

    @property
    def headline(self) -> str:
        """The first line of the message."""
        return self.message.strip().partition("\n")[0].strip()

    @property
    def body(self) -> str:
        """The rest of the message."""
        return self.message.strip().partition("\n")[2].strip()

    @property
    def identity(self) -> tuple[Sha, Sha, str, str]:
        """What two commits have in common that were made of the same content."""
        return self.parent, self.tree, self.headline, self.body


@dataclass(frozen=True, slots=True)
class BranchCommit:
    """A commit of a branch's own line, by the name of its author."""

    sha: Sha
    author: str
    is_merge: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A place in the code worth reading; `name` is empty for a whole file.

    Lines count from 1; 0 is unknown.
    """

    path: str
    score: float
    why: tuple[str, ...] = ()
    name: str = ""
    kind: str = ""
    line: int = 0
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class NamedCode:
    """The code that somebody named: lines of a file, with the definitions in them.

    `name` is empty for a file or for lines of it. `tests` are files named after it. `obstacle` says
    why nothing was found.
    """

    path: str = ""
    line: int = 0
    end_line: int = 0
    symbols: tuple[SearchHit, ...] = ()
    name: str = ""
    tests: tuple[str, ...] = ()
    obstacle: str = ""
    can_measure: bool = False  # which of its lines tests run: its language has a way


@dataclass(frozen=True, slots=True)
class SimilarCommit:
    """A past commit like the request; `diff` is its beginning, empty when the clone lacks it."""

    sha: Sha
    message: str
    paths: tuple[str, ...]
    diff: str = ""


@dataclass(frozen=True, slots=True)
class QuotedPlaces:
    """A text that the request quotes, and where it stands; nowhere, when `lines` is 0.

    `places` are some of its lines, `counts` the lines of some of its files; `part_of` is what the
    request quotes when only this part of it was found.
    """

    text: str
    places: tuple[GrepMatch, ...] = ()
    lines: int = 0
    files: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """A file that changed when members were added, and in how many of these commits.

    A star in `path` stands for what was new each time: the member's name, or the file's own.
    """

    path: str
    commits: int

    def is_met_by(self, path: str) -> bool:
        """Tell whether a file is this place."""
        pattern = ".*".join(map(re.escape, self.path.split("*")))
        return re.fullmatch(pattern, path) is not None


@dataclass(frozen=True, slots=True)
class CodeFamily:
    """The things of a kind of which a request asks for another one.

    `place` is the folder of the files or folders, the base of the classes, the file of the
    definitions, or what registers or lists the others, with its file. `addition` is the commit that
    last added a member; `places` are what changed beside the member in it and in earlier ones,
    `additions` of them in all.
    """

    kind: str
    place: str
    size: int
    examples: tuple[SearchHit, ...] = ()
    addition: SimilarCommit | None = None
    places: tuple[SharedPlace, ...] = ()
    additions: int = 0

    @property
    def constant_places(self) -> tuple[SharedPlace, ...]:
        """The places that changed each time; none after a single time, which shows no rule."""
        if self.additions <= 1:
            return ()
        return tuple(place for place in self.places if place.commits == self.additions)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The places to look at for an issue, each list best first."""

    files: tuple[SearchHit, ...] = ()
    symbols: tuple[SearchHit, ...] = ()
    tests: tuple[SearchHit, ...] = ()
    skipped: tuple[str, ...] = ()  # what was not read, and why
    similar: tuple[SimilarCommit, ...] = ()  # past commits most like the issue
    map: str = ""  # of the code around them
    quoted: tuple[QuotedPlaces, ...] = ()  # texts that the request quotes
    types: tuple[SearchHit, ...] = ()  # that the definitions use
    precedents: tuple[PullEnd, ...] = ()  # what people made of the bot's earlier changes
    is_asked_too_little: bool = False  # nobody could understand the request
    needs_brief: bool = False  # a command on a pull request is not small and clear
    family: CodeFamily | None = None  # of which it asks for another member


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that a gate found; one that `blocks` keeps the change from being pushed."""

    gate: str
    path: str
    line: int
    text: str
    blocks: bool = True
    rule: str = ""  # of the gate's, as its tool names it
    end_line: int = 0  # the last line, where it is about several

    @property
    def place(self) -> str:
        """Where it is, as file:line or file:line-line; the file alone, or nothing where it is about
        all files.
        """
        lines = f"{self.line}-{self.end_line}" if self.end_line > self.line else str(self.line)
        return f"{self.path}:{lines}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret in a text. It is held no longer than it takes to mask it, and never recorded."""

    secret: str = field(repr=False)
    rule: str
    what: str


@dataclass(frozen=True, slots=True)
class Package:
    """A package index' entry; `first` is the date of its first release, empty if unknown.

    Of the newest release are the version, its date and the licence, as far as the index tells.
    """

    exists: bool
    first: str = ""
    releases: int = 0
    version: str = ""
    released: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """A git author. A GitHub noreply address links the commit to the account."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class CommitDetails:
    """What a new commit says, who made it, and when (ISO 8601)."""

    message: str
    author: Author
    committed_at: str
