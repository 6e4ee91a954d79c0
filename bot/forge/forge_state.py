"""Here lives all that the forge knows, behind one lock: accounts, repositories, Apps, and what is
still under way.
"""

from __future__ import annotations

import itertools
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.forge.forge_records import (
    AccountRecord,
    AppRecord,
    CommentRecord,
    InstallationRecord,
    IssueRecord,
    JobRecord,
    Kind,
    LabelRecord,
    PullRecord,
    ReactionRecord,
    StatusRecord,
    SuiteRecord,
    TokenRecord,
    WorkflowRunRecord,
)
from bot.forge.git_store import GitStore
from bot.values import Permission

Json = dict[str, object]

# GitHub's own number for the App behind GitHub Actions.
ACTIONS = 15368


@dataclass(slots=True)
class RepositoryRecord:
    """A repository and all that hangs on it. Its files are in the store."""

    id: int
    name: str
    created_at: str
    private: bool = False
    archived: bool = False
    default_branch: str = "main"
    people: dict[str, Permission] = field(default_factory=dict)
    labels: dict[str, LabelRecord] = field(default_factory=dict)
    issues: dict[int, IssueRecord] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    comments: dict[int, CommentRecord] = field(default_factory=dict)
    reactions: list[ReactionRecord] = field(default_factory=list)
    statuses: list[StatusRecord] = field(default_factory=list)
    suites: dict[int, SuiteRecord] = field(default_factory=dict)
    runs: dict[int, WorkflowRunRecord] = field(default_factory=dict)
    jobs: dict[int, JobRecord] = field(default_factory=dict)
    workflows: dict[str, int] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.name.partition("/")[0]

    @property
    def short(self) -> str:
        return self.name.partition("/")[2]

    def pulls(self) -> Iterator[PullRecord]:
        """All pull requests, oldest first."""
        return (issue for issue in self.issues.values() if isinstance(issue, PullRecord))

    def pull(self, number: int) -> PullRecord | None:
        found = self.issues.get(number)
        return found if isinstance(found, PullRecord) else None

    def comments_on(self, number: int) -> list[CommentRecord]:
        """Oldest first."""
        return [comment for comment in self.comments.values() if comment.number == number]

    def permission(self, login: str) -> Permission:
        """What somebody may do here; everybody may read what is public."""
        if login.lower() == self.owner.lower():
            return "admin"
        mine = {name.lower(): level for name, level in self.people.items()}
        return mine.get(login.lower(), "none" if self.private else "read")


class ForgeState:
    """What the forge knows. Hold `lock` while reading more than one thing or writing anything."""

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
        self.spent: dict[str, int] = {}
        self.runner_env: dict[str, str] = {}
        self.empty_suites = False
        self._accounts: dict[str, AccountRecord] = {}
        self._ids = itertools.count(1001)
        self._calm = threading.Condition(self.lock)
        self._under_way = 0

    @property
    def api(self) -> str:
        return f"{self.web}/api/v3"

    def new_id(self) -> int:
        return next(self._ids)

    def repository(self, name: str) -> RepositoryRecord:
        """Names are equal in any case, as on GitHub. Raises KeyError."""
        return self.repositories[name.lower()]

    def account(self, login: str, kind: Kind = "User") -> AccountRecord:
        """The account with this login. Whoever is named for the first time exists from then on."""
        kind = "Bot" if login.endswith("[bot]") else kind
        with self.lock:
            return self._accounts.setdefault(
                login.lower(), AccountRecord(self.new_id(), login, kind)
            )

    def knows(self, login: str) -> bool:
        return login.lower() in self._accounts

    def installed(self, repo: RepositoryRecord) -> list[InstallationRecord]:
        return [one for one in self.installations.values() if repo.name in one.repositories]

    def busy(self) -> None:
        """Something has begun that `quiet` must wait for."""
        with self.lock:
            self._under_way += 1

    def done(self) -> None:
        with self._calm:
            self._under_way -= 1
            self._calm.notify_all()

    def quiet(self, timeout_s: float) -> bool:
        with self._calm:
            return self._calm.wait_for(lambda: self._under_way == 0, timeout_s)


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def node_id(kind: str, *key: object) -> str:
    """A global id as GraphQL has it: opaque to callers, and the same for the same thing."""
    return f"{kind}_{urlsafe_b64encode('#'.join(map(str, key)).encode()).decode().rstrip('=')}"


def allows(permissions: Mapping[str, str], needs: str) -> bool:
    """Whether the permissions hold one of the alternatives of `needs`, "issues=write;
    pull_requests=write".
    """
    levels = ("none", "read", "write", "admin")
    for alternative in needs.split("; "):
        name, _, level = alternative.partition("=")
        if levels.index(permissions.get(name, "none")) >= levels.index(level or "none"):
            return True
    return False
