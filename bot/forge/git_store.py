"""Read and write the forge's bare repositories with git itself."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.child_guard import ChildGuard
from bot.adapters.git.git_errors import GitError
from bot.adapters.git.git_process import GitProcess

ZERO_SHA = "0" * 40


@dataclass(frozen=True, slots=True)
class GitSignature:
    """A commit's author or committer; the date is ISO 8601 with its zone."""

    name: str
    email: str
    date: str


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """A commit with its whole message."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: GitSignature
    committer: GitSignature
    message: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file at a commit."""

    path: str
    mode: str
    sha: str
    size: int


@dataclass(frozen=True, slots=True)
class CommitComparison:
    """The difference of two commits. `files` are paths with lines added and removed."""

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
        """Return the bare repository's folder."""
        return self.root / f"{repo}.git"

    def create(self, repo: str) -> None:
        """Create an empty bare repository whose HEAD is main."""
        folder = self.folder(repo)
        folder.mkdir(parents=True)
        self._git(repo, "init", "-q", "--bare", "-b", "main", "--template=")

    def commit(
        self,
        repo: str,
        branch: str,
        files: Mapping[str, str | None],
        author: GitSignature,
        message: str,
    ) -> str:
        """Commit onto a branch and return the sha; None deletes a file.

        A new branch begins where main is. The author's date is in seconds since the epoch.
        """
        who = f"{author.name} <{author.email}> {author.date} +0000"
        header = f"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\n"
        lines = [header.encode(), _encode_data(message)]
        branches = self.list_branches(repo)
        if parent := branches.get(branch) or branches.get("main"):
            lines.append(f"from {parent}\n".encode())
        lines += [_encode_change(path, text) for path, text in files.items()]
        self._git(repo, "fast-import", "--quiet", "--date-format=raw", given=b"".join(lines))
        return self.find_head(repo, branch)

    def list_branches(self, repo: str) -> dict[str, str]:
        """Return every branch with the sha of its head."""
        output = self._git(
            repo, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads/"
        )
        return dict(line.rsplit(" ", 1) for line in output.splitlines())

    def find_head(self, repo: str, branch: str) -> str:
        """Return the sha of a branch's head; "" for none."""
        return self.list_branches(repo).get(branch, "")

    def resolve(self, repo: str, ref: str) -> str:
        """Return the sha of the commit that a branch, tag or sha names; "" for none."""
        if not ref or ref.startswith("-"):
            return ""
        for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
            output = self.run_git(
                repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            )
            if output is not None:
                return output.decode().strip()
        return ""

    def read_commit(self, repo: str, sha: str) -> CommitRecord:
        """Read a commit. Raises KeyError when there is none."""
        with self._lock:
            known = self._commits.get((repo, sha))
        if known:
            return known
        form = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        output = self.run_git(repo, "log", "-1", f"--format={form}", "--end-of-options", sha)
        if output is None:
            raise KeyError(sha)
        parts = output.decode("utf-8", "replace").split("\0")
        commit = CommitRecord(
            sha=parts[0],
            tree=parts[1],
            parents=tuple(parts[2].split()),
            author=GitSignature(*parts[3:6]),
            committer=GitSignature(*parts[6:9]),
            message=parts[9].rstrip("\n"),
        )
        with self._lock:
            return self._commits.setdefault((repo, sha), commit)

    def list_files(self, repo: str, sha: str, under: str = "") -> tuple[FileEntry, ...]:
        """Return the files at a commit, at or under a path; none for what is no commit."""
        paths = ["--", under] if under else []
        output = self.run_git(repo, "ls-tree", "-r", "-l", "-z", "--full-tree", sha, *paths)
        if output is None:
            return ()
        lines = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
        return tuple(map(_parse_tree_entry, lines))

    def read_blob(self, repo: str, sha: str) -> bytes:
        """Read the bytes of a file's blob."""
        return self.run_git(repo, "cat-file", "blob", sha) or b""

    def read_texts(self, repo: str, sha: str, under: str = "") -> dict[str, str]:
        """Return the files at a commit as text, at or under a path."""
        return {
            entry.path: self.read_blob(repo, entry.sha).decode("utf-8", "replace")
            for entry in self.list_files(repo, sha, under)
        }

    def compare(self, repo: str, base: str, head: str) -> CommitComparison:
        """Return what the head has that the base does not, commits oldest first."""
        commits = self._git(repo, "rev-list", "--reverse", f"{base}..{head}", "--").split()
        arguments = ("diff", "--numstat", "-z", "--no-renames", f"{base}...{head}", "--")
        output = self.run_git(repo, *arguments) or b""
        lines = output.decode().split("\0")[:-1]
        return CommitComparison(tuple(commits), tuple(map(_parse_numstat, lines)))

    def list_changes(self, repo: str, sha: str) -> dict[str, list[str]]:
        """Return the paths that a commit added, removed and modified."""
        output = self._git(
            repo, "show", "--format=", "--name-status", "--no-renames", "-z", sha, "--"
        ).split("\0")
        pairs = list(zip(output[::2], output[1::2], strict=False))
        kinds = {"A": "added", "D": "removed", "M": "modified", "T": "modified"}
        changes: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
        for mark, path in pairs:
            if kind := kinds.get(mark):
                changes[kind].append(path)
        return changes

    def diff(self, repo: str, base: str, head: str) -> str:
        """Return as text what the head changes since it left the base; renames are found."""
        return self._show(repo, "diff", "-M", f"{base}...{head}", "--")

    def diff_file(self, repo: str, old: str, new: str, path: str) -> str:
        """Return as text what two commits have different in a file, without context."""
        return self._show(repo, "diff", "-U0", old, new, "--", path)

    def find_merge_base(self, repo: str, base: str, head: str) -> str:
        """Return where the head left the base; "" where they share nothing."""
        return self._show(repo, "merge-base", base, head).strip()

    def show_commit(self, repo: str, sha: str) -> str:
        """Return a commit as text, with its message and its diff; "" where there is none."""
        return self._show(repo, "show", f"{sha}^{{commit}}", "--")

    def list_subjects(self, repo: str, sha: str) -> tuple[tuple[str, str], ...]:
        """Return the newest commits with the first lines of their messages, newest first."""
        lines = self._show(repo, "log", "--max-count=50", "--format=%H %s", sha, "--").splitlines()
        return tuple((line[:40], line[41:]) for line in lines)

    def update_ref(self, repo: str, ref: str, new: str, old: str = "") -> None:
        """Point a ref to a commit, or drop it (zeros); from `old` alone, where that is given."""
        self._git(repo, "update-ref", ref, new, *([old] if old else []))

    def fetch(self, repo: str, source: str, refs: str) -> None:
        """Bring what another repository here has under these refs ("from:to")."""
        folder = str(self.folder(source))
        process = GitProcess(self.folder(repo), self._empty, self._guard, protocols="file")
        process.run("fetch", "--quiet", "--no-tags", folder, f"+{refs}")

    def merge(self, repo: str, base: str, head: str) -> str | None:
        """Merge two commits and return the tree; "" where they conflict.

        None where git cannot tell: before 2.38, or without a common history.
        """
        process = GitProcess(self.folder(repo), self._empty, self._guard)
        command = ("merge-tree", "--write-tree", "--no-messages", "--name-only", base, head)
        try:
            output = process.run_until(*command, lines=2, limit_bytes=4096).decode(
                "utf-8", "replace"
            )
        except GitError:
            return None
        tree, _, conflicts = output.partition("\n")
        return "" if conflicts else tree

    def is_ancestor(self, repo: str, old: str, new: str) -> bool:
        """Tell whether a commit is in the history of another."""
        return self.run_git(repo, "merge-base", "--is-ancestor", old, new) is not None

    def _git(self, repo: str, *args: str, given: bytes = b"") -> str:
        return self._run(repo, *args, given=given).decode("utf-8", "surrogateescape")

    def _show(self, repo: str, *args: str) -> str:
        return (self.run_git(repo, *args) or b"").decode("utf-8", "replace")

    def run_git(
        self, repo: str, *args: str, given: bytes = b"", extra: Mapping[str, str] | None = None
    ) -> bytes | None:
        """Run git; return None where it fails. `extra` are more variables of its environment."""
        try:
            return self._run(repo, *args, given=given, extra=extra)
        except GitError:
            return None

    def _run(
        self, repo: str, *args: str, given: bytes = b"", extra: Mapping[str, str] | None = None
    ) -> bytes:
        git = GitProcess(self.folder(repo), self._empty, self._guard)
        return git.run(*args, stdin=given, extra=extra)


def _encode_change(path: str, text: str | None) -> bytes:
    """Write one file of a commit for git fast-import."""
    quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if text is None:
        return f'D "{quoted}"\n'.encode()
    mode = "100755" if path.endswith(".sh") else "100644"
    return f'M {mode} inline "{quoted}"\n'.encode() + _encode_data(text)


def _encode_data(text: str) -> bytes:
    content = text.encode("utf-8", "surrogateescape")
    return b"data %d\n" % len(content) + content + b"\n"


def _parse_tree_entry(line: str) -> FileEntry:
    head, path = line.split("\t", 1)
    mode, _, sha, size = head.split()
    return FileEntry(path, mode, sha, int(size) if size.isdigit() else 0)


def _parse_numstat(line: str) -> tuple[str, int, int]:
    """Return the path with the lines added and removed, 0 for a binary file."""
    added, removed, path = line.split("\t", 2)
    if not added.isdigit():
        return path, 0, 0
    return path, int(added), int(removed)
