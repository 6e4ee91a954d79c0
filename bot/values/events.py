"""Events: what GitHub may tell us, as frozen values. `bot.web.webhook` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.values import Repo

PullAction = Literal["opened", "reopened", "edited", "ready_for_review", "converted_to_draft"]
SubmittedState = Literal["approved", "changes_requested", "commented"]


@dataclass(frozen=True, slots=True)
class _LabelEvent:
    delivery: str
    repo: Repo
    number: int
    label: str
    title: str
    body: str
    sender: str
    sender_bot: bool
    at: str
    on_pull: bool = False
    sender_id: int = 0


@dataclass(frozen=True, slots=True)
class IssueLabeled(_LabelEvent):
    """This one label was added; others may have been there before."""


@dataclass(frozen=True, slots=True)
class IssueUnlabeled(_LabelEvent):
    """This one label was taken away."""


@dataclass(frozen=True, slots=True)
class _IssueEvent:
    """`author` opened the issue, and `body` is its text."""

    delivery: str
    repo: Repo
    number: int
    sender: str
    sender_bot: bool
    at: str
    author: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class IssueClosed(_IssueEvent):
    """The issue was closed, done or not."""


@dataclass(frozen=True, slots=True)
class IssueEdited(_IssueEvent):
    """Somebody changed the title or the body."""


@dataclass(frozen=True, slots=True)
class IssueDeleted(_IssueEvent):
    """The issue is gone."""


@dataclass(frozen=True, slots=True)
class IssueTransferred(_IssueEvent):
    """The issue was moved to another repository, with all that was said there.

    `moved_to` is "owner/repo#9"; empty where GitHub does not say.
    """

    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class CommentCreated:
    """A new comment. `title` and `body` are the issue's; `at` is when the comment was written."""

    delivery: str
    repo: Repo
    number: int
    comment: int
    text: str
    on_pull: bool
    title: str
    body: str
    sender: str
    sender_bot: bool
    at: str
    sender_id: int = 0


@dataclass(frozen=True, slots=True)
class PullClosed:
    """A pull request was closed or merged.

    `branch` is empty when the head is not in the repository itself: a fork's branch may have our
    name.
    """

    delivery: str
    repo: Repo
    number: int
    branch: str
    merged: bool
    sender: str
    sender_bot: bool
    pull_author: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class PullSynchronized:
    """The head of a pull request moved. `branch` as in PullClosed."""

    delivery: str
    repo: Repo
    number: int
    branch: str
    before: str
    after: str
    sender: str
    sender_bot: bool


@dataclass(frozen=True, slots=True)
class _PullEvent:
    delivery: str
    repo: Repo
    number: int
    branch: str  # as in PullClosed
    title: str
    body: str
    pull_author: str
    sender: str
    sender_bot: bool
    at: str


@dataclass(frozen=True, slots=True)
class PullChanged(_PullEvent):
    """A pull request was opened, reopened, edited, made ready or a draft."""

    action: PullAction


@dataclass(frozen=True, slots=True)
class ReviewSubmitted(_PullEvent):
    """A review was submitted. Its comments are events of their own, before it or after it."""

    review: int
    state: SubmittedState
    text: str
    sender_id: int = 0


@dataclass(frozen=True, slots=True)
class ReviewChanged(_PullEvent):
    """A review was dismissed, or its text edited."""

    review: int
    action: Literal["dismissed", "edited"]


@dataclass(frozen=True, slots=True)
class ReviewCommentCreated(_PullEvent):
    """A new comment in a thread on lines; `review` is the review that it belongs to."""

    comment: int
    review: int
    text: str
    reply_to: int = 0  # the thread's first comment; 0 for the first itself
    sender_id: int = 0


@dataclass(frozen=True, slots=True)
class ThreadMoved(_PullEvent):
    """A thread was resolved, or opened again. `thread` is GraphQL's node id."""

    thread: str
    action: Literal["resolved", "unresolved"]


@dataclass(frozen=True, slots=True)
class ChecksMoved:
    """CI finished something for a commit. No branch is named when the commit is a fork's."""

    delivery: str
    repo: Repo
    branches: tuple[str, ...]
    sha: str
    kind: Literal["check_run", "check_suite", "workflow_run", "status"]
    state: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """A branch moved, was made (`before` is zeros) or deleted (`after` is zeros)."""

    delivery: str
    repo: Repo
    branch: str
    before: str
    after: str
    sender: str
    sender_bot: bool
    is_default: bool = False  # it is the repository's default branch


@dataclass(frozen=True, slots=True)
class InstallationChanged:
    """The App was installed, removed, suspended or given other repositories: those concerned."""

    delivery: str
    installation: int
    action: str
    repositories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """GitHub asks whether the door answers."""

    delivery: str
    hook: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that we do not read, or that came without an installation to act through."""

    delivery: str
    kind: str
    action: str


Event = (
    IssueLabeled
    | IssueUnlabeled
    | IssueClosed
    | IssueEdited
    | IssueDeleted
    | IssueTransferred
    | CommentCreated
    | PullClosed
    | PullSynchronized
    | PullChanged
    | ReviewSubmitted
    | ReviewChanged
    | ReviewCommentCreated
    | ThreadMoved
    | ChecksMoved
    | Pushed
    | InstallationChanged
    | Ping
    | Unknown
)
