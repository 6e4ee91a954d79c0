"""Open, move, edit and close pull requests, for people and Apps alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.forge.account_views import render_user
from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_issues import ForgeIssues, edit_texts, list_changes
from bot.forge.forge_records import IssueRecord, PullRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, now
from bot.forge.git_http import RefUpdate
from bot.forge.pull_views import render_full_pull
from bot.forge.thread_follower import ThreadFollower

StartChecks = Callable[[RepositoryRecord, PullRecord, str], None]
CLOSES = re.compile(r"\b(?:close|fix|resolve)[sd]?:? #(\d+)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NewPull:
    """The pull request that somebody wants to open; the branches must differ by a commit.

    `fork` names the repository of a head elsewhere.
    """

    head: str
    base: str
    title: str
    body: str = ""
    draft: bool = False
    fork: str = ""


class ForgePulls:
    """Changes pull requests and publishes each change.

    `start_checks` starts the workflows for a new head.
    """

    def __init__(
        self,
        state: ForgeState,
        publisher: EventPublisher,
        issues: ForgeIssues,
        threads: ThreadFollower,
        start_checks: StartChecks,
    ) -> None:
        self._state = state
        self._publisher = publisher
        self._issues = issues
        self._threads = threads
        self._start_checks = start_checks

    def open(self, repository: RepositoryRecord, author: str, new_pull: NewPull) -> PullRecord:
        """Open a pull request and start its checks."""
        time, store = now(), self._state.store
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
            head_sha=store.find_head(new_pull.fork or repository.name, new_pull.head),
            base_sha=store.find_head(repository.name, new_pull.base),
            draft=new_pull.draft,
            fork=new_pull.fork,
        )
        self._keep_head(repository, pull)
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
        old = repository.get_pull(number)
        new = replace(old, **edit_texts(old, title, body))  # type: ignore[arg-type]
        repository.issues[number] = new
        if changes := list_changes(old, new):
            self._save(repository, new, "edited", actor, changes=changes)
        return new

    def _keep_head(self, repository: RepositoryRecord, pull: PullRecord) -> None:
        """Keep the head as refs/pull/N/head, with what a fork has and the repository has not."""
        ref, store = f"refs/pull/{pull.number}/head", self._state.store
        if pull.fork:
            store.fetch(repository.name, pull.fork, f"refs/heads/{pull.head}:{ref}")
        store.update_ref(repository.name, ref, pull.head_sha)

    def retarget(
        self, repository: RepositoryRecord, number: int, actor: str, base: str
    ) -> PullRecord:
        """Ask for a merge into another branch."""
        old = repository.get_pull(number)
        if base == old.base:
            return old
        sha = self._state.store.find_head(repository.name, base)
        pull = replace(old, base=base, base_sha=sha, updated_at=now())
        repository.issues[number] = pull
        self._threads.follow_head(repository, pull)
        changes: Json = {"base": {"ref": {"from": old.base}, "sha": {"from": old.base_sha}}}
        self._save(repository, pull, "edited", actor, changes=changes)
        return pull

    def mark_merged(
        self, repository: RepositoryRecord, number: int, actor: str, sha: str
    ) -> PullRecord:
        """Close a pull request whose commits are in its base now, with the commit that did it; and
        the issues that it solves, once that is the default branch.
        """
        time = now()
        pull = replace(
            repository.get_pull(number),
            state="closed",
            closed_at=time,
            updated_at=time,
            merged_at=time,
            merged_by=actor,
            merge_sha=sha,
        )
        self._save(repository, pull, "closed", actor)
        if pull.base == repository.default_branch:
            self._close_linked(repository, pull, actor)
        return pull

    def _close_linked(self, repository: RepositoryRecord, pull: PullRecord, actor: str) -> None:
        """Close the issues that the words of a pull request name as closed by it."""
        for number in map(int, CLOSES.findall(pull.body)):
            issue = repository.issues.get(number)
            if issue is not None and issue.state == "open" and type(issue) is IssueRecord:
                self._issues.close(repository, number, actor)

    def close(self, repository: RepositoryRecord, number: int, actor: str) -> PullRecord:
        """Close a pull request without merging it."""
        time = now()
        pull = repository.get_pull(number)
        pull = replace(pull, state="closed", closed_at=time, updated_at=time)
        self._save(repository, pull, "closed", actor)
        return pull

    def reopen(self, repository: RepositoryRecord, number: int, actor: str) -> PullRecord:
        """Open a closed pull request again, with what was pushed since, and start its checks."""
        pull = repository.get_pull(number)
        head_sha = self._state.store.find_head(pull.fork or repository.name, pull.head)
        pull = replace(pull, state="open", closed_at=None, updated_at=now(), head_sha=head_sha)
        self._keep_head(repository, pull)
        self._threads.follow_head(repository, pull)
        self._save(repository, pull, "reopened", actor)
        self._start_checks(repository, pull, actor)
        return pull

    def set_draft(
        self, repository: RepositoryRecord, number: int, actor: str, *, draft: bool
    ) -> PullRecord:
        """Make it a draft or mark it ready; nothing happens when it is so already."""
        pull = repository.get_pull(number)
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
        pull = repository.get_pull(number)
        for login in reviewers:
            if login not in pull.reviewers:
                pull = replace(pull, reviewers=(*pull.reviewers, login), updated_at=now())
                reviewer = render_user(self._state, login)
                self._save(repository, pull, "review_requested", actor, requested_reviewer=reviewer)
        return pull

    def withdraw_request(
        self, repository: RepositoryRecord, number: int, actor: str, reviewers: tuple[str, ...]
    ) -> PullRecord:
        """Ask these people for a review no more."""
        pull = repository.get_pull(number)
        for login in set(reviewers) & set(pull.reviewers):
            others = tuple(name for name in pull.reviewers if name != login)
            pull = replace(pull, reviewers=others, updated_at=now())
            reviewer = render_user(self._state, login)
            action = "review_request_removed"
            self._save(repository, pull, action, actor, requested_reviewer=reviewer)
        return pull

    # --- what pushes do to pull requests

    def move_heads(
        self, pushed: RepositoryRecord, branch: str, update: RefUpdate, actor: str
    ) -> None:
        """Let the open pull requests from a pushed branch follow it, and their threads."""
        for repository, pull in self._list_open_from(pushed, branch):
            if pull.head_sha == update.new:  # it was opened since the push
                continue
            base_sha = self._state.store.find_head(repository.name, pull.base)
            moved = replace(pull, head_sha=update.new, base_sha=base_sha, updated_at=now())
            self._keep_head(repository, moved)
            repository.issues[moved.number] = moved
            self._threads.follow_head(repository, moved)
            shas = {"before": update.old, "after": update.new}
            self._save(repository, moved, "synchronize", actor, **shas)
            self._start_checks(repository, moved, actor)

    def mark_merged_by_push(
        self, repository: RepositoryRecord, branch: str, update: RefUpdate, actor: str
    ) -> None:
        """Close, as merged, the open pull requests into a branch that has their commits now."""
        for pull in _list_open(repository):
            if pull.base == branch and self._state.store.is_ancestor(
                repository.name, pull.head_sha, update.new
            ):
                self.mark_merged(repository, pull.number, actor, update.new)

    def close_with_branch(self, deleted: RepositoryRecord, branch: str, actor: str) -> None:
        """Close the open pull requests from a branch that was deleted, and those into it."""
        for repository, pull in self._list_open_from(deleted, branch):
            self.close(repository, pull.number, actor)
        for pull in _list_open(deleted):
            if pull.base == branch:
                self.close(deleted, pull.number, actor)

    def _list_open_from(
        self, pushed: RepositoryRecord, branch: str
    ) -> list[tuple[RepositoryRecord, PullRecord]]:
        """List the open pull requests from a branch, with the repositories that they are in."""
        return [
            (repository, pull)
            for repository in self._state.repositories.values()
            for pull in _list_open(repository)
            if (pull.fork or repository.name, pull.head) == (pushed.name, branch)
        ]

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


def _list_open(repository: RepositoryRecord) -> list[PullRecord]:
    return [pull for pull in repository.list_pulls() if pull.state == "open"]
