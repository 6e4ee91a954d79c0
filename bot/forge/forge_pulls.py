"""Open, move, edit and close pull requests, for people and Apps alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.forge.account_views import render_user
from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_issues import ForgeIssues, edit_texts, list_changes
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import ForgeState, RepositoryRecord, now
from bot.forge.git_http import RefUpdate
from bot.forge.issue_views import render_full_pull

StartChecks = Callable[[RepositoryRecord, PullRecord, str], None]


@dataclass(frozen=True, slots=True)
class NewPull:
    """The pull request that somebody wants to open; the branches must differ by a commit."""

    head: str
    base: str
    title: str
    body: str
    draft: bool


class ForgePulls:
    """Changes pull requests and publishes each change.

    `start_checks` starts the workflows for a new head.
    """

    def __init__(
        self,
        state: ForgeState,
        publisher: EventPublisher,
        issues: ForgeIssues,
        start_checks: StartChecks,
    ) -> None:
        self._state = state
        self._publisher = publisher
        self._issues = issues
        self._start_checks = start_checks

    def open(self, repository: RepositoryRecord, author: str, new_pull: NewPull) -> PullRecord:
        """Open a pull request and start its checks."""
        time = now()
        branches = self._state.store.list_branches(repository.name)
        pull = PullRecord(
            id=self._state.make_id(),
            number=self._issues.next_number(repository),
            title=new_pull.title,
            body=new_pull.body,
            author=author,
            created_at=time,
            updated_at=time,
            head=new_pull.head,
            base=new_pull.base,
            head_sha=branches[new_pull.head],
            base_sha=branches[new_pull.base],
            draft=new_pull.draft,
        )
        self._save(repository, pull, "opened", author)
        self._start_checks(repository, pull, author)
        return pull

    def edit(
        self,
        repository: RepositoryRecord,
        number: int,
        actor: str,
        title: str | None,
        body: str | None,
    ) -> PullRecord:
        """Change the title or the body; None leaves it as it is."""
        old = self._get(repository, number)
        new = replace(old, **edit_texts(old, title, body))  # type: ignore[arg-type]
        repository.issues[number] = new
        if changes := list_changes(old, new):
            self._save(repository, new, "edited", actor, changes=changes)
        return new

    def close(self, repository: RepositoryRecord, number: int, actor: str) -> PullRecord:
        """Close a pull request without merging it."""
        time = now()
        pull = self._get(repository, number)
        pull = replace(pull, state="closed", closed_at=time, updated_at=time)
        self._save(repository, pull, "closed", actor)
        return pull

    def reopen(self, repository: RepositoryRecord, number: int, actor: str) -> PullRecord:
        """Open a closed pull request again and start its checks."""
        pull = self._get(repository, number)
        pull = replace(pull, state="open", closed_at=None, updated_at=now())
        self._save(repository, pull, "reopened", actor)
        self._start_checks(repository, pull, actor)
        return pull

    def set_draft(
        self, repository: RepositoryRecord, number: int, actor: str, *, draft: bool
    ) -> PullRecord:
        """Make it a draft or mark it ready; nothing happens when it is so already."""
        pull = self._get(repository, number)
        if pull.draft == draft:
            return pull
        pull = replace(pull, draft=draft, updated_at=now())
        action = "converted_to_draft" if draft else "ready_for_review"
        self._save(repository, pull, action, actor)
        return pull

    def request_review(
        self, repository: RepositoryRecord, number: int, actor: str, reviewers: tuple[str, ...]
    ) -> PullRecord:
        """Ask these people for a review; whoever is asked already hears nothing."""
        pull = self._get(repository, number)
        for login in reviewers:
            if login not in pull.reviewers:
                pull = replace(pull, reviewers=(*pull.reviewers, login), updated_at=now())
                reviewer = render_user(self._state, login)
                self._save(repository, pull, "review_requested", actor, requested_reviewer=reviewer)
        return pull

    def move_heads(
        self, repository: RepositoryRecord, branch: str, update: RefUpdate, actor: str
    ) -> None:
        """Let the open pull requests from a pushed branch follow it."""
        for pull in self._open_from_branch(repository, branch):
            if pull.head_sha == update.new:  # it was opened since the push
                continue
            moved = replace(pull, head_sha=update.new, updated_at=now())
            shas = {"before": update.old, "after": update.new}
            self._save(repository, moved, "synchronize", actor, **shas)
            self._start_checks(repository, moved, actor)

    def close_from_branch(self, repository: RepositoryRecord, branch: str, actor: str) -> None:
        """Close the open pull requests from a branch that was deleted."""
        for pull in self._open_from_branch(repository, branch):
            self.close(repository, pull.number, actor)

    def _open_from_branch(self, repository: RepositoryRecord, branch: str) -> list[PullRecord]:
        pulls = repository.list_pulls()
        return [pull for pull in pulls if (pull.head, pull.state) == (branch, "open")]

    def _get(self, repository: RepositoryRecord, number: int) -> PullRecord:
        pull = repository.find_pull(number)
        if pull is None:
            raise KeyError(number)
        return pull

    def _save(
        self,
        repository: RepositoryRecord,
        pull: PullRecord,
        action: str,
        actor: str,
        **parts: object,
    ) -> None:
        repository.issues[pull.number] = pull
        view = render_full_pull(self._state, repository, pull)
        self._publisher.publish(
            repository,
            "pull_request",
            action,
            actor,
            number=pull.number,
            pull_request=view,
            **parts,
        )
