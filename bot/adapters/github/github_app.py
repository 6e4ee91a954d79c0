"""Here lives GitHub as the bot needs it, through PyGithub, as a GitHub App."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, cast, get_args
from urllib.parse import quote

from bot.adapters.github import app_api
from bot.adapters.github.api_client import GONE, Wire
from bot.adapters.github.app_api import Delivery, Registration
from bot.adapters.github.auth import FOR_API, FOR_GIT, Tokens
from bot.adapters.github.check_runs import checks_of, jobs_of
from bot.adapters.github.http_client import Line, Pace, Request
from bot.adapters.github.issue_comments import Comments
from bot.adapters.github.log_download import fetch_log
from bot.adapters.github.pull_requests import Words, find_pull, put_pull, value_of
from bot.adapters.github.shapes import (
    AnnotationShape,
    CommentShape,
    FileShape,
    IssueShape,
    PermissionShape,
    RunShape,
)
from bot.ports import Refusal, Unreachable
from bot.values import (
    Annotation,
    Branch,
    Check,
    Checks,
    Comment,
    Issue,
    Permission,
    PullRequest,
    PullRequestContent,
    Remote,
    Repo,
    RepoInfo,
    Sha,
)


@dataclass(eq=False)
class GitHubApp:
    """All ports of GitHub. Safe to use from many threads."""

    app_id: int | str
    private_key: str = field(repr=False)
    url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    _: KW_ONLY
    clock: Callable[[], float] = time.time
    pause_between_writes_s: float = 1.0
    permissions: Mapping[str, str] = field(default_factory=lambda: FOR_API)
    timeout_s: int = 20

    def __post_init__(self) -> None:
        line = Line(self.api_url, self.timeout_s)
        self._tokens = Tokens(line, self.app_id, self.private_key, self.clock)
        pace = Pace(self.pause_between_writes_s, self.clock)
        self._wire = Wire(
            line, self._tokens, pace, self.permissions, self.clock, self.pause_between_writes_s
        )
        self._comments = Comments(self._wire, self.fetch_login)
        self._slug = ""

    def fetch_login(self) -> str:
        return f"{self._own_slug()}[bot]"

    def fetch_info(self, repo: Repo) -> RepoInfo:
        data = self._wire.get(repo, f"/repos/{repo.name}")
        return RepoInfo(
            Branch(data["default_branch"]), archived=data["archived"], private=data["private"]
        )

    def fetch_permission(self, repo: Repo, login: str) -> Permission:
        path = f"/repos/{repo.name}/collaborators/{quote(login, safe='')}/permission"
        data = self._wire.find(repo, path)
        if data is None:
            return "none"
        shown = PermissionShape.model_validate(data)
        # `permission` folds maintain into write and triage into read; `role_name` may be an
        # organization's own.
        known = get_args(Permission)
        return cast(Permission, shown.role_name if shown.role_name in known else shown.permission)

    def fetch_issue(self, repo: Repo, number: int) -> Issue | None:
        data = self._wire.find(repo, f"/repos/{repo.name}/issues/{number}")
        return IssueShape.model_validate(data).value() if data else None

    def list_comments(self, repo: Repo, number: int) -> tuple[Comment, ...]:
        items = self._all(repo, f"/repos/{repo.name}/issues/{number}/comments")
        return tuple(CommentShape.model_validate(item).value() for item in items)

    def fetch_file(self, repo: Repo, path: str) -> str | None:
        data = self._wire.find(repo, f"/repos/{repo.name}/contents/{quote(path)}")
        if not isinstance(data, dict):  # not there, or a folder
            return None
        found = FileShape.model_validate(data)
        if found.type != "file":
            return None
        if found.encoding != "base64":
            raise Refusal(f"`{path}` is larger than a megabyte, so GitHub does not show it.")
        return base64.b64decode(found.content).decode("utf-8", "replace")

    def add_reaction(self, repo: Repo, number: int, comment: int | None) -> None:
        there = f"comments/{comment}" if comment else str(number)
        path = f"/repos/{repo.name}/issues/{there}/reactions"
        # GitHub answers 200 instead of 201 to a reaction that is there, so a second try doubles
        # nothing.
        self._wire.surely(
            lambda: self._wire.write(repo, "POST", path, {"content": "eyes"}), lambda: None
        )

    def put_comment(self, repo: Repo, number: int, marker: str, body: str) -> int:
        return self._comments.put(repo, number, marker, body)

    def fetch_checks(self, repo: Repo, sha: Sha) -> Checks:
        return checks_of(self._wire, repo, sha, self._own_slug())

    def list_jobs(self, repo: Repo, run: int, attempt: int) -> tuple[Check, ...]:
        return tuple(jobs_of(self._wire, repo, run, attempt))

    def fetch_job_log(self, repo: Repo, job: int, limit_bytes: int) -> bytes:
        request = Request("GET", f"/repos/{repo.name}/actions/jobs/{job}/logs")
        reply = self._wire.send(repo, request, also=GONE | {302})
        if reply.status in GONE:
            return b""
        if "location" not in reply.headers:
            raise Unreachable(
                f"GitHub answered {reply.status} to {reply.asked}, but not where the log is"
            )
        return fetch_log(reply.headers["location"], limit_bytes, self.timeout_s)

    def list_annotations(self, repo: Repo, check: int) -> tuple[Annotation, ...]:
        items = self._all(repo, f"/repos/{repo.name}/check-runs/{check}/annotations")
        return tuple(AnnotationShape.model_validate(item).value() for item in items)

    def rerun_failed(self, repo: Repo, run: int) -> None:
        path = f"/repos/{repo.name}/actions/runs/{run}"

        def again() -> bool | None:
            return RunShape.model_validate(self._wire.get(repo, path)).run_attempt > 1 or None

        if not again():
            self._wire.surely(
                lambda: bool(self._wire.write(repo, "POST", f"{path}/rerun-failed-jobs")), again
            )

    def find_pull(self, repo: Repo, branch: Branch) -> PullRequest | None:
        found = find_pull(self._wire, repo, branch)
        return value_of(found) if found else None

    def open_pull(
        self, repo: Repo, head: Branch, base: Branch, content: PullRequestContent
    ) -> PullRequest:
        return put_pull(
            self._wire, repo, Words(head, base, content.title, content.body, content.draft)
        )

    def fetch_remote(self, repo: Repo) -> Remote:
        return Remote(f"{self.url.rstrip('/')}/{repo.name}.git", self._tokens.of(repo, FOR_GIT))

    def doctor(self) -> Registration:
        """How GitHub knows the App: what it may do, what it hears, where it is installed, what did
        not reach it.
        """
        return app_api.registration(self._wire)

    def missed_deliveries(self, since_s: float) -> tuple[Delivery, ...]:
        """The webhooks of the last `since_s` seconds that never reached us, oldest first; GitHub
        keeps three days.
        """
        return app_api.missed(self._wire, self.clock() - since_s)

    def redeliver(self, id: int) -> None:  # noqa: A002 - GitHub's own word
        app_api.redeliver(self._wire, id)

    def _own_slug(self) -> str:
        self._slug = self._slug or app_api.slug_of(self._wire)
        return self._slug

    def _all(self, repo: Repo, path: str) -> list[Any]:
        return [item for page in self._wire.pages(repo, path) for item in page]
