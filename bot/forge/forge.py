"""GitHub in a box: the acts of its people and operators, and what a test wants to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.forge.app_registry import AppRegistry
from bot.forge.check_views import render_status_event
from bot.forge.commit_writer import CommitWriter
from bot.forge.event_publisher import EventPublisher
from bot.forge.fault_injection import FaultInjector
from bot.forge.forge_ci import ForgeCI
from bot.forge.forge_issue_acts import IssueActs
from bot.forge.forge_issues import ForgeIssues
from bot.forge.forge_merges import ForgeMerges
from bot.forge.forge_pull_acts import PullActs
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
from bot.forge.forge_reviews import ForgeReviews
from bot.forge.forge_state import ForgeState, RepositoryRecord, now
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZERO_SHA
from bot.forge.push_follower import PushFollower
from bot.forge.repository_figures import RepositoryFigures
from bot.forge.serial_queue import SerialQueue
from bot.forge.webhook_delivery import WebhookDelivery, WebhookSender
from bot.values import Permission


class Forge(IssueActs, PullActs):
    """A GitHub with state, in memory and in bare repositories under `home`.

    It is safe to use from many threads.
    """

    def __init__(self, home: Path) -> None:
        self.state = ForgeState(home)
        self.faults = FaultInjector()
        self.webhooks = WebhookSender(self.state)
        self.redeliveries = SerialQueue(self.state)
        self.apps = AppRegistry(self.state)
        publisher = self._publisher = EventPublisher(self.state, self.webhooks)
        self.ci = ForgeCI(self.state, publisher)
        self.issues = ForgeIssues(self.state, publisher)
        self.reviews = ForgeReviews(self.state, publisher)
        self.pulls = ForgePulls(
            self.state, publisher, self.issues, self.reviews.threads, self.ci.start_for_pull
        )
        self.pushes = PushFollower(self.state, publisher, self.pulls, self.ci)
        self.commits = CommitWriter(self.state, self.pushes)
        self.merges = ForgeMerges(self.state, self.pulls, self.commits)

    # --- operators

    def create_repository(
        self,
        name: str,
        files: Mapping[str, str],
        *,
        private: bool = False,
        people: Mapping[str, Permission] | None = None,
    ) -> None:
        """Create a repository with one commit on main, or none without files.

        The owner is an organization, unless it is one of the people.
        """
        with self.state.lock:
            owner = name.partition("/")[0]
            permissions = dict(people or {})
            self.state.find_account(owner, "User" if owner in permissions else "Organization")
            for login in permissions:
                self.state.find_account(login)
            self.state.repositories[name.lower()] = RepositoryRecord(
                self.state.make_id(), name, now(), private, people=permissions
            )
            self.state.store.create(name)
            if files:
                self._commit(name, "main", files, owner, "Initial commit")

    def list_repository(
        self, name: str, figures: RepositoryFigures, *, created_at: str = "", fork_of: str = ""
    ) -> None:
        """Make a repository without a file, which anybody finds and nobody can clone."""
        with self.state.lock:
            self.state.find_account(name.partition("/")[0], "Organization")
            record = RepositoryRecord(self.state.make_id(), name, created_at or now())
            record.figures, record.fork_of, record.is_only_listed = figures, fork_of, True
            self.state.repositories[name.lower()] = record

    def set_figures(self, repo: str, figures: RepositoryFigures) -> None:
        """Set a repository's stars and what else a search looks at."""
        with self.state.lock:
            self.state.find_repository(repo).figures = figures

    def create_app(
        self, slug: str, permissions: Mapping[str, str], events: Sequence[str]
    ) -> AppKeys:
        """Register an App; `metadata: read` comes with every App."""
        with self.state.lock:
            return self.apps.register(slug, permissions, events)

    def install(self, app: AppKeys, *repositories: str) -> int:
        """Install an App on repositories of one owner, or add them; return the installation."""
        with self.state.lock:
            records = [self.state.find_repository(name) for name in repositories]
            installation = self.apps.install(self.state.apps[app.id], records)
            self._publisher.publish_installation(installation, records[0].owner)
            return installation.id

    def uninstall(self, installation: int, repo: str) -> None:
        """Take a repository away from an installation: the App sees it no more."""
        with self.state.lock:
            self.apps.uninstall(installation, self.state.find_repository(repo))

    def set_webhook_url(self, app: AppKeys, url: str, content_type: str = "json") -> None:
        """Send the App's webhooks to this address from now on, as "json" or "form", and ping it."""
        with self.state.lock:
            record = replace(
                self.state.apps[app.id], webhook_url=url, webhook_content_type=content_type
            )
            self.state.apps[app.id] = record
            self._publisher.ping(record)

    def set_webhook_secret(self, app: AppKeys, secret: str) -> None:
        """Sign the App's webhooks with this secret from now on."""
        with self.state.lock:
            self.state.apps[app.id] = replace(self.state.apps[app.id], webhook_secret=secret)

    def suspend_installation(self, installation: int) -> None:
        """Forbid the App everything there, as the owner of the installation may."""
        with self.state.lock:
            self.apps.suspend(installation)

    def expire_tokens(self) -> None:
        """Let every installation token's hour be over."""
        with self.state.lock:
            self.apps.expire_tokens()

    def set_permission(self, repo: str, login: str, permission: Permission) -> None:
        """Give somebody a permission in a repository."""
        with self.state.lock:
            self.state.find_account(login)
            self.state.find_repository(repo).people[login] = permission

    def archive_repository(self, repo: str) -> None:
        """Make a repository read-only."""
        with self.state.lock:
            self.state.find_repository(repo).archived = True

    # --- people

    def push(
        self, repo: str, by: str, branch: str, files: Mapping[str, str | None], message: str
    ) -> str:
        """Push a person's commit and return its sha; None deletes a file.

        A new branch begins where main is.
        """
        with self.state.lock:
            old = self.state.store.find_head(repo, branch) or ZERO_SHA
            new = self._commit(repo, branch, files, by, message)
            self.pushes.follow(repo, by, (RefUpdate(f"refs/heads/{branch}", old, new),))
            return new

    def set_status(
        self,
        repo: str,
        sha: str,
        context: str,
        state: str,
        details: StatusDetails | None = None,
    ) -> None:
        """Report what another CI says of a commit: error, failure, pending or success."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            status = StatusRecord(
                id=self.state.make_id(),
                sha=sha,
                context=context,
                state=state,
                details=details or StatusDetails(),
                created_at=now(),
                author="other-ci[bot]",
            )
            repository.statuses.append(status)
            view = render_status_event(self.state, repository, status)
            self._publisher.publish(repository, "status", "", status.author, **view)

    # --- what happened

    def find_issue(self, repo: str, number: int) -> IssueRecord | None:
        """Return an issue or a pull request."""
        with self.state.lock:
            return self.state.find_repository(repo).issues.get(number)

    def list_comments(self, repo: str, number: int) -> list[CommentRecord]:
        """Return the comments on an issue, oldest first."""
        with self.state.lock:
            return self.state.find_repository(repo).list_comments(number)

    def list_reactions(
        self, repo: str, number: int, comment: int | None = None
    ) -> list[ReactionRecord]:
        """Return the reactions to an issue, or to one of its comments."""
        with self.state.lock:
            return [
                reaction
                for reaction in self.state.find_repository(repo).reactions
                if (reaction.number, reaction.comment) == (number, comment)
            ]

    def list_pulls(self, repo: str) -> list[PullRecord]:
        """Return all pull requests, oldest first."""
        with self.state.lock:
            return self.state.find_repository(repo).list_pulls()

    def list_jobs(self, repo: str) -> list[JobRecord]:
        """Return every job that CI made, oldest first."""
        with self.state.lock:
            return list(self.state.find_repository(repo).jobs.values())

    def list_branches(self, repo: str) -> dict[str, str]:
        """Return the branches with the shas of their heads."""
        return self.state.store.list_branches(repo)

    def read_files(self, repo: str, ref: str) -> dict[str, str]:
        """Return the texts of all files at a branch, tag or commit."""
        return self.state.store.read_texts(repo, self.state.store.resolve(repo, ref))

    def git_dir(self, repo: str) -> Path:
        """Return the bare repository, for those who want to ask git itself."""
        return self.state.store.folder(repo)

    def list_deliveries(self) -> list[WebhookDelivery]:
        """Return every attempt to deliver a webhook, oldest first."""
        with self.state.lock:
            return list(self.webhooks.deliveries)

    def list_requests(self) -> list[tuple[str, str, int]]:
        """Return method, path and status of every HTTP request; 0 where no answer went out."""
        with self.state.lock:
            return list(self.state.requests)

    def redeliver(self, guid: str) -> int:
        """Deliver a webhook once more, with its GUID, and return the status of the answer."""
        deliveries = {delivery.guid: delivery for delivery in reversed(self.list_deliveries())}
        return self.webhooks.redeliver(deliveries[guid]).status

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until no webhook and no job of CI is under way; False when that takes too long."""
        return self.state.wait_until_idle(timeout_s)

    def _commit(
        self, repo: str, branch: str, files: Mapping[str, str | None], login: str, message: str
    ) -> str:
        return self.state.store.commit(repo, branch, files, self.state.sign_as(login), message)
