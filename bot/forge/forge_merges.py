"""Test whether pull requests merge, with git itself, and merge them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.forge.commit_writer import CommitWriter
from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_records import MergeTest, PullRecord
from bot.forge.forge_state import ForgeState, RepositoryRecord
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZERO_SHA
from bot.forge.pull_views import label_head

MergeMethod = Literal["merge", "squash"]


class NotMergeableError(Exception):
    """A pull request that cannot be merged as it is."""


@dataclass(frozen=True, slots=True)
class MergeWish:
    """How somebody wants a pull request merged. Without words they are GitHub's own."""

    method: MergeMethod = "merge"
    title: str = ""
    message: str = ""


class ForgeMerges:
    """Merges pull requests by commits that GitHub signs."""

    def __init__(self, state: ForgeState, pulls: ForgePulls, commits: CommitWriter) -> None:
        self._state = state
        self._pulls = pulls
        self._commits = commits

    def test(self, repository: RepositoryRecord, pull: PullRecord) -> None:
        """Test whether an open pull request merges into its base as that is now.

        GitHub does so once somebody looks at it, and tells it who looks again.
        """
        base = self._state.store.find_head(repository.name, pull.base)
        if pull.state != "open" or not base or not self._state.tests_merges:
            return
        tree = self._state.store.merge(repository.name, base, pull.head_sha)
        if tree is not None:
            test = MergeTest(base, pull.head_sha, bool(tree))
            repository.issues[pull.number] = replace(pull, merge_test=test)

    def merge(
        self, repository: RepositoryRecord, pull: PullRecord, actor: str, wish: MergeWish
    ) -> str:
        """Merge a pull request and return the sha of the commit. Raises NotMergeableError."""
        store, ref = self._state.store, f"refs/heads/{pull.base}"
        base = store.find_head(repository.name, pull.base)
        tree = store.merge(repository.name, base, pull.head_sha) if base else ""
        if pull.draft:
            raise NotMergeableError("Pull Request is still a draft")
        if not tree or pull.state != "open":
            raise NotMergeableError("Pull Request is not mergeable")
        parents = (base, pull.head_sha) if wish.method == "merge" else (base,)
        message = _render_message(repository, pull, wish)
        sha = self._commits.write_commit(repository, tree, parents, message, actor)
        self._commits.move_branch(repository, RefUpdate(ref, base, sha), actor)
        self._pulls.mark_merged(repository, pull.number, actor, sha)
        if repository.deletes_merged_branches and not pull.fork:
            self._retarget_stacked(repository, pull, actor)
            deletion = RefUpdate(f"refs/heads/{pull.head}", pull.head_sha, ZERO_SHA)
            self._commits.move_branch(repository, deletion, actor)
        return sha

    def _retarget_stacked(self, repository: RepositoryRecord, pull: PullRecord, actor: str) -> None:
        """Have those that go into its branch merged where it was merged, as GitHub does before it
        deletes the branch.
        """
        for upper in repository.list_pulls():
            if (upper.state, upper.base) == ("open", pull.head):
                self._pulls.retarget(repository, upper.number, actor, pull.base)


def _render_message(repository: RepositoryRecord, pull: PullRecord, wish: MergeWish) -> str:
    head = label_head(repository, pull).replace(":", "/", 1)
    title, message = f"Merge pull request #{pull.number} from {head}", pull.title
    if wish.method == "squash":
        title, message = f"{pull.title} (#{pull.number})", ""
    return "\n\n".join(filter(None, (wish.title or title, wish.message or message))) + "\n"
