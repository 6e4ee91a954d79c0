"""Fill bare mirrors of repositories from their remotes, and keep them between runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.adapters.child_guard import ChildGuard
from bot.adapters.git import objects
from bot.adapters.git.elsewhere import Elsewhere, list_parents, unpack_commit
from bot.adapters.git.git_errors import GitError, as_port_error, summarize
from bot.adapters.git.git_process import GitProcess, explain_no_merging, require_git
from bot.adapters.git.mirror import Mirror
from bot.ports import NoTraces, Refusal, Traces, Unreachable
from bot.values import Author, Branch, Remote, Repo, Sha, Tree

GREENLIT = Author("greenlit", "greenlit@users.noreply.github.com")

NAME = re.compile(r"(?!\.)[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)
SHA = re.compile(r"[0-9a-f]{40}")


class FetchingMirrors:
    """One mirror per repository, at home/<owner>/<name>.git; safe among threads and processes.

    With `elsewhere` a commit that is not here is brought when it is read: a run that began on
    another machine carries only the names of its commits.
    """

    def __init__(
        self,
        home: Path,
        protocols: tuple[str, ...] = ("https",),
        identity: Author = GREENLIT,
        timeout_s: float = 600.0,
        elsewhere: Elsewhere | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._cannot_merge = explain_no_merging(require_git())
        self._home = home.absolute()
        self._protocols = protocols
        self._identity = identity
        self._timeout_s = timeout_s
        self._elsewhere = elsewhere
        self._traces = traces or NoTraces()
        # What was here, or was brought, and into which mirror: one that was evicted has it no more.
        self._present = set[tuple[str, str, tuple[int, int]]]()
        self._guard = ChildGuard()
        self._empty = self._home / ".empty"
        for folder in (self._home, self._empty):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def fetch(self, repo: Repo, remote: Remote, branch: Branch) -> Tree:
        """Fetch the tip of a branch, where it is not here already."""
        mirror = self._make_mirror(repo)
        tip = self.head(repo, remote, branch)
        if not tip:
            raise Refusal(self._explain_no_tip(repo, remote, branch))
        if not mirror.has(tip):
            with port_errors(repo, remote):
                mirror.fetch(mirror.git.toward(remote, self._protocols), remote.url, tip)
        return Tree(repo, tip, branch)

    def fetch_commit(self, repo: Repo, remote: Remote, sha: Sha, branch: Branch) -> Tree:
        """Fetch a commit with its files, where it is not here already."""
        git = self._git(repo, sha)
        mirror = self._make_mirror(repo)
        if not mirror.can_read(sha):
            with port_errors(repo, remote):
                mirror.fetch(git.toward(remote, self._protocols), remote.url, sha)
        return Tree(repo, sha, branch)

    def fetch_changes(self, tree: Tree, remote: Remote, commits: Collection[Sha]) -> None:
        """Fetch the files that past commits changed, before and after, in one request."""
        git = self._git(tree.repo, *commits)
        with port_errors(tree.repo, remote):
            missing = objects.list_missing_changes(git, commits)
            if missing:
                toward = git.toward(remote, self._protocols)
                self._mirror(tree.repo).fetch_objects(toward, remote.url, missing)

    def head(self, repo: Repo, remote: Remote, branch: Branch) -> Sha | None:
        """Ask the remote where its branch points."""
        mirror = self._mirror(repo)
        mirror.make()
        ref = make_full_ref(mirror.git, branch)
        return self._list_remote(mirror.git, repo, remote, ref).get(ref)

    def reopen(self, tree: Tree, remote: Remote, head: Sha | None) -> bool:
        """Fetch what is missing of them; False when the tree's branch was rewritten."""
        tip = self.fetch(tree.repo, remote, tree.branch)
        self._git(tree.repo, tree.sha, *filter(None, [head]))
        mirror = self._mirror(tree.repo)
        if not mirror.leads_to(tree.sha, tip.sha):
            return False
        lost = [sha for sha in (tree.sha, head) if sha and not mirror.can_read(sha)]
        with port_errors(tree.repo, remote):
            for sha in lost:
                mirror.fetch(mirror.git.toward(remote, self._protocols), remote.url, sha)
        return True

    def _list_remote(
        self, git: GitProcess, repo: Repo, remote: Remote, *patterns: str
    ) -> dict[str, Sha]:
        with port_errors(repo, remote):
            toward = git.toward(remote, self._protocols)
            listed = toward.run("ls-remote", "--quiet", "--end-of-options", remote.url, *patterns)
        lines = listed.decode("utf-8", "replace").splitlines()
        parted = (line.split("\t") for line in lines)
        return {ref: Sha(sha) for sha, ref in parted}

    def _explain_no_tip(self, repo: Repo, remote: Remote, branch: Branch) -> str:
        if self._list_remote(self._mirror(repo).git, repo, remote, "HEAD", "refs/heads/*"):
            return f"{repo.name} has no branch `{branch}`."
        return (
            f"{repo.name} is empty: it needs a first commit before anything can be built on it. "
            "Add a README there and ask again, or make the whole project on your machine with "
            '`greenlit new "what you want" --in FOLDER`, and push it.'
        )

    def _make_mirror(self, repo: Repo) -> Mirror:
        """Make the mirror if it is not there, before something is fetched into it."""
        mirror = self._mirror(repo)
        mirror.make()
        mirror.note_installation(repo.installation)
        return mirror

    def _mirror(self, repo: Repo) -> Mirror:
        if not NAME.fullmatch(repo.name):
            raise ValueError(f"not the name of a repository: {repo.name!r}")
        git = GitProcess(
            self._home / f"{repo.name}.git",
            self._empty,
            self._guard,
            self._timeout_s,
            traces=self._traces,
        )
        mirror = Mirror(git)
        mirror.note_use()
        return mirror

    def _git(self, repo: Repo, *shas: str) -> GitProcess:
        for sha in shas:
            if not SHA.fullmatch(sha):
                raise ValueError(f"not the name of an object: {sha!r}")
        return self._mirror(repo).git

    def _bring(self, tree: Tree) -> None:
        """Bring a commit that another machine made or fetched, if it is not here."""
        if self._elsewhere is None or self._is_present(tree.repo, tree.sha):
            return
        mirror = self._mirror(tree.repo)
        mirror.make()
        if not mirror.can_read(tree.sha):
            self._bring_from(self._elsewhere, tree)
        self._note_present(tree.repo, tree.sha)

    def _is_present(self, repo: Repo, sha: Sha) -> bool:
        return (repo.name, sha, self._mirror(repo).identify()) in self._present

    def _note_present(self, repo: Repo, sha: Sha) -> None:
        self._present.add((repo.name, sha, self._mirror(repo).identify()))

    def _bring_from(self, elsewhere: Elsewhere, tree: Tree) -> None:
        pack = elsewhere.commits.read_pack(tree.repo, tree.sha)
        if pack is None:
            self.fetch_commit(tree.repo, elsewhere.find_remote(tree.repo), tree.sha, tree.branch)
            return
        git = self._mirror(tree.repo).git
        try:
            unpack_commit(git, pack)
            parents = list_parents(git, tree.sha)
        except GitError as failed:
            raise Unreachable(
                f"a commit of {tree.repo.name} that another machine made cannot be read: "
                f"{summarize(failed)}"
            ) from None
        for parent in parents:
            self._bring(replace(tree, sha=parent))

    @contextmanager
    def _reading(self, tree: Tree) -> Iterator[GitProcess]:
        git = self._git(tree.repo, tree.sha)
        self._bring(tree)
        try:
            yield git
        except GitError as failed:
            self._mirror(tree.repo).distrust(failed, tree.sha)
            raise Unreachable(
                f"the mirror of {tree.repo.name} cannot answer: {summarize(failed)}"
            ) from None


@contextmanager
def port_errors(repo: Repo, remote: Remote) -> Iterator[None]:
    """Raise the port's errors in the place of git's."""
    try:
        yield
    except GitError as failed:
        raise as_port_error(failed, repo, remote) from None


def make_full_ref(git: GitProcess, branch: Branch) -> str:
    """Name a branch by its ref. Raises ValueError for what git takes for none."""
    ref = f"refs/heads/{branch}"
    try:
        git.run("check-ref-format", ref)
    except GitError:
        raise ValueError(f"not the name of a branch: {branch!r}") from None
    return ref
