"""Here lives what can be done to pull requests, by people and by Apps alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_issues import ForgeIssues, changes
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import ForgeState, RepositoryRecord, now
from bot.forge.issue_views import full_pull

Opened = Callable[[RepositoryRecord, PullRecord, str], None]


class ForgePulls:
    """Opens, moves and closes pull requests, and tells it. `run_checks` starts the workflows for a
    new head.
    """

    def __init__(
        self, state: ForgeState, news: EventPublisher, issues: ForgeIssues, run_checks: Opened
    ) -> None:
        self._state = state
        self._news = news
        self._issues = issues
        self._run_checks = run_checks

    def open(
        self,
        repo: RepositoryRecord,
        by: str,
        ends: tuple[str, str],
        title: str,
        body: str,
        *,
        draft: bool,
    ) -> PullRecord:
        """`ends` are the head and base branch, which must differ by a commit."""
        at = now()
        number = self._issues.next_number(repo)
        heads = self._state.store.branches(repo.name)
        head, base = ends
        made = PullRecord(
            id=self._state.new_id(),
            number=number,
            title=title,
            body=body,
            author=by,
            created_at=at,
            updated_at=at,
            head=head,
            base=base,
            head_sha=heads[head],
            base_sha=heads[base],
            draft=draft,
        )
        repo.issues[number] = made
        self._tell(repo, "opened", made, by)
        self._run_checks(repo, made, by)
        return made

    def edit(
        self, repo: RepositoryRecord, number: int, by: str, title: str | None, body: str | None
    ) -> PullRecord:
        old = self._get(repo, number)
        new = replace(
            old,
            title=old.title if title is None else title,
            body=old.body if body is None else body,
            updated_at=now(),
        )
        repo.issues[number] = new
        if told := changes(old, new):
            self._tell(repo, "edited", new, by, changes=told)
        return new

    def close(self, repo: RepositoryRecord, number: int, by: str) -> PullRecord:
        at = now()
        closed = replace(self._get(repo, number), state="closed", closed_at=at, updated_at=at)
        repo.issues[number] = closed
        self._tell(repo, "closed", closed, by)
        return closed

    def reopen(self, repo: RepositoryRecord, number: int, by: str) -> PullRecord:
        opened = replace(self._get(repo, number), state="open", closed_at=None, updated_at=now())
        repo.issues[number] = opened
        self._tell(repo, "reopened", opened, by)
        self._run_checks(repo, opened, by)
        return opened

    def draft(self, repo: RepositoryRecord, number: int, by: str, *, draft: bool) -> PullRecord:
        """Make it a draft or mark it ready; nothing happens when it is so already."""
        old = self._get(repo, number)
        if old.draft == draft:
            return old
        new = replace(old, draft=draft, updated_at=now())
        repo.issues[number] = new
        self._tell(repo, "converted_to_draft" if draft else "ready_for_review", new, by)
        return new

    def moved(self, repo: RepositoryRecord, branch: str, old: str, new: str, by: str) -> None:
        """A branch was pushed: open pull requests from it follow, those from a branch that is gone
        are closed.
        """
        behind = [
            pull
            for pull in repo.pulls()
            if (pull.head, pull.state) == (branch, "open") and pull.head_sha != new
        ]
        for one in behind:  # one that was opened since the push has its head already
            if not new:
                self.close(repo, one.number, by)
                continue
            after = replace(one, head_sha=new, updated_at=now())
            repo.issues[one.number] = after
            self._tell(repo, "synchronize", after, by, before=old, after=new)
            self._run_checks(repo, after, by)

    def _get(self, repo: RepositoryRecord, number: int) -> PullRecord:
        found = repo.pull(number)
        if found is None:
            raise KeyError(number)
        return found

    def _tell(
        self, repo: RepositoryRecord, action: str, one: PullRecord, by: str, **parts: object
    ) -> None:
        view = full_pull(self._state, repo, one)
        self._news.tell(
            repo, "pull_request", action, by, number=one.number, pull_request=view, **parts
        )
