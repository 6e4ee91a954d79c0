"""Follow pushes: send the event, move the pull requests of the branch, start CI."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.forge.ci_records import BranchHead
from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_ci import ForgeCI
from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZERO_SHA, GitSignature
from bot.forge.serial_queue import SerialQueue

BRANCH = "refs/heads/"
MOST_COMMITS = 2048  # that a push event lists


class PushFollower:
    """Follows pushes in the order in which they came, while git's client need not wait."""

    def __init__(
        self, state: ForgeState, publisher: EventPublisher, pulls: ForgePulls, ci: ForgeCI
    ) -> None:
        self._state = state
        self._publisher = publisher
        self._pulls = pulls
        self._ci = ci
        self._queue = SerialQueue(state)

    def follow(self, name: str, login: str, updates: Sequence[RefUpdate]) -> None:
        """Follow the updates of one push, soon."""
        for update in updates:
            self._queue.add(partial(self._follow, name, login, update))

    def delete_branch(self, name: str, branch: str, login: str) -> None:
        """Delete a branch, and follow that as the push that it is."""
        old, ref = self._state.store.find_head(name, branch), BRANCH + branch
        self._state.store.update_ref(name, ref, ZERO_SHA, old)
        self.follow(name, login, (RefUpdate(ref, old, ZERO_SHA),))

    def _follow(self, name: str, login: str, update: RefUpdate) -> None:
        with self._state.lock:
            repository = self._state.find_repository(name)
            payload = self._payload(repository, login, update)
            self._publisher.publish(repository, "push", "", login, **payload)
            if not update.ref.startswith(BRANCH):
                return
            branch = update.ref.removeprefix(BRANCH)
            if update.is_deletion:
                self._pulls.close_with_branch(repository, branch, login)
                return
            head = BranchHead(branch, update.old, update.new)
            if not repository.fork_of:  # Actions are off in a fork until its owner wants them
                self._ci.start_for_push(repository, head, login)
            self._pulls.move_heads(repository, branch, update, login)
            self._pulls.mark_merged_by_push(repository, branch, update, login)

    def _payload(self, repository: RepositoryRecord, login: str, update: RefUpdate) -> Json:
        url = f"{self._state.web}/{repository.name}"
        return {
            "ref": update.ref,
            "before": update.old,
            "after": update.new,
            "created": update.is_creation,
            "deleted": update.is_deletion,
            "forced": self._is_forced(repository, update),
            "base_ref": None,
            "compare": f"{url}/compare/{update.old[:12]}...{update.new[:12]}",
            **self._commits(repository, update),
            "pusher": {"name": login, "email": f"{login}@users.noreply.github.com"},
        }

    def _commits(self, repository: RepositoryRecord, update: RefUpdate) -> Json:
        if update.is_deletion:
            return {"commits": [], "head_commit": None}
        head = self._state.store.resolve(repository.name, update.new)
        commits = [
            self._render_commit(repository, sha) for sha in self._new_commits(repository, update)
        ]
        return {"commits": commits, "head_commit": self._render_commit(repository, head)}

    def _is_forced(self, repository: RepositoryRecord, update: RefUpdate) -> bool:
        if update.is_creation or update.is_deletion:
            return False
        return not self._state.store.is_ancestor(repository.name, update.old, update.new)

    def _new_commits(self, repository: RepositoryRecord, update: RefUpdate) -> Sequence[str]:
        """List what the push brought; of a new branch, what the default branch does not have."""
        store = self._state.store
        base = update.old
        if update.is_creation:
            base = store.find_head(repository.name, repository.default_branch)
        is_first = update.is_creation and update.ref == BRANCH + repository.default_branch
        if not base or is_first:
            return [update.new]
        return store.compare(repository.name, base, update.new).commits[-MOST_COMMITS:]

    def _render_commit(self, repository: RepositoryRecord, sha: str) -> Json:
        commit = self._state.store.read_commit(repository.name, sha)
        return {
            "id": sha,
            "tree_id": commit.tree,
            "distinct": True,
            "message": commit.message,
            "timestamp": commit.committer.date,
            "url": f"{self._state.web}/{repository.name}/commit/{sha}",
            "author": _render_signature(commit.author),
            "committer": _render_signature(commit.committer),
            **self._state.store.list_changes(repository.name, sha),
        }


def _render_signature(signature: GitSignature) -> Json:
    username = signature.email.partition("@")[0].rpartition("+")[2]
    return {"name": signature.name, "email": signature.email, "username": username}
