"""Here lives the forge: GitHub in a box, with the acts of its people, and what happened for those
who want to look.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.forge.app_registry import AppRegistry
from bot.forge.check_views import status_event
from bot.forge.event_publisher import EventPublisher
from bot.forge.fault_injection import FaultInjector
from bot.forge.forge_ci import ForgeCI
from bot.forge.forge_issues import ForgeIssues
from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_records import (
    AppKeys,
    CommentRecord,
    IssueRecord,
    JobRecord,
    PullRecord,
    ReactionRecord,
    StatusDetails,
    StatusRecord,
)
from bot.forge.forge_state import ForgeState, RepositoryRecord, now
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZEROS, GitSignature
from bot.forge.push_follower import PushFollower
from bot.forge.webhook_delivery import SerialQueue, WebhookDelivery, WebhookSender
from bot.values import Permission


class Forge:
    """A GitHub with state, in memory and in bare repositories under `home`. Safe to use from many
    threads.
    """

    def __init__(self, home: Path) -> None:
        self.state = ForgeState(home)
        self.faults = FaultInjector()
        self.courier = WebhookSender(self.state)
        self.again = SerialQueue(self.state)
        self.apps = AppRegistry(self.state)
        news = self._news = EventPublisher(self.state, self.courier)
        self.ci = ForgeCI(self.state, news)
        self.issues = ForgeIssues(self.state, news)
        self.pull_requests = ForgePulls(self.state, news, self.issues, self.ci.pull)
        self.pushes = PushFollower(self.state, news, self.pull_requests, self.ci)

    @property
    def runner_env(self) -> dict[str, str]:
        """The environment of CI's jobs."""
        return self.state.runner_env

    @runner_env.setter
    def runner_env(self, env: dict[str, str]) -> None:
        self.state.runner_env = env

    @property
    def makes_empty_suites(self) -> bool:
        """Whether each push leaves a queued suite without runs for every installed App, as on
        GitHub.
        """
        return self.state.empty_suites

    @makes_empty_suites.setter
    def makes_empty_suites(self, wanted: bool) -> None:
        self.state.empty_suites = wanted

    # --- operators

    def create_repository(
        self,
        name: str,
        files: Mapping[str, str],
        *,
        private: bool = False,
        people: Mapping[str, Permission] | None = None,
    ) -> None:
        """One commit on main; none without files. The owner is an organization, unless it is one of
        the people.
        """
        with self.state.lock:
            owner = name.partition("/")[0]
            known = dict(people or {})
            self.state.account(owner, "User" if owner in known else "Organization")
            for login in known:
                self.state.account(login)
            self.state.repositories[name.lower()] = RepositoryRecord(
                self.state.new_id(), name, now(), private, people=known
            )
            self.state.store.create(name)
            if files:
                self._commit(name, "main", files, owner, "Initial commit")

    def create_app(
        self, slug: str, permissions: Mapping[str, str], events: Sequence[str]
    ) -> AppKeys:
        """Register an App; `metadata: read` comes with every one."""
        with self.state.lock:
            return self.apps.register(slug, permissions, events)

    def install(self, app: AppKeys, *repositories: str) -> int:
        """Install an App on repositories of one owner, or add them. Returns the installation's id."""
        with self.state.lock:
            chosen = [self.state.repository(name) for name in repositories]
            one = self.apps.install(self.state.apps[app.id], chosen)
            self._news.installed(one, chosen[0].owner)
            return one.id

    def set_webhook_url(self, app: AppKeys, url: str) -> None:
        """Where the App's webhooks go from now on; it is pinged there."""
        with self.state.lock:
            self.state.apps[app.id] = new = replace(self.state.apps[app.id], hook=url)
            self._news.ping(new)

    def suspend_installation(self, installation: int) -> None:
        """Its owner forbids the App everything there, until further notice."""
        with self.state.lock:
            self.apps.suspend(installation)

    def expire_tokens(self) -> None:
        """Let every installation token's hour be over."""
        with self.state.lock:
            self.apps.expire()

    def set_permission(self, repo: str, login: str, permission: Permission) -> None:
        with self.state.lock:
            self.state.account(login)
            self.state.repository(repo).people[login] = permission

    def archive_repository(self, repo: str) -> None:
        with self.state.lock:
            self.state.repository(repo).archived = True

    # --- people

    def open_issue(
        self, repo: str, by: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> int:
        with self.state.lock:
            return self.issues.open(self.state.repository(repo), by, title, body, labels).number

    def edit_issue(
        self, repo: str, number: int, by: str, title: str | None = None, body: str | None = None
    ) -> None:
        with self.state.lock:
            self.issues.edit(self.state.repository(repo), number, by, title, body)

    def close_issue(self, repo: str, number: int, by: str) -> None:
        with self.state.lock:
            self.issues.close(self.state.repository(repo), number, by)

    def reopen_issue(self, repo: str, number: int, by: str) -> None:
        with self.state.lock:
            self.issues.reopen(self.state.repository(repo), number, by)

    def lock_issue(self, repo: str, number: int, by: str) -> None:
        with self.state.lock:
            self.issues.lock(self.state.repository(repo), number, by, locked=True)

    def delete_issue(self, repo: str, number: int, by: str) -> None:
        with self.state.lock:
            self.issues.delete(self.state.repository(repo), number, by)

    def add_label(self, repo: str, number: int, name: str, by: str) -> None:
        with self.state.lock:
            self.issues.label(self.state.repository(repo), number, name, by)

    def remove_label(self, repo: str, number: int, name: str, by: str) -> None:
        with self.state.lock:
            self.issues.unlabel(self.state.repository(repo), number, name, by)

    def add_comment(self, repo: str, number: int, by: str, body: str) -> int:
        """Returns the comment's id."""
        with self.state.lock:
            return self.issues.comment(self.state.repository(repo), number, by, body).id

    def edit_comment(self, repo: str, comment: int, by: str, body: str) -> None:
        with self.state.lock:
            self.issues.edit_comment(self.state.repository(repo), comment, by, body)

    def delete_comment(self, repo: str, comment: int, by: str) -> None:
        with self.state.lock:
            self.issues.delete_comment(self.state.repository(repo), comment, by)

    def push(
        self, repo: str, by: str, branch: str, files: Mapping[str, str | None], message: str
    ) -> str:
        """A person's commit on a branch, begun where main is when it is new; None deletes. Returns
        its sha.
        """
        with self.state.lock:
            old = self.state.store.head(repo, branch) or ZEROS
            new = self._commit(repo, branch, files, by, message)
            self.pushes.pushed(repo, by, (RefUpdate(f"refs/heads/{branch}", old, new),))
            return new

    def close_pull(self, repo: str, number: int, by: str) -> None:
        with self.state.lock:
            self.pull_requests.close(self.state.repository(repo), number, by)

    def set_status(
        self,
        repo: str,
        sha: str,
        context: str,
        state: str,
        details: StatusDetails = StatusDetails(),
    ) -> None:
        """Report what another CI says of a commit: error, failure, pending or success."""
        with self.state.lock:
            repository = self.state.repository(repo)
            status = StatusRecord(
                id=self.state.new_id(),
                sha=sha,
                context=context,
                state=state,
                details=details,
                created_at=now(),
                author="other-ci[bot]",
            )
            repository.statuses.append(status)
            view = status_event(self.state, repository, status)
            self._news.tell(repository, "status", "", status.author, **view)

    # --- what happened

    def find_issue(self, repo: str, number: int) -> IssueRecord | None:
        with self.state.lock:
            return self.state.repository(repo).issues.get(number)

    def list_comments(self, repo: str, number: int) -> list[CommentRecord]:
        with self.state.lock:
            return self.state.repository(repo).comments_on(number)

    def list_reactions(
        self, repo: str, number: int, comment: int | None = None
    ) -> list[ReactionRecord]:
        with self.state.lock:
            found = self.state.repository(repo).reactions
            return [one for one in found if (one.number, one.comment) == (number, comment)]

    def list_pulls(self, repo: str) -> list[PullRecord]:
        with self.state.lock:
            return list(self.state.repository(repo).pulls())

    def list_jobs(self, repo: str) -> list[JobRecord]:
        """Every job that CI made, oldest first."""
        with self.state.lock:
            return list(self.state.repository(repo).jobs.values())

    def list_branches(self, repo: str) -> dict[str, str]:
        return self.state.store.branches(repo)

    def read_files(self, repo: str, ref: str) -> dict[str, str]:
        return self.state.store.texts(repo, self.state.store.resolve(repo, ref))

    def git_dir(self, repo: str) -> Path:
        """The bare repository, for those who want to ask git itself."""
        return self.state.store.folder(repo)

    def list_deliveries(self) -> list[WebhookDelivery]:
        with self.state.lock:
            return list(self.courier.deliveries)

    def list_requests(self) -> list[tuple[str, str, int]]:
        """Method, path and status of all that was asked over HTTP; the status is 0 where no answer
        went out.
        """
        with self.state.lock:
            return list(self.state.requests)

    def redeliver(self, guid: str) -> int:
        """Deliver a webhook once more, with its GUID. Returns the status."""
        found = next(one for one in self.list_deliveries() if one.guid == guid)
        return self.courier.again(found).status

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until no webhook and no job of CI is under way; False when that takes too long."""
        return self.state.quiet(timeout_s)

    def _commit(
        self, repo: str, branch: str, files: Mapping[str, str | None], by: str, message: str
    ) -> str:
        account = self.state.account(by)
        email = f"{account.id}+{account.login}@users.noreply.github.com"
        return self.state.store.commit(
            repo, branch, files, GitSignature(by, email, str(int(time.time()))), message
        )
