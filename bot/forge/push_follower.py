"""Here lives what follows a push: the event, the pull requests that move with it, and CI."""

from __future__ import annotations

from collections.abc import Sequence

from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_ci import ForgeCI
from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZEROS, CommitRecord, GitSignature
from bot.forge.webhook_delivery import SerialQueue

BRANCH = "refs/heads/"
MOST_COMMITS = 2048  # that a push event lists


class PushFollower:
    """Follows pushes in the order in which they came, apart from who pushed: git's client need not
    wait.
    """

    def __init__(
        self, state: ForgeState, news: EventPublisher, pulls: ForgePulls, ci: ForgeCI
    ) -> None:
        self._state = state
        self._news = news
        self._pulls = pulls
        self._ci = ci
        self._lane = SerialQueue(state)

    def pushed(self, name: str, login: str, updates: Sequence[RefUpdate]) -> None:
        for update in updates:
            self._lane.do(lambda update=update: self._follow(name, login, update))  # type: ignore[misc]

    def _follow(self, name: str, login: str, update: RefUpdate) -> None:
        with self._state.lock:
            repo = self._state.repository(name)
            self._news.tell(repo, "push", "", login, **self._payload(repo, login, update))
            if not update.ref.startswith(BRANCH):
                return
            branch = update.ref.removeprefix(BRANCH)
            new = "" if update.new == ZEROS else update.new
            if new:
                self._ci.pushed(repo, branch, update.old, new, login)
            self._pulls.moved(repo, branch, update.old, new, login)

    def _payload(self, repo: RepositoryRecord, login: str, update: RefUpdate) -> Json:
        created, deleted = update.old == ZEROS, update.new == ZEROS
        commits = [] if deleted else [self._commit(repo, sha) for sha in self._new(repo, update)]
        head = (
            None
            if deleted
            else self._commit(repo, self._state.store.resolve(repo.name, update.new))
        )
        forced = not (created or deleted) and not self._state.store.descends(
            repo.name, update.old, update.new
        )
        return {
            "ref": update.ref,
            "before": update.old,
            "after": update.new,
            "created": created,
            "deleted": deleted,
            "forced": forced,
            "base_ref": None,
            "compare": f"{self._state.web}/{repo.name}/compare/{update.old[:12]}...{update.new[:12]}",
            "commits": commits,
            "head_commit": head,
            "pusher": {"name": login, "email": f"{login}@users.noreply.github.com"},
        }

    def _new(self, repo: RepositoryRecord, update: RefUpdate) -> Sequence[str]:
        """Of a new branch: what the default branch does not have."""
        store = self._state.store
        base = store.head(repo.name, repo.default_branch) if update.old == ZEROS else update.old
        if not base or (update.ref == BRANCH + repo.default_branch and update.old == ZEROS):
            return [update.new]
        return store.between(repo.name, base, update.new).commits[-MOST_COMMITS:]

    def _commit(self, repo: RepositoryRecord, sha: str) -> Json:
        one: CommitRecord = self._state.store.details(repo.name, sha)
        return {
            "id": sha,
            "tree_id": one.tree,
            "distinct": True,
            "message": one.message,
            "timestamp": one.committer.date,
            "url": f"{self._state.web}/{repo.name}/commit/{sha}",
            "author": _person(one.author),
            "committer": _person(one.committer),
            **self._state.store.changed(repo.name, sha),
        }


def _person(one: GitSignature) -> Json:
    return {
        "name": one.name,
        "email": one.email,
        "username": one.email.partition("@")[0].rpartition("+")[2],
    }
