"""Who asked for what, where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

from bot.values.run_config import RepoConfig

RunKey = NewType("RunKey", str)  # "owner/repo#7/1": the first run for issue 7
Subject = NewType("Subject", str)  # "owner/repo#7"
Branch = NewType("Branch", str)  # without refs/heads/
InstallationId = NewType("InstallationId", int)  # only the adapter of GitHub knows what it means
Permission = Literal["admin", "maintain", "write", "triage", "read", "none"]
# Commands that say all there is to do, beside what the issue asks.
ON_DEMAND = ("refactor", "document", "test")
NAMING = ("document", "test")  # those that name the code they are about
Reaction = Literal["eyes", "+1", "-1"]  # of those that GitHub has, by its own names


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository by its full name, and the App installation through which we may touch it."""

    name: str  # "owner/repo"
    installation: InstallationId = InstallationId(0)  # 0: a repository on this machine


@dataclass(frozen=True, slots=True)
class RepoBranches:
    """Branches of a repository, by its full name."""

    repo: str
    branches: tuple[str, ...]

    def __str__(self) -> str:
        """Name them in a log."""
        return f"{self.repo} {', '.join(self.branches)}"


@dataclass(frozen=True, slots=True)
class Request:
    """Who asked for what, when. Title and body are the webhook's: as they stood at the trigger."""

    repo: Repo
    number: int
    asker: str
    at: str
    delivery: str
    command: str = "generate"
    words: str = ""  # what stands behind the command
    label: str = ""  # the label that was added; empty when a comment asked
    comment: int | None = None
    on_pull: bool = False
    in_thread: bool = False  # the comment stands in a thread on lines of a pull request
    review: int = 0  # the review that asks, where one does
    title: str = ""
    body: str = ""
    asker_id: int = 0  # of the account: links a co-author's noreply address to it
    cause: str = ""  # why the bot began unasked, in the asker's name: a clause
    pull: int = 0  # the pull request to work on, where the request was made on its issue
    may_resume: bool = False  # the run may go on from what an earlier one left
    # Read already when the request was admitted; the run does not ask again.
    config: RepoConfig | None = None
    default_branch: Branch | None = None

    @property
    def pull_number(self) -> int:
        """The pull request to work on."""
        return self.pull or self.number

    @property
    def subject(self) -> Subject:
        """What the request is about."""
        return Subject(f"{self.repo.name}#{self.number}")


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """What GitHub says of a repository."""

    default_branch: Branch
    archived: bool = False
    private: bool = False
    disabled: bool = False  # by GitHub itself


@dataclass(frozen=True, slots=True)
class OwnIssue:
    """An issue that the bot opened itself."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment on an issue."""

    id: int
    author: str
    body: str
    at: str
    edited_at: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. After `freeze`: only what a reader of the page would see, from people who may
    write, at the trigger.
    """

    number: int
    title: str
    body: str
    author: str
    open: bool = True
    locked: bool = False
    pull: bool = False  # GitHub's issues include pull requests
    labels: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    moved_to: str = ""  # "owner/repo#9", where it was transferred to
    closed_as: str = ""  # GitHub's word: "completed", "not_planned", "duplicate"
