"""Here live the GitMirrors: the port Git over bare repositories that are kept between runs and never
checked out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.adapters.git import objects
from bot.adapters.git.git_errors import trouble, words
from bot.adapters.git.git_process import GitError, GitTimeoutError, Plumbing, require_git
from bot.adapters.git.mirror import Mirror
from bot.adapters.git.overlay import FILES, inside, lay
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
)

GREENLIT = Author("greenlit", "greenlit@users.noreply.github.com")

NAME = re.compile(r"(?!\.)[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)
SHA = re.compile(r"[0-9a-f]{40}")
HIT = re.compile(rb"[0-9a-f]{40}:([^\0]+)\0(\d+)\0([^\n]*)(?:\n|$)")

BAD_GREP = re.compile("^fatal: -e option, |outside repository")

PATHS_AT_ONCE = 200  # an argument list has an end
GREP_CHARS = 10_000
GREP_S = 20.0
GREP_BYTES = 4_000_000
HIT_CHARS = 1_000


class GitMirrors:
    """The port Git over one mirror per repository, at home/<owner>/<name>.git; safe among threads
    and processes.

    Paths that are not UTF-8 stay in every tree but are not spoken of: neither the record nor the
    model could.
    """

    def __init__(
        self,
        home: Path,
        protocols: tuple[str, ...] = ("https",),
        identity: Author = GREENLIT,
        timeout_s: float = 600.0,
    ) -> None:
        require_git()
        self._home = home.absolute()
        self._protocols = protocols
        self._identity = identity
        self._timeout_s = timeout_s
        self._empty = self._home / ".empty"
        for folder in (self._home, self._empty):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def fetch(self, repo: Repo, remote: Remote, branch: Branch) -> Tree:
        mirror = self._mirror(repo)
        mirror.make()
        tip = self.head(repo, remote, branch)
        if not tip:
            raise Refusal(self._why_no_tip(repo, remote, branch))
        if not mirror.has(tip):
            with _told(repo, remote):
                mirror.bring(mirror.git.toward(remote, self._protocols), remote.url, tip)
        return Tree(repo, tip, branch)

    def entries(self, tree: Tree) -> tuple[TreeEntry, ...]:
        with self._reading(tree) as git:
            listed = git.run("ls-tree", "-r", "-l", "-z", "--full-tree", tree.sha)
        return tuple(objects.entries(listed))

    def read(self, tree: Tree, paths: Collection[str]) -> dict[str, bytes]:
        with self._reading(tree) as git:
            files = [
                entry for entry in _at(git, tree.sha, sorted(set(paths))) if entry.mode in FILES
            ]
            contents = dict(objects.blobs(git, [entry.sha for entry in files]))
            if lost := next((sha for sha, content in contents.items() if content is None), None):
                raise GitError(f"{lost} missing")
        return {entry.path: contents[entry.sha] or b"" for entry in files}

    def blobs(self, tree: Tree, shas: Collection[Sha]) -> dict[Sha, bytes]:
        with self._reading(tree) as git:
            return {
                sha: content for sha, content in objects.blobs(git, shas) if content is not None
            }

    def overlay(self, tree: Tree, patch: Patch) -> Tree:
        with self._reading(tree) as git:
            root = git.run("rev-parse", "--verify", f"{tree.sha}^{{tree}}").decode().strip()
            return Tree(tree.repo, Sha(lay(git, root, patch.files)), tree.branch)

    def grep(self, tree: Tree, pattern: str, under: str, limit: int) -> tuple[GrepMatch, ...]:
        """`under` is a directory, a file or a glob; "*.py" without a slash is meant at any depth."""
        if len(pattern) + len(under) > GREP_CHARS:
            raise ValueError("the pattern is too long")
        wild = under if "/" in under else f"**/{under}"
        where = [f":(literal){under.rstrip('/')}", f":(glob){wild}"] if under.strip("/") else []
        command = (
            "grep",
            "-n",
            "-E",
            "-I",
            "-z",
            "--no-color",
            "-e",
            pattern,
            tree.sha,
            "--",
            *where,
        )
        with self._reading(tree) as git:
            try:
                found = git.first(*command, lines=limit, limit_bytes=GREP_BYTES, timeout_s=GREP_S)
            except GitError as failed:
                if isinstance(failed, GitTimeoutError) or BAD_GREP.search(str(failed)):
                    raise ValueError(words(failed)) from None
                raise
        return tuple(_hits(found))[:limit]

    def diff(self, tree: Tree, patch: Patch) -> str:
        laid = self.overlay(tree, patch)
        form = (
            "-r",
            "-p",
            "--binary",
            "--full-index",
            "--no-color",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
        )
        with self._reading(tree) as git:
            shown = git.run(
                "diff-tree", *form, "--src-prefix=a/", "--dst-prefix=b/", tree.sha, laid.sha
            )
        return shown.decode("utf-8", "replace")

    def subjects(self, tree: Tree, limit: int) -> tuple[str, ...]:
        with self._reading(tree) as git:
            logged = git.run(
                "log", f"--max-count={limit:d}", "--no-merges", "--format=%s", "-z", tree.sha
            )
        return tuple(logged.decode("utf-8", "replace").rstrip("\0").split("\0")) if logged else ()

    def log(self, tree: Tree, limit: int) -> tuple[Sha, ...]:
        with self._reading(tree) as git:
            return objects.log(git, tree.sha, limit)

    def past(self, tree: Tree, commits: Collection[Sha]) -> tuple[CommitInfo, ...]:
        try:
            return tuple(objects.past(self._git(tree.repo, tree.sha), commits))
        except GitError:  # the clone has commits without their trees
            return ()

    def change(self, tree: Tree, commit: Sha, limit_chars: int) -> str:
        return objects.change(self._git(tree.repo, commit), commit, limit_chars)

    def commit(
        self, tree: Tree, patch: Patch, parent: Sha, message: str, author: Author, at: str
    ) -> Sha:
        laid = self.overlay(tree, patch)
        when = f"@{datetime.fromisoformat(at).timestamp():.0f} +0000"
        who = {"AUTHOR": author, "COMMITTER": self._identity}
        extra = {
            f"GIT_{role}_{what}": value
            for role, person in who.items()
            for what, value in _fields(person, when)
        }
        with self._reading(Tree(tree.repo, parent, tree.branch)) as git:
            command = ("commit-tree", "-p", parent, "-F", "-", laid.sha)
            return Sha(git.run(*command, given=message.encode(), extra=extra).decode().strip())

    def push(
        self, repo: Repo, remote: Remote, sha: Sha, branch: Branch, expect: Sha | None
    ) -> PushResult:
        """A branch that is gone although one was expected is told as PushResult("", is_ours=False)."""
        git = self._git(repo, sha, *([expect] if expect else [])).toward(remote, self._protocols)
        ref = _ref(git, branch)
        lease = f"--force-with-lease={ref}:{expect or ''}"
        try:
            git.run(
                "push",
                "--quiet",
                "--no-verify",
                "--no-follow-tags",
                lease,
                "--",
                remote.url,
                f"{sha}:{ref}",
            )
        except GitError as failed:
            # The answer may have been lost, not the push; and whoever came first keeps the branch.
            found = self.head(repo, remote, branch)
            if found == expect:
                raise trouble(failed, repo, remote) from None
            return PushResult(found or Sha(""), is_ours=found == sha)
        return PushResult(sha)

    def head(self, repo: Repo, remote: Remote, branch: Branch) -> Sha | None:
        mirror = self._mirror(repo)
        mirror.make()
        ref = _ref(mirror.git, branch)
        return self._refs(mirror.git, repo, remote, ref).get(ref)

    def _refs(self, git: Plumbing, repo: Repo, remote: Remote, *patterns: str) -> dict[str, Sha]:
        with _told(repo, remote):
            told = git.toward(remote, self._protocols).run(
                "ls-remote", "--quiet", "--", remote.url, *patterns
            )
        parted = (line.split("\t") for line in told.decode("utf-8", "replace").splitlines())
        return {ref: Sha(sha) for sha, ref in parted}

    def _why_no_tip(self, repo: Repo, remote: Remote, branch: Branch) -> str:
        if self._refs(self._mirror(repo).git, repo, remote, "HEAD", "refs/heads/*"):
            return f"{repo.name} has no branch `{branch}`."
        return f"{repo.name} is empty: it needs a first commit before anything can be built on it."

    def _mirror(self, repo: Repo) -> Mirror:
        if not NAME.fullmatch(repo.name):
            raise ValueError(f"not the name of a repository: {repo.name!r}")
        return Mirror(Plumbing(self._home / f"{repo.name}.git", self._empty, self._timeout_s))

    def _git(self, repo: Repo, *shas: str) -> Plumbing:
        if wrong := [sha for sha in shas if not SHA.fullmatch(sha)]:
            raise ValueError(f"not the name of an object: {wrong[0]!r}")
        return self._mirror(repo).git

    @contextmanager
    def _reading(self, tree: Tree) -> Iterator[Plumbing]:
        git = self._git(tree.repo, tree.sha)
        try:
            yield git
        except GitError as failed:
            self._mirror(tree.repo).distrust(failed, tree.sha)
            raise Unreachable(
                f"the mirror of {tree.repo.name} cannot answer: {words(failed)}"
            ) from None


@contextmanager
def _told(repo: Repo, remote: Remote) -> Iterator[None]:
    try:
        yield
    except GitError as failed:
        raise trouble(failed, repo, remote) from None


def _ref(git: Plumbing, branch: Branch) -> str:
    ref = f"refs/heads/{branch}"
    try:
        git.run("check-ref-format", ref)
    except GitError:
        raise ValueError(f"not the name of a branch: {branch!r}") from None
    return ref


def _at(git: Plumbing, sha: Sha, paths: list[str]) -> Iterator[TreeEntry]:
    """The entries at these paths. Files only: a directory's line has no size and is passed over."""
    asked = [path for path in paths if inside(path)]
    for start in range(0, len(asked), PATHS_AT_ONCE):
        some = asked[start : start + PATHS_AT_ONCE]
        listed = git.run(
            "--literal-pathspecs", "ls-tree", "-l", "-z", "--full-tree", sha, "--", *some
        )
        yield from objects.entries(listed)


def _hits(found: bytes) -> Iterator[GrepMatch]:
    for path, line, text in HIT.findall(found):
        try:
            name = path.decode()
        except UnicodeDecodeError:
            continue
        yield GrepMatch(name, int(line), text.decode("utf-8", "replace").rstrip("\r")[:HIT_CHARS])


def _fields(person: Author, when: str) -> tuple[tuple[str, str], ...]:
    return ("NAME", person.name), ("EMAIL", person.email), ("DATE", when)
