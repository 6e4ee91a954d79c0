"""The port Mirrors over bare repositories that are kept between runs and never checked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.adapters.git import objects
from bot.adapters.git.commit_content import read_commit_content
from bot.adapters.git.elsewhere import pack_commit
from bot.adapters.git.fetching_mirrors import (
    FetchingMirrors,
    make_full_ref,
)
from bot.adapters.git.git_errors import GitError, as_port_error
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.grep_tree import grep_tree
from bot.adapters.git.merge_trees import find_merge_bases, list_messages, merge_trees
from bot.adapters.git.overlay import FILE_MODES, write_overlay
from bot.ports import Refusal, Unreachable
from bot.values import (
    Author,
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


class GitMirrors(FetchingMirrors):
    """Reads and writes the mirrors' objects.

    Paths that are not UTF-8 stay in every tree but are left out of every answer: neither the record
    nor the model could take them.
    """

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
            sha = Sha(write_overlay(git, tree.sha, patch.files))
        self._note_present(tree.repo, sha)
        return Tree(tree.repo, sha, tree.branch)

    def grep(self, tree: Tree, pattern: str, under: str, limit: int) -> tuple[GrepMatch, ...]:
        """Find the lines that match.

        `under` is a directory, a file or a glob; "*.py" without a slash is meant at any depth.
        """
        with self._reading(tree) as git:
            return grep_tree(git, tree.sha, pattern, under, limit)

    def diff(self, tree: Tree, patch: Patch) -> str:
        """Write the patch as `git apply` takes it."""
        return self.compare(tree, self.overlay(tree, patch).sha)

    def compare(self, tree: Tree, sha: Sha, paths: Collection[str] = ()) -> str:
        """Write what a commit or a tree object changes in the tree, or in these paths of it."""
        command = ("--literal-pathspecs", *DIFF, tree.sha, sha, "--", *paths)
        self._bring(Tree(tree.repo, sha, tree.branch))
        with self._reading(tree) as git:
            return git.run(*command).decode("utf-8", "replace")

    def subjects(self, tree: Tree, limit: int) -> tuple[str, ...]:
        """List the newest commits' subjects."""
        form = (f"--max-count={limit:d}", "--no-merges", "--format=%s", "-z")
        with self._reading(tree) as git:
            logged = git.run("log", *form, tree.sha).decode("utf-8", "replace")
        return tuple(logged.rstrip("\0").split("\0")) if logged else ()

    def list_commits(self, tree: Tree, base: Sha | None, limit: int) -> tuple[BranchCommit, ...]:
        """List the commits of the branch alone."""
        form = ("--first-parent", f"--max-count={limit:d}", "--format=%H%x09%P%x09%an")
        without = [f"^{base}"] if base else []
        self._git(tree.repo, *filter(None, [base]))
        with self._reading(tree) as git:
            logged = git.run("log", *form, tree.sha, *without).decode("utf-8", "replace")
        lines = (line.split("\t", 2) for line in logged.split("\n") if line)
        return tuple(BranchCommit(Sha(sha), name, " " in parents) for sha, parents, name in lines)

    def log(self, tree: Tree, limit: int, base: Sha | None = None) -> dict[Sha, int]:
        """List the commits that led here, newest first."""
        with self._reading(tree) as git:
            return objects.list_commits(git, tree.sha, limit, base)

    def past(self, tree: Tree, commits: Collection[Sha]) -> tuple[CommitInfo, ...]:
        """Read what these commits said and changed."""
        try:
            return tuple(objects.read_commits(self._git(tree.repo, tree.sha), commits))
        except GitError:  # the clone has commits without their trees
            return ()

    def list_branch_changes(self, tree: Tree, limit: int) -> tuple[CommitInfo, ...]:
        """Read what the newest commits of the branch's own line said and changed."""
        try:
            return tuple(objects.read_branch(self._git(tree.repo, tree.sha), tree.sha, limit))
        except GitError:  # the clone has commits without their trees
            return ()

    def change(self, tree: Tree, commit: Sha, limit_chars: int) -> str:
        """Read the beginning of a past commit's diff."""
        return objects.read_diff(self._git(tree.repo, commit), commit, limit_chars)

    def commit(
        self,
        tree: Tree,
        files: Mapping[str, str | bytes | None],
        parents: Sequence[Sha],
        details: CommitDetails,
    ) -> Sha:
        """Commit the tree with the files laid over it."""
        date = f"@{datetime.fromisoformat(details.committed_at).timestamp():.0f} +0000"
        people = _person("AUTHOR", details.author, date)
        people |= _person("COMMITTER", self._identity, date)
        named = [word for parent in parents for word in ("-p", parent)]
        with self._reading(tree) as git:
            after = write_overlay(git, tree.sha, files)
        with self._reading(Tree(tree.repo, parents[0], tree.branch)) as git:
            command = ("commit-tree", *named, "-F", "-", after)
            printed = git.run(*command, stdin=details.message.encode(), extra=people)
            sha = Sha(printed.decode().strip())
            if self._elsewhere:
                self._elsewhere.commits.keep_pack(tree.repo, sha, pack_commit(git, sha))
        return sha

    def merge(self, ours: Tree, theirs: Tree, remote: Remote) -> TreeMerge | None:
        """Merge two tips that were fetched; None where the first holds the second already."""
        if self._cannot_merge:
            raise Refusal(f"{self._cannot_merge[0].upper()}{self._cannot_merge[1:]}.")
        with self._reading(ours) as git:
            bases = find_merge_bases(git, ours.sha, theirs.sha)
        if not bases:
            raise Refusal(
                f"`{ours.branch}` and `{theirs.branch}` have no commit in common to merge from."
            )
        if bases == (theirs.sha,):
            return None
        for base in bases:
            self.fetch_commit(ours.repo, remote, base, theirs.branch)
        with self._reading(ours) as git:
            return merge_trees(git, ours.sha, theirs.sha, self._home / ".attributes")

    def merge_base(self, tree: Tree, remote: Remote, base: Tree) -> Tree | None:
        """Find the best common commit, and fetch what is missing of it."""
        with self._reading(tree) as git:
            bases = find_merge_bases(git, tree.sha, base.sha)
        if not bases:
            return None
        return self.fetch_commit(tree.repo, remote, bases[0], base.branch)

    def messages(self, side: Tree, other: Tree, path: str, limit: int) -> tuple[str, ...]:
        """List what the commits of one side alone that touched a path said, newest first."""
        with self._reading(side) as git:
            return list_messages(git, side.sha, other.sha, path, limit)

    def count_missing(self, tree: Tree, other: Tree) -> int:
        """Count the commits of the other that this one lacks."""
        with self._reading(tree) as git:
            return int(git.run("rev-list", "--count", other.sha, f"^{tree.sha}"))

    def read_commit(self, repo: Repo, sha: Sha) -> CommitContent | None:
        """Read what a commit says and changes."""
        try:
            self._bring(Tree(repo, sha, Branch("")))
            return read_commit_content(self._git(repo, sha), sha)
        except GitError:
            return None

    def push(
        self, repo: Repo, remote: Remote, sha: Sha, branch: Branch, expect: Sha | None
    ) -> PushResult:
        """Move the remote's branch; one that is gone although expected is PushResult("", False)."""
        git = self._git(repo, sha, *filter(None, [expect]))
        self._bring(Tree(repo, sha, branch))
        ref = make_full_ref(git, branch)
        try:
            self._push(git.toward(remote, self._protocols), remote, f"{sha}:{ref}", expect)
        except GitError as failed:
            # The answer may have been lost, not the push; and whoever came first keeps the branch.
            head = self.head(repo, remote, branch)
            if head == expect:
                raise as_port_error(failed, repo, remote) from None
            return PushResult(head or Sha(""), is_ours=head == sha)
        return PushResult(sha)

    def delete_branch(self, repo: Repo, remote: Remote, branch: Branch, expect: Sha) -> bool:
        """Delete the remote's branch; whoever pushed to it meanwhile keeps it."""
        git = self._git(repo, expect)
        ref = make_full_ref(git, branch)
        if self.head(repo, remote, branch) != expect:
            return False
        try:
            self._push(git.toward(remote, self._protocols), remote, f":{ref}", expect)
        except GitError as failed:
            # The answer may have been lost, not the push.
            head = self.head(repo, remote, branch)
            error = as_port_error(failed, repo, remote)
            if head == expect and isinstance(error, Unreachable):
                raise error from None
            return head is None
        return True

    def _push(self, toward: GitProcess, remote: Remote, refspec: str, expect: Sha | None) -> None:
        """Push one ref, where it points to `expect`. Raises GitError."""
        lease = f"--force-with-lease={refspec.partition(':')[2]}:{expect or ''}"
        options = ("--quiet", "--no-verify", "--no-follow-tags", lease)
        toward.run("push", *options, "--end-of-options", remote.url, refspec)


def _person(role: str, person: Author, date: str) -> dict[str, str]:
    fields = {"NAME": person.name, "EMAIL": person.email, "DATE": date}
    return {f"GIT_{role}_{name}": value for name, value in fields.items()}
