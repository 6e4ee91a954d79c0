"""What the corpus's database holds, as frozen values: none of them changes with the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.values.found_repository import FoundRepository

CloneState = Literal["cloned", "refused"]
FileState = Literal["kept", "dropped"]


@dataclass(frozen=True, slots=True)
class CorpusRepository:
    """A repository of the corpus, and how far its clone is.

    `refusal` says in a sentence why it is not in the corpus; `commit` is what its files are of.
    `own_licence` is what its files say there, "" of one that was not read, and `allowed_licences`
    are those that its files were judged by, "" for any.
    """

    id: int
    repository: FoundRepository
    found_at: str
    clone_state: CloneState | None = None
    refusal: str = ""
    commit: str = ""
    cloned_at: str | None = None
    own_licence: str = ""
    allowed_licences: str = ""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a repository at its commit: what it holds, and why it was dropped if it was.

    `signature` is its MinHash, as bytes; None where none was computed. `content` is the fingerprint
    of its text without regard to blanks, by which copies are found.
    """

    path: str
    blob: str
    size_bytes: int
    lines: int = 0
    words: int = 0
    characters: int = 0
    state: FileState = "kept"
    reason: str = ""
    signature: bytes | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FileTotals:
    """The files of a repository that share a state and a reason, added up."""

    repository_id: int
    state: FileState
    reason: str
    files: int
    size_bytes: int
    lines: int
    words: int
    characters: int


@dataclass(frozen=True, slots=True)
class SearchSlice:
    """A part of a search small enough for GitHub to tell whole, and how far it was read.

    Bounds are inclusive; None is no bound. Dates are ISO 8601. `cursor` is where its next page
    begins, "" at the first.
    """

    id: int
    least_stars: int | None = None
    most_stars: int | None = None
    created_from: str | None = None
    created_to: str | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """A search under way or ended: what was asked, and how many repositories it has told so far."""

    id: int
    query: str
    found: int
    expected: int | None
    slices: tuple[SearchSlice, ...]  # those that are not read to their end, in the order of reading
