"""Read a repository's files as they lie on somebody's disk, and write a change into them."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.git.git_errors import GitError, NoRepositoryError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.objects import read_branch
from bot.values import CommitInfo, Sha

FILE_BYTES = 5_000_000
MOST_FILES = 1_000
FILE, LINK, SUBMODULE, GONE = "100644", "120000", "160000", "000000"
DEFAULT_BRANCHES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "main",
    "master",
)
# A submodule that is merely dirty is passed over: to know of it, a git of its own would run there.
DIFF = ("--raw", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty", "--abbrev=40")


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """A path that differs, with its modes as git has them, "000000" for what is not there."""

    path: str
    mode: str
    old_mode: str


@dataclass(frozen=True, slots=True)
class WorkTree:
    """A work tree whose own configuration, hooks and filters take no part.

    A file that its repository stores through a filter (LFS) is compared as it lies there, and only
    if git's index cannot tell by size and time that it is unchanged.
    """

    root: Path
    git: GitProcess

    def resolve_commit(self, rev: str) -> str:
        """Resolve what names a commit. Raises NoRepositoryError."""
        wanted = ("--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
        try:
            return self.git.run("rev-parse", *wanted).decode().strip()
        except GitError:
            raise NoRepositoryError(f"There is no commit {rev} in {self.root}.") from None

    def find_base(self) -> str:
        """Find where this branch left the default branch; else return the newest commit."""
        head = self.resolve_commit("HEAD")
        for name in DEFAULT_BRANCHES:
            try:
                return self.git.run("merge-base", head, f"{name}^{{commit}}").decode().strip()
            except GitError:
                continue
        return head

    def is_dirty(self) -> bool:
        """Tell whether anything is not committed."""
        form = ("--porcelain", "--no-renames", "--ignore-submodules=dirty")
        return bool(self.git.run("status", *form))

    def list_changes(self, base: str) -> tuple[ChangedPath, ...]:
        """List what differs from the commit, committed or not, new files included, by path."""
        fields = _fields(self.git.run("diff", *DIFF, base, "--"))
        changes = {}
        for head, path in zip(fields[::2], fields[1::2], strict=True):
            old_mode, mode, *_ = head.removeprefix(":").split()
            changes[path] = ChangedPath(path, mode, old_mode)
        for path in _fields(self.git.run("ls-files", "--others", "--exclude-standard", "-z")):
            old_mode = changes[path].old_mode if path in changes else GONE
            changes[path] = ChangedPath(path, self._read_mode(path), old_mode)
        return tuple(changes[path] for path in sorted(changes))

    def _read_mode(self, path: str) -> str:
        """Tell the mode as git would note it; a folder is a repository of its own."""
        place = self.root / path
        if place.is_symlink():
            return LINK
        return SUBMODULE if place.is_dir() else FILE

    def list_paths(self) -> tuple[str, ...]:
        """List what git knows of in the work tree."""
        return tuple(_fields(self.git.run("ls-files", "-z")))

    def list_branch_changes(self, base: str, limit: int) -> tuple[CommitInfo, ...]:
        """List what the newest commits that led to a commit changed, as its branch got them."""
        try:
            return tuple(read_branch(self.git, Sha(base), limit))
        except GitError:  # a shallow or a partial clone
            return ()

    def read_committed(self, base: str, paths: Collection[str]) -> dict[str, bytes]:
        """Read regular files as the commit has them; those missing or too large are left out."""
        wanted = [path for path in paths if "\n" not in path]
        names = "".join(f"{base}:{path}\n" for path in wanted).encode()
        return dict(_parse_batch(wanted, self.git.run("cat-file", "--batch", stdin=names)))

    def read_file(self, path: str) -> bytes | None:
        """Read a regular file; None for what is none or too large. No link is followed."""
        place = self.root / path
        try:
            status = place.lstat()
            is_file = stat.S_ISREG(status.st_mode) and status.st_size <= FILE_BYTES
            is_inside = place.parent.resolve().is_relative_to(self.root.resolve())
            return place.read_bytes() if is_file and is_inside else None
        except OSError:
            return None

    def read_files(self, paths: Collection[str]) -> dict[str, bytes]:
        """Read regular files as they lie there; what is none, or too large, is left out."""
        contents = {path: self.read_file(path) for path in paths}
        return {path: content for path, content in contents.items() if content is not None}

    def describe_unread(self, path: str) -> str:
        """Say in words what keeps a file from being read."""
        with suppress(OSError):
            if (self.root / path).lstat().st_size > FILE_BYTES:
                return f"huge file of more than {FILE_BYTES // 1_000_000} MB"
        return "file that cannot be read"

    def read_link(self, path: str) -> str:
        """Tell where a symbolic link leads."""
        place = self.root / path
        return str(place.readlink()) if place.is_symlink() else "nowhere"

    def find_text(self, text: str) -> tuple[str, ...]:
        """Find the files of the work tree in which the text stands."""
        try:
            listed = self.git.run("grep", "-l", "-z", "-I", "-F", "-e", text, "--")
        except GitError:
            return ()
        return tuple(_fields(listed))

    def apply(self, diff: str) -> None:
        """Write a change into the files, all of it or nothing. Raises GitError."""
        self.git.run("apply", "--whitespace=nowarn", stdin=diff.encode())


def _fields(out: bytes) -> list[str]:
    return [field for field in out.decode("utf-8", "replace").split("\0") if field]


def _parse_batch(paths: list[str], out: bytes) -> Iterator[tuple[str, bytes]]:
    start = 0
    for path in paths:
        end = out.index(b"\n", start)
        head = out[start:end].split()
        start = end + 1
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            if head[1] == b"blob" and size <= FILE_BYTES:
                yield path, out[start : start + size]
            start += size + 1
