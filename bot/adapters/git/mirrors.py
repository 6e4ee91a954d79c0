"""The port Mirrors over bare repositories that are kept between runs and never checked out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.adapters.child_guard import ChildGuard
from bot.adapters.git import objects
from bot.adapters.git.git_errors import as_port_error, summarize
from bot.adapters.git.git_process import (
    GitError,
    GitProcess,
    explain_no_merging,
    require_git,
)
from bot.adapters.git.grep_tree import grep_tree
from bot.adapters.git.merge_trees import find_merge_bases, list_messages, merge_trees
from bot.adapters.git.mirror import Mirror
from bot.adapters.git.overlay import FILE_MODES, write_overlay
from bot.ports import Refusal, Unreachable
from bot.values import (
    Author,
    Branch,
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

GREENLIT = Author("greenlit", "greenlit@users.noreply.github.com")

NAME = re.compile(r"(?!\.)[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)
SHA = re.compile(r"[0-9a-f]{40}")

DIFF = (
    "diff-tree",
    "-r",
    "-p",
    "--binary",
    "--full-index",
    "--no-color",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


class GitMirrors:
    """One mirror per repository, at home/<owner>/<name>.git; safe among threads and processes.

    Paths that are not UTF-8 stay in every tree but are left out of every answer: neither the record
    nor the model could take them.
    """

    def __init__(
        self,
        home: Path,
        protocols: tuple[str, ...] = ("https",),
        identity: Author = GREENLIT,
        timeout_s: float = 600.0,
    ) -> None:
        self._cannot_merge = explain_no_merging(require_git())
        self._home = home.absolute()
        self._protocols = protocols
        self._identity = identity
        self._timeout_s = timeout_s
        self._guard = ChildGuard()
        self._empty = self._home / ".empty"
        for folder in (self._home, self._empty):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def fetch(self, repo: Repo, remote: Remote, branch: Branch) -> Tree:
        """Fetch the tip of a branch, where it is not here already."""
        mirror = self._mirror(repo)
        mirror.make()
        tip = self.head(repo, remote, branch)
        if not tip:
            raise Refusal(self._explain_no_tip(repo, remote, branch))
        if not mirror.has(tip):
            with _port_errors(repo, remote):
                mirror.fetch(mirror.git.toward(remote, self._protocols), remote.url, tip)
        return Tree(repo, tip, branch)

    def fetch_commit(self, repo: Repo, remote: Remote, sha: Sha, branch: Branch) -> Tree:
        """Fetch a commit with its files, where it is not here already."""
        git = self._git(repo, sha)
        mirror = self._mirror(repo)
        mirror.make()
        if not mirror.can_read(sha):
            with _port_errors(repo, remote):
                mirror.fetch(git.toward(remote, self._protocols), remote.url, sha)
        return Tree(repo, sha, branch)

    def entries(self, tree: Tree) -> tuple[TreeEntry, ...]:
        """List all files, by path in git's order."""
        with self._reading(tree) as git:
            listed = git.run("ls-tree", "-r", "-l", "-z", "--full-tree", tree.sha)
        return tuple(objects.parse_entries(listed))

    def read(self, tree: Tree, paths: Collection[str]) -> dict[str, bytes]:
        """Read the regular files among the paths."""
        with self._reading(tree) as git:
            entries = objects.list_at(git, tree.sha, sorted(set(paths)))
            files = [entry for entry in entries if entry.mode in FILE_MODES]
            contents = dict(objects.read_blobs(git, [entry.sha for entry in files]))
            if lost := next((sha for sha, content in contents.items() if content is None), None):
                raise GitError(f"{lost} missing")
        return {entry.path: contents[entry.sha] or b"" for entry in files}

    def blobs(self, tree: Tree, shas: Collection[Sha]) -> dict[Sha, bytes]:
        """Read files by the names of their contents."""
        with self._reading(tree) as git:
            contents = objects.read_blobs(git, shas)
            return {sha: content for sha, content in contents if content is not None}

    def overlay(self, tree: Tree, patch: Patch) -> Tree:
        """Write the tree with the patch laid over it."""
        with self._reading(tree) as git:
            return Tree(tree.repo, Sha(write_overlay(git, tree.sha, patch.files)), tree.branch)

    def grep(self, tree: Tree, pattern: str, under: str, limit: int) -> tuple[GrepMatch, ...]:
        """Find the lines that match.

        `under` is a directory, a file or a glob; "*.py" without a slash is meant at any depth.
        """
        with self._reading(tree) as git:
            return grep_tree(git, tree.sha, pattern, under, limit)

    def diff(self, tree: Tree, patch: Patch) -> str:
        """Write the patch as `git apply` takes it."""
        return self.compare(tree, self.overlay(tree, patch).sha)

    def compare(self, tree: Tree, sha: Sha) -> str:
        """Write what a commit or a tree object changes in the tree."""
        with self._reading(tree) as git:
            return git.run(*DIFF, tree.sha, sha).decode("utf-8", "replace")

    def subjects(self, tree: Tree, limit: int) -> tuple[str, ...]:
        """List the newest commits' subjects."""
        form = (f"--max-count={limit:d}", "--no-merges", "--format=%s", "-z")
        with self._reading(tree) as git:
            logged = git.run("log", *form, tree.sha).decode("utf-8", "replace")
        return tuple(logged.rstrip("\0").split("\0")) if logged else ()

    def log(self, tree: Tree, limit: int) -> tuple[Sha, ...]:
        """List the commits that led here, newest first."""
        with self._reading(tree) as git:
            return objects.list_commits(git, tree.sha, limit)

    def past(self, tree: Tree, commits: Collection[Sha]) -> tuple[CommitInfo, ...]:
        """Read what these commits said and changed."""
        try:
            return tuple(objects.read_commits(self._git(tree.repo, tree.sha), commits))
        except GitError:  # the clone has commits without their trees
            return ()

    def change(self, tree: Tree, commit: Sha, limit_chars: int) -> str:
        """Read the beginning of a past commit's diff."""
        return objects.read_diff(self._git(tree.repo, commit), commit, limit_chars)

    def fetch_changes(self, tree: Tree, remote: Remote, commits: Collection[Sha]) -> None:
        """Fetch the files that past commits changed, before and after, in one request."""
        git = self._git(tree.repo, *commits)
        with _port_errors(tree.repo, remote):
            missing = objects.list_missing_changes(git, commits)
            if missing:
                toward = git.toward(remote, self._protocols)
                self._mirror(tree.repo).fetch_objects(toward, remote.url, missing)

    def commit(
        self, tree: Tree, patch: Patch, parent: Sha, message: str, author: Author, committed_at: str
    ) -> Sha:
        """Commit the tree with the patch laid over it."""
        return self.commit_merge(tree, patch.files, (parent,), message, author, committed_at)

    def commit_merge(
        self,
        tree: Tree,
        files: Mapping[str, str | bytes | None],
        parents: Sequence[Sha],
        message: str,
        author: Author,
        committed_at: str,
    ) -> Sha:
        """Commit the tree with the files laid over it."""
        date = f"@{datetime.fromisoformat(committed_at).timestamp():.0f} +0000"
        people = _person("AUTHOR", author, date) | _person("COMMITTER", self._identity, date)
        named = [word for parent in parents for word in ("-p", parent)]
        with self._reading(tree) as git:
            after = write_overlay(git, tree.sha, files)
        with self._reading(Tree(tree.repo, parents[0], tree.branch)) as git:
            command = ("commit-tree", *named, "-F", "-", after)
            return Sha(git.run(*command, stdin=message.encode(), extra=people).decode().strip())

    def merge(self, ours: Tree, theirs: Tree, remote: Remote) -> TreeMerge | None:
        """Merge two tips that were fetched; None where the first holds the second already."""
        if self._cannot_merge:
            raise Refusal(f"{self._cannot_merge[0].upper()}{self._cannot_merge[1:]}.")
        mirror = self._mirror(ours.repo)
        with self._reading(ours) as git:
            bases = find_merge_bases(git, ours.sha, theirs.sha)
        if not bases:
            raise Refusal(
                f"`{ours.branch}` and `{theirs.branch}` have no commit in common to merge from."
            )
        if bases == (theirs.sha,):
            return None
        for base in bases:
            if not mirror.can_read(base):
                with _port_errors(ours.repo, remote):
                    toward = mirror.git.toward(remote, self._protocols)
                    mirror.fetch(toward, remote.url, base)
        with self._reading(ours) as git:
            return merge_trees(git, ours.sha, theirs.sha, self._home / ".attributes")

    def messages(self, side: Tree, other: Tree, path: str, limit: int) -> tuple[str, ...]:
        """List what the commits of one side alone that touched a path said, newest first."""
        with self._reading(side) as git:
            return list_messages(git, side.sha, other.sha, path, limit)

    def count_missing(self, tree: Tree, other: Tree) -> int:
        """Count the commits of the other that this one lacks."""
        with self._reading(tree) as git:
            return int(git.run("rev-list", "--count", other.sha, f"^{tree.sha}"))

    def push(
        self, repo: Repo, remote: Remote, sha: Sha, branch: Branch, expect: Sha | None
    ) -> PushResult:
        """Move the remote's branch; one that is gone although expected is PushResult("", False)."""
        git = self._git(repo, sha, *filter(None, [expect]))
        ref = _full_ref(git, branch)
        lease = f"--force-with-lease={ref}:{expect or ''}"
        options = ("--quiet", "--no-verify", "--no-follow-tags", lease)
        toward = git.toward(remote, self._protocols)
        try:
            toward.run("push", *options, "--end-of-options", remote.url, f"{sha}:{ref}")
        except GitError as failed:
            # The answer may have been lost, not the push; and whoever came first keeps the branch.
            head = self.head(repo, remote, branch)
            if head == expect:
                raise as_port_error(failed, repo, remote) from None
            return PushResult(head or Sha(""), is_ours=head == sha)
        return PushResult(sha)

    def head(self, repo: Repo, remote: Remote, branch: Branch) -> Sha | None:
        """Ask the remote where its branch points."""
        mirror = self._mirror(repo)
        mirror.make()
        ref = _full_ref(mirror.git, branch)
        return self._list_remote(mirror.git, repo, remote, ref).get(ref)

    def reopen(self, tree: Tree, remote: Remote, head: Sha | None) -> bool:
        """Fetch what is missing of them; False when the tree's branch was rewritten."""
        tip = self.fetch(tree.repo, remote, tree.branch)
        self._git(tree.repo, tree.sha, *filter(None, [head]))
        mirror = self._mirror(tree.repo)
        if not mirror.leads_to(tree.sha, tip.sha):
            return False
        lost = [sha for sha in (tree.sha, head) if sha and not mirror.can_read(sha)]
        with _port_errors(tree.repo, remote):
            for sha in lost:
                mirror.fetch(mirror.git.toward(remote, self._protocols), remote.url, sha)
        return True

    def _list_remote(
        self, git: GitProcess, repo: Repo, remote: Remote, *patterns: str
    ) -> dict[str, Sha]:
        with _port_errors(repo, remote):
            toward = git.toward(remote, self._protocols)
            listed = toward.run("ls-remote", "--quiet", "--end-of-options", remote.url, *patterns)
        lines = listed.decode("utf-8", "replace").splitlines()
        parted = (line.split("\t") for line in lines)
        return {ref: Sha(sha) for sha, ref in parted}

    def _explain_no_tip(self, repo: Repo, remote: Remote, branch: Branch) -> str:
        if self._list_remote(self._mirror(repo).git, repo, remote, "HEAD", "refs/heads/*"):
            return f"{repo.name} has no branch `{branch}`."
        return f"{repo.name} is empty: it needs a first commit before anything can be built on it."

    def _mirror(self, repo: Repo) -> Mirror:
        if not NAME.fullmatch(repo.name):
            raise ValueError(f"not the name of a repository: {repo.name!r}")
        folder = self._home / f"{repo.name}.git"
        return Mirror(GitProcess(folder, self._empty, self._guard, self._timeout_s))

    def _git(self, repo: Repo, *shas: str) -> GitProcess:
        for sha in shas:
            if not SHA.fullmatch(sha):
                raise ValueError(f"not the name of an object: {sha!r}")
        return self._mirror(repo).git

    @contextmanager
    def _reading(self, tree: Tree) -> Iterator[GitProcess]:
        git = self._git(tree.repo, tree.sha)
        try:
            yield git
        except GitError as failed:
            self._mirror(tree.repo).distrust(failed, tree.sha)
            raise Unreachable(
                f"the mirror of {tree.repo.name} cannot answer: {summarize(failed)}"
            ) from None


@contextmanager
def _port_errors(repo: Repo, remote: Remote) -> Iterator[None]:
    try:
        yield
    except GitError as failed:
        raise as_port_error(failed, repo, remote) from None


def _full_ref(git: GitProcess, branch: Branch) -> str:
    ref = f"refs/heads/{branch}"
    try:
        git.run("check-ref-format", ref)
    except GitError:
        raise ValueError(f"not the name of a branch: {branch!r}") from None
    return ref


def _person(role: str, person: Author, date: str) -> dict[str, str]:
    fields = {"NAME": person.name, "EMAIL": person.email, "DATE": date}
    return {f"GIT_{role}_{name}": value for name, value in fields.items()}
