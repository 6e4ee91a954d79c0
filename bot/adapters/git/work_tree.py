"""Here lives a repository as it lies on somebody's disk: what differs from a commit, committed or
not.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

FILE_BYTES = 5_000_000
MOST_FILES = 1_000
SAFE = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.quotePath=false",
)
LINK, SUBMODULE, GONE = "120000", "160000", "000000"


class FolderError(Exception):
    """The folder cannot be looked at; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A path that differs, with what it is now: a mode of git's, "000000" when it is gone."""

    path: str
    mode: str
    was: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A work tree. Git is only asked; nothing is written, and no hook, diff driver or monitor runs."""

    root: Path

    @classmethod
    def at(cls, place: Path) -> Folder:
        """The work tree around a place. Raises FolderError when there is none."""
        if not place.is_dir():
            raise FolderError(f"{place} is no folder.")
        try:
            top = _git(place, "rev-parse", "--show-toplevel").decode().rstrip("\n")
        except FileNotFoundError:
            raise FolderError("git is not installed.") from None
        except subprocess.CalledProcessError as failed:
            raise FolderError(f"{place} is no work tree of git: {_words(failed)}") from None
        return cls(Path(top))

    def commit(self, rev: str) -> str:
        """The commit that a word names. Raises FolderError."""
        try:
            return (
                self._ask(
                    "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"
                )
                .decode()
                .strip()
            )
        except subprocess.CalledProcessError:
            raise FolderError(f"There is no commit {rev} in {self.root}.") from None

    def base(self) -> str:
        """Where this branch left the default branch; the newest commit, where there is nothing to
        have left.
        """
        head = self.commit("HEAD")
        for name in (
            "refs/remotes/origin/HEAD",
            "refs/remotes/origin/main",
            "refs/remotes/origin/master",
            "main",
            "master",
        ):
            try:
                return self._ask("merge-base", head, f"{name}^{{commit}}").decode().strip()
            except subprocess.CalledProcessError:
                continue
        return head

    def moved(self, base: str) -> tuple[Moved, ...]:
        """What differs from the commit: committed, staged, or neither, new files included, in the
        order of paths.
        """
        told = self._ask(
            "diff", "--raw", "-z", "--no-renames", "--no-ext-diff", "--abbrev=40", base, "--"
        )
        fields = told.decode("utf-8", "replace").split("\0")
        listed = {
            path: Moved(path, head.split()[1], head.split()[0][1:])
            for head, path in zip(fields[::2], fields[1::2], strict=False)
        }
        untracked = self._ask("ls-files", "--others", "--exclude-standard", "-z").decode(
            "utf-8", "replace"
        )
        for path in filter(None, untracked.split("\0")):
            listed[path] = Moved(
                path, self._mode(path), listed[path].was if path in listed else GONE
            )
        return tuple(listed[path] for path in sorted(listed))

    def _mode(self, path: str) -> str:
        """As git would note it; a folder that is listed is a repository of its own."""
        place = self.root / path
        return LINK if place.is_symlink() else SUBMODULE if place.is_dir() else "100644"

    def paths(self) -> tuple[str, ...]:
        """What git knows of in the work tree."""
        told = self._ask("ls-files", "-z").decode("utf-8", "replace")
        return tuple(path for path in told.split("\0") if path)

    def before(self, base: str, paths: Collection[str]) -> dict[str, bytes]:
        """The bytes of regular files as the commit has them; what is missing or too large is left
        out.
        """
        wanted = [path for path in paths if "\n" not in path]
        asked = "".join(f"{base}:{path}\n" for path in wanted).encode()
        return dict(_batch(wanted, self._ask("cat-file", "--batch", given=asked)))

    def now(self, path: str) -> bytes | None:
        """The bytes of a regular file; None for what is no such file or too large. No link is
        followed.
        """
        place = self.root / path
        try:
            if (
                not stat.S_ISREG(place.lstat().st_mode)
                or place.lstat().st_size > FILE_BYTES
                or not self._inside(place)
            ):
                return None
            return place.read_bytes()
        except OSError:
            return None

    def target(self, path: str) -> str:
        """Where a symbolic link leads."""
        return str((self.root / path).readlink()) if (self.root / path).is_symlink() else "nowhere"

    def holding(self, value: str) -> tuple[str, ...]:
        """The files of the work tree in which the text stands."""
        try:
            found = self._ask("grep", "-l", "-z", "-I", "-F", "-e", value, "--")
        except subprocess.CalledProcessError:
            return ()
        return tuple(path for path in found.decode("utf-8", "replace").split("\0") if path)

    def _inside(self, place: Path) -> bool:
        return place.parent.resolve().is_relative_to(self.root.resolve())

    def _ask(self, *words: str, given: bytes | None = None) -> bytes:
        return _git(self.root, *words, given=given)


def _batch(paths: list[str], told: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    for path in paths:
        end = told.index(b"\n", at)
        head = told[at:end].split()
        at = end + 1
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            if head[1] == b"blob" and size <= FILE_BYTES:
                yield path, told[at : at + size]
            at += size + 1


def _git(folder: Path, *words: str, given: bytes | None = None) -> bytes:
    command = ["git", "-C", str(folder), *SAFE, *words]
    return subprocess.run(command, input=given or b"", capture_output=True, check=True).stdout


def _words(failed: subprocess.CalledProcessError) -> str:
    return (
        str(failed.stderr.decode("utf-8", "replace"))
        .strip()
        .removeprefix("fatal: ")
        .partition("\n")[0]
    )
