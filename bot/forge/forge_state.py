"""Hold all that the forge knows, behind one lock, and count the work that is under way."""

from __future__ import annotations

import itertools
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.forge.forge_records import (
    AccountKind,
    AccountRecord,
    AppRecord,
    ArtifactRecord,
    CommentRecord,
    InstallationRecord,
    IssueRecord,
    JobRecord,
    LabelRecord,
    PullRecord,
    ReactionRecord,
    StatusRecord,
    SuiteRecord,
    TokenRecord,
    WorkflowRunRecord,
)
from bot.forge.git_store import GitSignature, GitStore
from bot.forge.repository_figures import RepositoryFigures
from bot.forge.review_records import ReviewCommentRecord, ReviewRecord, ThreadRecord
from bot.values import Permission

Json = dict[str, object]

# GitHub's own number for the App behind GitHub Actions.
ACTIONS_APP_ID = 15368


@dataclass(slots=True)
class RepositoryRecord:
    """A repository and all that belongs to it but its files, which are in the git store.

    One that is only listed has none: it is there to be found, in thousands.
    """

    id: int
    name: str
    created_at: str
    private: bool = False
    archived: bool = False
    fork_of: str = ""
    deletes_merged_branches: bool = False
    default_branch: str = "main"
    people: dict[str, Permission] = field(default_factory=dict)
    labels: dict[str, LabelRecord] = field(default_factory=dict)
    issues: dict[int, IssueRecord] = field(default_factory=dict)
    deleted_issues: set[int] = field(default_factory=set)
    comments: dict[int, CommentRecord] = field(default_factory=dict)
    reactions: list[ReactionRecord] = field(default_factory=list)
    reviews: dict[int, ReviewRecord] = field(default_factory=dict)
    threads: dict[int, ThreadRecord] = field(default_factory=dict)
    review_comments: dict[int, ReviewCommentRecord] = field(default_factory=dict)
    statuses: list[StatusRecord] = field(default_factory=list)
    suites: dict[int, SuiteRecord] = field(default_factory=dict)
    runs: dict[int, WorkflowRunRecord] = field(default_factory=dict)
    jobs: dict[int, JobRecord] = field(default_factory=dict)
    artifacts: dict[int, ArtifactRecord] = field(default_factory=dict)
    workflow_ids: dict[str, int] = field(default_factory=dict)
    signed_commits: set[str] = field(default_factory=set)  # by GitHub itself
    sub_issues: dict[int, list[int]] = field(default_factory=dict)  # numbers, by the parent's
    blockers: dict[int, list[int]] = field(default_factory=dict)  # what an issue waits for
    has_sub_issues: bool = True  # older servers have none
    figures: RepositoryFigures = field(default_factory=RepositoryFigures)
    is_only_listed: bool = False

    @property
    def owner(self) -> str:
        """The login before the slash."""
        return self.name.partition("/")[0]

    @property
    def short_name(self) -> str:
        """The name behind the slash."""
        return self.name.partition("/")[2]

    def find_fork(self, owner: str) -> str:
        """Return the name that somebody's fork of it has; "" for nobody and for its own owner."""
        is_own = owner.lower() in ("", self.owner.lower())
        return "" if is_own else f"{owner}/{self.short_name}"

    def list_pulls(self) -> list[PullRecord]:
        """Return all pull requests, oldest first."""
        return [issue for issue in self.issues.values() if isinstance(issue, PullRecord)]

    def find_pull(self, number: int) -> PullRecord | None:
        """Return the pull request with this number; None also for an issue."""
        issue = self.issues.get(number)
        return issue if isinstance(issue, PullRecord) else None

    def get_pull(self, number: int) -> PullRecord:
        """Return the pull request with this number. Raises KeyError."""
        pull = self.find_pull(number)
        if pull is None:
            raise KeyError(number)
        return pull

    def list_comments(self, number: int) -> list[CommentRecord]:
        """Return the comments on an issue, oldest first."""
        return [comment for comment in self.comments.values() if comment.number == number]

    def list_reviews(self, number: int, viewer: str = "") -> list[ReviewRecord]:
        """Return a pull request's reviews, oldest first; pending ones are the viewer's alone."""
        return [
            review
            for review in self.reviews.values()
            if review.number == number and (review.submitted_at or review.author == viewer)
        ]

    def list_threads(self, number: int, viewer: str = "") -> list[ThreadRecord]:
        """Return a pull request's threads, oldest first, of which the viewer sees a comment."""
        visible_ids = {comment.thread for comment in self.list_review_comments(number, viewer)}
        return [thread for thread in self.threads.values() if thread.id in visible_ids]

    def list_review_comments(self, number: int, viewer: str = "") -> list[ReviewCommentRecord]:
        """Return the comments of a pull request's threads, oldest first, that the viewer sees."""
        reviews = {review.id for review in self.list_reviews(number, viewer)}
        return [comment for comment in self.review_comments.values() if comment.review in reviews]

    def list_thread_comments(
        self, thread: ThreadRecord, viewer: str = ""
    ) -> list[ReviewCommentRecord]:
        """Return the comments of a thread, oldest first, that the viewer sees."""
        comments = self.list_review_comments(thread.number, viewer)
        return [comment for comment in comments if comment.thread == thread.id]

    def list_comments_of(self, review: ReviewRecord) -> list[ReviewCommentRecord]:
        """Return the comments that came with a review, oldest first."""
        comments = self.review_comments.values()
        return [comment for comment in comments if comment.review == review.id]

    def list_suites(self, sha: str) -> list[SuiteRecord]:
        """Return the check suites of a commit, oldest first."""
        return [suite for suite in self.suites.values() if suite.sha == sha]

    def find_permission(self, login: str) -> Permission:
        """Return somebody's permission here; everybody may read a public repository."""
        if login.lower() == self.owner.lower():
            return "admin"
        permissions = {name.lower(): level for name, level in self.people.items()}
        return permissions.get(login.lower(), "none" if self.private else "read")


class ForgeState:
    """All that the forge knows.

    Hold `lock` while reading more than one thing or writing anything. `runner_env` is the
    environment of CI's jobs. With `makes_empty_suites` each push leaves a queued suite without
    runs for every installed App, as on GitHub. Without `tests_merges` nobody ever learns whether a
    pull request can be merged.
    """

    def __init__(self, home: Path) -> None:
        self.lock = threading.RLock()
        self.store = GitStore(home / "git")
        self.home = home
        self.web = "http://127.0.0.1"
        self.logs = "http://localhost"
        self.repositories: dict[str, RepositoryRecord] = {}
        self.apps: dict[int, AppRecord] = {}
        self.installations: dict[int, InstallationRecord] = {}
        self.tokens: dict[str, TokenRecord] = {}
        self.requests: list[tuple[str, str, int]] = []
        self.request_counts: dict[str, int] = {}
        self.runner_env: dict[str, str] = {}
        self.makes_empty_suites = False
        self.tests_merges = True
        self._accounts: dict[str, AccountRecord] = {}
        self._ids = itertools.count(1001)
        self._idle = threading.Condition(self.lock)
        self._work_count = 0

    @property
    def api(self) -> str:
        """The address of the REST API."""
        return f"{self.web}/api/v3"

    def make_id(self) -> int:
        """Return an id that nothing else has."""
        return next(self._ids)

    def find_repository(self, name: str) -> RepositoryRecord:
        """Return the repository; names are equal in any case, as on GitHub. Raises KeyError."""
        return self.repositories[name.lower()]

    def find_account(self, login: str, kind: AccountKind = "User") -> AccountRecord:
        """Return the account with this login, which exists from its first mention on."""
        kind = "Bot" if login.endswith("[bot]") else kind
        with self.lock:
            account = AccountRecord(self.make_id(), login, kind)
            return self._accounts.setdefault(login.lower(), account)

    def sign_as(self, login: str) -> GitSignature:
        """Make somebody's signature of a commit, now: the date as `GitStore.commit` wants it."""
        account = self.find_account(login)
        email = f"{account.id}+{account.login}@users.noreply.github.com"
        return GitSignature(account.login, email, str(int(time.time())))

    def has_account(self, login: str) -> bool:
        """Tell whether the login was ever mentioned."""
        return login.lower() in self._accounts

    def list_installations(self, repository: RepositoryRecord) -> list[InstallationRecord]:
        """Return the installations of Apps on a repository."""
        return [
            installation
            for installation in self.installations.values()
            if repository.name in installation.repositories
        ]

    def begin_work(self) -> None:
        """Count something that `wait_until_idle` must wait for."""
        with self.lock:
            self._work_count += 1

    def end_work(self) -> None:
        """Count the end of what `begin_work` counted."""
        with self._idle:
            self._work_count -= 1
            self._idle.notify_all()

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until no work is under way; return False when that takes too long."""
        with self._idle:
            return self._idle.wait_for(lambda: self._work_count == 0, timeout_s)


def now() -> str:
    """Return the time as GitHub's API writes it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def find_next_hour() -> int:
    """Tell when the limits of requests begin anew, in seconds since the epoch."""
    return (int(time.time()) // 3600 + 1) * 3600


def make_node_id(kind: str, *key: object) -> str:
    """Make a global id for GraphQL: opaque to callers, and the same for the same thing."""
    return f"{kind}_{urlsafe_b64encode('#'.join(map(str, key)).encode()).decode().rstrip('=')}"


def allows(permissions: Mapping[str, str], needs: str) -> bool:
    """Tell whether the permissions hold one of the alternatives that are needed.

    `needs` is as in X-Accepted-GitHub-Permissions: "issues=write; pull_requests=write".
    """
    levels = ("none", "read", "write", "admin")
    for alternative in needs.split("; "):
        name, _, level = alternative.partition("=")
        if levels.index(permissions.get(name, "none")) >= levels.index(level or "none"):
            return True
    return False
