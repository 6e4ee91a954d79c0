"""Clone a repository for its source: its newest commit, and of its files those that are asked for.

It is a mirror as the bot's own are, without history: nothing of it is run or checked out, no
configuration but ours is read, no submodule followed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

from bot.adapters.git.git_errors import GitError, GitTimeoutError, NoRepositoryError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.mirror import ALL_ANEW, FETCH, NO_FILTER, Mirror
from bot.adapters.git.objects import as_lines, list_missing
from bot.values import Remote, Sha

SHALLOW = ("--depth=1", "--filter=blob:none")
TIP = "refs/greenlit/corpus"
FILES_AT_ONCE = 2_000  # in one request: what it brought stays when the next one is stopped
PACKS = 50  # of earlier commits; with more of them the clone is made anew
LOOK_S = 0.2

# Told how many bytes the clone has on the disk; raises to stop it.
Watch = Callable[[int], None]


class EmptyRepositoryError(Exception):
    """The repository has no commit."""


@dataclass(frozen=True, slots=True)
class RemoteClone:
    """The clone of a remote in a folder of ours. One process at a time writes to it."""

    git: GitProcess
    remote: Remote
    protocols: tuple[str, ...]
    watch: Watch

    def fetch_tip(self) -> Sha:
        """Ask where the default branch points. Raises GitError and EmptyRepositoryError."""
        self._make()
        toward = self._open_remote()
        listed = toward.run("ls-remote", "--quiet", "--end-of-options", self.remote.url, "HEAD")
        lines = [line.split("\t") for line in listed.decode("utf-8", "replace").splitlines()]
        for sha, ref in lines:
            if ref == "HEAD":
                return Sha(sha)
        raise EmptyRepositoryError

    def fetch_tree(self, commit: Sha) -> None:
        """Bring the commit and its folders, without files where the remote can leave them out."""
        with suppress(GitError):
            if self.git.run("rev-parse", "--verify", "--quiet", TIP).decode().strip() == commit:
                return
        self._fetch(*SHALLOW, "origin", commit)
        self.git.run("update-ref", TIP, commit)

    def fetch_files(self, commit: Sha, blobs: Collection[Sha]) -> None:
        """Bring these files of the commit, as far as they are not here."""
        absent = set(list_missing(self.git, "--no-walk", commit))
        wanted = [sha for sha in blobs if sha in absent]
        for start in range(0, len(wanted), FILES_AT_ONCE):
            names = wanted[start : start + FILES_AT_ONCE]
            self._fetch(NO_FILTER, "--stdin", "origin", stdin=as_lines(names), config=ALL_ANEW)

    def _make(self) -> None:
        folder = self.git.git_dir
        if sum(1 for _ in folder.glob("objects/pack/*.pack")) > PACKS:
            shutil.rmtree(folder, ignore_errors=True)
        Mirror(self.git).make()
        # What a git that was killed left behind; none runs now, for the corpus is locked.
        for pattern in ("*.lock", "refs/greenlit/*.lock", "objects/pack/tmp_*"):
            for path in folder.glob(pattern):
                path.unlink(missing_ok=True)

    def _open_remote(self) -> GitProcess:
        try:
            return self.git.toward(self.remote, self.protocols)
        except ValueError as odd:
            raise NoRepositoryError(f"It cannot be cloned: {odd}.") from None

    def _fetch(self, *wanted: str, stdin: bytes = b"", config: tuple[str, ...] = ()) -> None:
        toward = self._open_remote()
        origin = ("-c", f"remote.origin.url={self.remote.url}")
        self._run_watched(toward, [*config, *origin, "fetch", *FETCH, *wanted], stdin)

    def _run_watched(self, toward: GitProcess, args: list[str], stdin: bytes) -> None:
        """Run git, and tell how far it is; it ends with the watch when that raises."""
        with toward.open_git() as git:
            process, late = git.start(["git", *args])
            err = None
            given: bytes | None = stdin
            while err is None:
                with suppress(TimeoutExpired):
                    err = process.communicate(given, timeout=LOOK_S)[1]
                given = None  # it is on its way; asked again, only the answer is waited for
                self.watch(measure_folder(self.git.git_dir))
        if late.is_set():
            raise GitTimeoutError(f"git fetch took longer than {toward.timeout_s:g} s")
        if process.returncode:
            raise GitError(err.decode("utf-8", "replace").strip() or "git fetch failed")


def measure_folder(folder: Path) -> int:
    """Measure the bytes of the files in a folder; those that go meanwhile count as none."""
    size_bytes = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            size_bytes += path.lstat().st_size
    return size_bytes
