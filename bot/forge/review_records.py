"""Records of reviews and of the threads on lines: frozen, and replaced as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DiffSide = Literal["LEFT", "RIGHT"]  # the old text, or the new one
ReviewRecordState = Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"]
ReviewAction = Literal["", "COMMENT", "APPROVE", "REQUEST_CHANGES"]  # "" leaves it pending


@dataclass(frozen=True, slots=True)
class ThreadPlace:
    """Lines of a diff, or a whole file. `start_line` is the first of several lines."""

    path: str
    line: int | None = None
    side: DiffSide = "RIGHT"
    start_line: int | None = None
    start_side: DiffSide | None = None
    is_on_file: bool = False


@dataclass(frozen=True, slots=True)
class NewThread:
    """A comment that begins a thread."""

    place: ThreadPlace
    body: str


@dataclass(frozen=True, slots=True)
class NewReview:
    """What somebody writes in a review; of the head, where no commit is named."""

    action: ReviewAction = ""
    body: str = ""
    threads: tuple[NewThread, ...] = ()
    commit: str = ""


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A review. A pending one is seen by its author alone."""

    id: int
    number: int
    author: str
    body: str
    commit: str
    state: ReviewRecordState
    created_at: str
    updated_at: str
    submitted_at: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """A thread: where it began, and where it stands now, if it is not outdated.

    `commit` is the newest one in whose diff the place was found. `position` counts the lines of
    the file's diff below its first hunk header.
    """

    id: int
    number: int
    place: ThreadPlace
    original: ThreadPlace
    original_commit: str
    commit: str
    diff_hunk: str
    original_position: int
    position: int | None
    resolved_by: str = ""

    @property
    def is_outdated(self) -> bool:
        """The lines that it stands on are not in the diff any more."""
        return self.position is None


@dataclass(frozen=True, slots=True)
class ReviewCommentRecord:
    """A comment of a thread, which came with a review. `reply_to` is the thread's first one."""

    id: int
    thread: int
    number: int
    review: int
    author: str
    body: str
    created_at: str
    updated_at: str
    reply_to: int | None = None
