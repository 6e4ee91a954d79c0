"""Pull requests as people made them, their reviews, and threads on lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.values.code import Sha
from bot.values.request import Branch, Comment

Side = Literal["left", "right"]  # of a diff: the old text, or the new one
ReviewState = Literal["approved", "changes requested", "commented", "dismissed", "pending"]
AnswerKind = Literal["done", "declined", "asked", "applied"]


@dataclass(frozen=True, slots=True)
class PullDetails:
    """A pull request as GitHub shows it now."""

    number: int
    url: str
    title: str
    body: str
    author: str
    base: Branch
    base_sha: Sha  # where the base branch stood when GitHub looked last
    head: Branch
    head_sha: Sha
    head_repo: str  # "owner/repo"; empty when the fork was deleted
    is_fork: bool  # its head is not a branch of the repository itself: nothing can be pushed there
    is_ours: bool = False  # the bot opened it
    is_open: bool = True
    is_draft: bool = False
    is_merged: bool = False
    is_locked: bool = False
    is_mergeable: bool | None = None  # None while GitHub computes it: ask again
    merge_sha: Sha | None = None  # of the commit that merged it
    closed_at: str = ""


@dataclass(frozen=True, slots=True)
class ThreadComment(Comment):
    """One comment of a thread. `review` is the review that it came with."""

    review: int = 0
    url: str = ""
    author_id: int = 0  # of the account: links a co-author's noreply address to it


@dataclass(frozen=True, slots=True)
class ReviewThread:
    """A conversation about lines of a diff, or about a whole file.

    Lines count from 1. They are None where the diff has changed so that GitHub finds them no more
    (outdated), and for a whole file; `original_line` and `original_sha` say where it began.
    """

    id: str  # GraphQL's node id
    path: str
    comments: tuple[ThreadComment, ...]
    line: int | None = None  # the last one
    start_line: int | None = None  # the first one, where there are several
    side: Side = "right"
    is_on_file: bool = False
    is_resolved: bool = False
    is_outdated: bool = False
    may_resolve: bool = False  # whether the bot may
    original_line: int | None = None
    original_start_line: int | None = None
    original_sha: Sha | None = None
    diff_hunk: str = ""  # what was shown above the first comment
    begins_left: bool = False  # its first line, which is not told, is of the left side alone
    head_sha: Sha | None = None  # of the commit that its lines were numbered in when it was read


@dataclass(frozen=True, slots=True)
class Review:
    """A review that was submitted, without its threads."""

    id: int
    author: str
    state: ReviewState
    body: str
    at: str
    is_by_bot: bool = False


@dataclass(frozen=True, slots=True)
class ThreadAnswer:
    """What the bot says in a thread: what it did, why not, or a question.

    "applied" is a suggestion that was taken to the letter, without the model; it is partial while
    the words beside it ask for more.
    """

    thread: str
    kind: AnswerKind
    text: str
    sha: Sha | None = None  # of the commit that does it, once it is made
    is_posted: bool = False
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class AppliedSuggestions:
    """The commit that people's suggestions became, and what is to be said in their threads.

    `texts` are the changed files as they are in it, where they are UTF-8. `moved` are the other
    threads, on the lines where they stand in it.
    """

    sha: Sha | None = None  # None: there was nothing to commit
    title: str = ""  # of the commit
    paths: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    answers: tuple[ThreadAnswer, ...] = ()
    moved: tuple[ReviewThread, ...] = ()


@dataclass(frozen=True, slots=True)
class SuggestedChange:
    """New text for lines of a pull request's new side, shown as a suggestion block.

    The text is without its last line end; None where the lines go.
    """

    path: str
    start_line: int
    line: int
    text: str | None
    body: str = ""  # what is said above the block
