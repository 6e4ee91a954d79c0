"""Here live the forge's bare repositories, read and written by git itself."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.child_guard import ChildGuard
from bot.adapters.git.git_process import GitError, GitProcess

ZEROS = "0" * 40


@dataclass(frozen=True, slots=True)
class GitSignature:
    """A commit's author or committer; the date is ISO 8601 with its zone."""

    name: str
    email: str
    date: str


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """A commit."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: GitSignature
    committer: GitSignature
    message: str


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file at a commit."""

    path: str
    mode: str
    sha: str
    size: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What lies between two commits. `files` are paths with lines added and removed."""

    commits: tuple[str, ...]
    files: tuple[tuple[str, int, int], ...]


class GitStore:
    """Bare repositories root/owner/name.git."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._lock = threading.Lock()
        self._commits: dict[tuple[str, str], CommitRecord] = {}
        self._guard = ChildGuard()
        self._empty = self.root / ".empty"
        self._empty.mkdir(parents=True, exist_ok=True)

    def folder(self, repo: str) -> Path:
        return self.root / f"{repo}.git"

    def create(self, repo: str) -> None:
        folder = self.folder(repo)
        folder.mkdir(parents=True)
        self._git(repo, "init", "-q", "--bare", "-b", "main", "--template=")

    def commit(
        self,
        repo: str,
        branch: str,
        files: Mapping[str, str | None],
        by: GitSignature,
        message: str,
    ) -> str:
        """Commit onto a branch, begun where main is when it is new. None deletes a file. Returns
        the sha.
        """
        who = f"{by.name} <{by.email}> {by.date} +0000"
        start = branch if self.head(repo, branch) else "main"
        lines = [
            f"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\n".encode(),
            _data(message),
        ]
        if parent := self.head(repo, start):
            lines.append(f"from {parent}\n".encode())
        for path, text in files.items():
            name = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
            mode = "100755" if path.endswith(".sh") else "100644"
            lines.append(
                f"D {name}\n".encode()
                if text is None
                else f"M {mode} inline {name}\n".encode() + _data(text)
            )
        self._git(repo, "fast-import", "--quiet", "--date-format=raw", given=b"".join(lines))
        return self.branches(repo)[branch]

    def branches(self, repo: str) -> dict[str, str]:
        """Every branch and where it points."""
        out = self._git(
            repo, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads/"
        )
        return dict(line.rsplit(" ", 1) for line in out.splitlines())

    def head(self, repo: str, branch: str) -> str:
        return self.branches(repo).get(branch, "")

    def resolve(self, repo: str, ref: str) -> str:
        """The sha of the commit that a branch, tag or sha names; "" for none."""
        if not ref or ref.startswith("-"):
            return ""
        for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
            out = self._try(
                repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            )
            if out is not None:
                return out.decode().strip()
        return ""

    def details(self, repo: str, sha: str) -> CommitRecord:
        """What a commit says. Raises KeyError when there is none."""
        with self._lock:
            known = self._commits.get((repo, sha))
        if known:
            return known
        form = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        out = self._try(repo, "log", "-1", f"--format={form}", "--end-of-options", sha)
        if out is None:
            raise KeyError(sha)
        parts = out.decode("utf-8", "replace").split("\0")
        author, committer = GitSignature(*parts[3:6]), GitSignature(*parts[6:9])
        found = CommitRecord(
            parts[0], parts[1], tuple(parts[2].split()), author, committer, parts[9].rstrip("\n")
        )
        with self._lock:
            return self._commits.setdefault((repo, sha), found)

    def blobs(self, repo: str, sha: str, under: str = "") -> tuple[TreeEntry, ...]:
        """The files at a commit, at or under a path."""
        out = self._try(
            repo, "ls-tree", "-r", "-l", "-z", "--full-tree", sha, *(["--", under] if under else [])
        )
        if out is None:
            return ()
        found = []
        for line in out.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, path = line.split("\t", 1)
            mode, _, blob, size = head.split()
            found.append(TreeEntry(path, mode, blob, int(size) if size.isdigit() else 0))
        return tuple(found)

    def read(self, repo: str, blob: str) -> bytes:
        return self._try(repo, "cat-file", "blob", blob) or b""

    def texts(self, repo: str, sha: str, under: str = "") -> dict[str, str]:
        """The files at a commit as text, at or under a path."""
        return {
            blob.path: self.read(repo, blob.sha).decode("utf-8", "replace")
            for blob in self.blobs(repo, sha, under)
        }

    def between(self, repo: str, base: str, head: str) -> Comparison:
        """What the head has that the base does not, commits oldest first."""
        commits = self._git(repo, "rev-list", "--reverse", f"{base}..{head}", "--").split()
        out = self._try(repo, "diff", "--numstat", "-z", "--no-renames", f"{base}...{head}", "--")
        files = []
        for line in (out or b"").decode().split("\0")[:-1]:
            more, less, path = line.split("\t", 2)
            files.append(
                (path, int(more) if more.isdigit() else 0, int(less) if less.isdigit() else 0)
            )
        return Comparison(tuple(commits), tuple(files))

    def changed(self, repo: str, sha: str) -> dict[str, list[str]]:
        """The paths that a commit added, removed and modified."""
        out = self._git(
            repo, "show", "--format=", "--name-status", "--no-renames", "-z", sha, "--"
        ).split("\0")
        pairs = list(zip(out[::2], out[1::2], strict=False))
        words = {"added": "A", "removed": "D", "modified": "MT"}
        return {
            word: [path for mark, path in pairs if mark in marks] for word, marks in words.items()
        }

    def descends(self, repo: str, old: str, new: str) -> bool:
        return self._try(repo, "merge-base", "--is-ancestor", old, new) is not None

    def _git(self, repo: str, *args: str, given: bytes = b"") -> str:
        return self._run(repo, *args, given=given).decode("utf-8", "surrogateescape")

    def _try(self, repo: str, *args: str) -> bytes | None:
        """Run git; None where it says no."""
        try:
            return self._run(repo, *args)
        except GitError:
            return None

    def _run(self, repo: str, *args: str, given: bytes = b"") -> bytes:
        return GitProcess(self.folder(repo), self._empty, self._guard).run(*args, stdin=given)


def _data(text: str) -> bytes:
    content = text.encode("utf-8", "surrogateescape")
    return b"data %d\n" % len(content) + content + b"\n"
