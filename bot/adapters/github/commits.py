"""Let GitHub make commits: it signs them, and shows them as verified."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from github.GitCommit import GitCommit
from github.GithubObject import NotSet
from github.GitTree import GitTree
from github.InputGitTreeElement import InputGitTreeElement

from bot.adapters.github.api_errors import StaleBranch, Unprocessable, require
from bot.adapters.github.github_api import GitHubApi
from bot.ports import Refusal
from bot.values import Branch, CommitContent, Repo, Sha

# Beyond these GitHub's API is known to time out; git takes more.
MOST_FILES = 100
MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class GitHubCommits:
    """The port `bot.ports.Commits`.

    Nothing is tried again here. When an answer is lost, whoever asks again hears that the branch is
    elsewhere, and finds the commit there.
    """

    api: GitHubApi

    def create_commit(
        self, repo: Repo, branch: Branch, expect: Sha | None, content: CommitContent
    ) -> Sha | None:
        """Commit on a branch that points to `expect`, or begin it; None when it is elsewhere."""
        sizes = [len(file) for file in content.files.values() if file is not None]
        if len(content.files) > MOST_FILES or sum(sizes) > MOST_BYTES:
            raise Refusal("The change is larger than what GitHub's API takes at once.")
        if expect is None:
            return self._begin_branch(repo, branch, content)
        return self._commit_on_branch(repo, branch, expect, content)

    def _commit_on_branch(
        self, repo: Repo, branch: Branch, expect: Sha, content: CommitContent
    ) -> Sha | None:
        additions = [
            {"path": path, "contents": b64encode(file).decode()}
            for path, file in content.files.items()
            if file is not None
        ]
        deletions = [{"path": path} for path, file in content.files.items() if file is None]
        commit = {
            "branch": {"repositoryNameWithOwner": repo.name, "branchName": branch},
            "expectedHeadOid": expect,
            "message": {"headline": content.headline, "body": content.body},
            "fileChanges": {"additions": additions, "deletions": deletions},
        }
        with self.api.client(repo) as client:
            try:
                _, answer = client.graphql_named_mutation(
                    "createCommitOnBranch", commit, "commit { oid }"
                )
            except StaleBranch:
                return None
            return Sha(answer["commit"]["oid"])

    def _begin_branch(self, repo: Repo, branch: Branch, content: CommitContent) -> Sha | None:
        """Make the objects first and the branch at them.

        `createCommitOnBranch` wants a branch that is there, and one that is made at the parent
        starts CI on the parent.
        """
        elements = [_make_element(path, file) for path, file in content.files.items()]
        with self.api.repository(repo) as repository:
            requester = repository.requester
            base = GitTree(requester, attributes={"sha": content.parent_tree})
            parent = GitCommit(requester, attributes={"sha": content.parent})
            tree = repository.create_git_tree(elements, base)
            if tree.sha != content.tree:
                raise Refusal("GitHub made other files of the change.")
            commit = repository.create_git_commit(content.message, tree, [parent])
            sha = require(commit.sha, "sha")
            try:
                repository.create_git_ref(f"refs/heads/{branch}", sha)
            except Unprocessable as refused:
                if "already exists" in refused.message.lower():
                    return None
                raise
        return Sha(sha)


def _make_element(path: str, file: bytes | None) -> InputGitTreeElement:
    """Describe a file of a tree; null is the sha of one that goes."""
    if file is None:
        return InputGitTreeElement(path, "100644", "blob", NotSet, None)
    try:
        return InputGitTreeElement(path, "100644", "blob", file.decode())
    except UnicodeDecodeError:
        raise Refusal("The change has a file that is no UTF-8 text.") from None
