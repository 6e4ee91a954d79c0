"""Git: mirrors of repositories, read and written without a work tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.values import (
    Branch,
    BranchCommit,
    CommitContent,
    CommitDetails,
    CommitInfo,
    GrepMatch,
    Patch,
    PushResult,
    Remote,
    Repo,
    Sha,
    Tree,
    TreeEntry,
    TreeMerge,
)


class Mirrors(Protocol):
    """Bare mirrors, read and written by plumbing. No work tree, hooks or filters: nothing of a
    repository runs.
    """

    def fetch(self, repo: Repo, remote: Remote, branch: Branch) -> Tree:
        """Bring the branch's history and the files of its tip into the mirror. Raises Refusal for
        an empty one.
        """

    def fetch_commit(self, repo: Repo, remote: Remote, sha: Sha, branch: Branch) -> Tree:
        """Bring a commit with its history and files, such as a pull request's head: of a fork's,
        too. `branch` only names the tree. Raises Unreachable where the remote lacks it, or lags.
        """

    def entries(self, tree: Tree) -> tuple[TreeEntry, ...]:
        """All files, by path in git's order."""

    def read(self, tree: Tree, paths: Collection[str]) -> dict[str, bytes]:
        """The bytes of those paths that are regular files; what is missing, a symlink or a gitlink
        is left out.
        """

    def blobs(self, tree: Tree, shas: Collection[Sha]) -> dict[Sha, bytes]:
        """Files by the names of their contents; those that this clone lacks are left out."""

    def overlay(self, tree: Tree, patch: Patch) -> Tree:
        """The tree with the patch laid over it, as a tree object; modes are kept."""

    def grep(self, tree: Tree, pattern: str, under: str, limit: int) -> tuple[GrepMatch, ...]:
        """Lines that match an extended regular expression, at most `limit`. Raises ValueError for a
        bad pattern.
        """

    def diff(self, tree: Tree, patch: Patch) -> str:
        """The patch as a unified diff with git's headers, as `git apply` takes it."""

    def compare(self, tree: Tree, sha: Sha, paths: Collection[str] = ()) -> str:
        """What a commit changes in the tree, as a unified diff with git's headers; in these paths
        alone, where some are given.
        """

    def subjects(self, tree: Tree, limit: int) -> tuple[str, ...]:
        """The newest commits' subjects, newest first: the repository's manner."""

    def list_commits(self, tree: Tree, base: Sha | None, limit: int) -> tuple[BranchCommit, ...]:
        """The commits of a branch, newest first; those that are in `base`, and those that came by a
        merge into the branch, are left out.
        """

    def log(self, tree: Tree, limit: int, base: Sha | None = None) -> dict[Sha, int]:
        """The commits that led here, newest first, with the second of each; merges, and those that
        are in `base`, are left out.
        """

    def past(self, tree: Tree, commits: Collection[Sha]) -> tuple[CommitInfo, ...]:
        """What these commits said and changed; nothing when the clone does not know which files
        they changed.
        """

    def list_branch_changes(self, tree: Tree, limit: int) -> tuple[CommitInfo, ...]:
        """What the newest commits of the branch's own line said and changed, newest first: of a
        merge, all that it brought. Nothing when the clone does not know.
        """

    def change(self, tree: Tree, commit: Sha, limit_chars: int) -> str:
        """The beginning of a past commit's diff; empty when the clone lacks what it changed."""

    def fetch_changes(self, tree: Tree, remote: Remote, commits: Collection[Sha]) -> None:
        """Bring the files that these past commits changed, so that `change` can tell their diffs;
        a commit that changed very many is left out.
        """

    def commit(
        self,
        tree: Tree,
        files: Mapping[str, str | bytes | None],
        parents: Sequence[Sha],
        details: CommitDetails,
    ) -> Sha:
        """Commit `tree` with the files laid over it on all of these parents, the first one first.
        Equal values give the same sha.
        """

    def merge(self, ours: Tree, theirs: Tree, remote: Remote) -> TreeMerge | None:
        """Merge two tips that were fetched, bringing what that takes; None where the first holds
        the second already. Raises Refusal where they have nothing in common.
        """

    def messages(self, side: Tree, other: Tree, path: str, limit: int) -> tuple[str, ...]:
        """What the commits that `side` has and `other` has not said of a path that they touched,
        newest first; nothing when the clone does not know which files they changed.
        """

    def count_missing(self, tree: Tree, other: Tree) -> int:
        """How many commits of the other this one lacks."""

    def read_commit(self, repo: Repo, sha: Sha) -> CommitContent | None:
        """What a commit says and changes; None where it has not one parent, or changes more than
        plain files, and where it is not here.
        """

    def push(
        self, repo: Repo, remote: Remote, sha: Sha, branch: Branch, expect: Sha | None
    ) -> PushResult:
        """Move the remote's branch from `expect` (None: it does not exist) to `sha`; already there
        is success.
        """

    def delete_branch(self, repo: Repo, remote: Remote, branch: Branch, expect: Sha) -> bool:
        """Delete the remote's branch while it points to `expect`. False when it does not, is gone,
        or may not be deleted.
        """

    def head(self, repo: Repo, remote: Remote, branch: Branch) -> Sha | None:
        """Where the remote's branch points."""

    def merge_base(self, tree: Tree, remote: Remote, base: Tree) -> Tree | None:
        """Find the commit where `tree` and `base`, both fetched before, left each other, and bring
        it into the mirror. None when they have nothing in common.
        """

    def reopen(self, tree: Tree, remote: Remote, head: Sha | None) -> bool:
        """Bring a tree that was fetched before, and a commit built on it, into the mirror again.
        False when the tree's branch was rewritten, so that it does not hold the tree any more.
        """
