"""Keep one mirror on the disk: made, locked, filled, kept small, and made anew when it is damaged.

It holds the history's commits, the newest ones' trees, and files only of the tips that were asked
for. A tip that is whole has a ref, refs/greenlit/complete/<sha>: the proof that it need not be
walked again, and what the next fetch builds on.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from git import Commit, Reference

from bot.adapters.git.git_errors import GitError, is_damage, summarize
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.objects import as_lines, list_missing, list_missing_trees
from bot.adapters.git.own_repo import open_repo
from bot.adapters.trash import move_to_trash

log = logging.getLogger(__name__)

COMPLETE = "refs/greenlit/complete"
HISTORY = 2_000  # commits whose trees are kept
TIPS = 20  # how many whole tips are remembered; their objects stay
PACKS = 50  # how many packs may lie about
# When what was written for a run and never pushed may go. What is only promised is not walked: of
# old commits there are no trees.
PRUNE = ("prune", "--exclude-promisor-objects", "--expire=30.days.ago")
FETCH = (
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--recurse-submodules=no",
)
# What is here says nothing of what hangs on it.
ALL_ANEW = ("-c", "fetch.negotiationAlgorithm=noop")

# Without a filter git does not mark the pack as a promisor's, and a repack would drop what only
# promised objects reach.
NO_FILTER = "--filter=blob:limit=1000g"

# The remote has no address here: each fetch brings it along, and a missing object cannot be sent
# for behind our back.
CONFIG = """\
[core]
\trepositoryformatversion = 1
\tbare = true
[extensions]
\tpartialClone = origin
[remote "origin"]
\tpromisor = true
"""


@dataclass(frozen=True, slots=True)
class Mirror:
    """The bare repository at `git.git_dir`."""

    git: GitProcess
    packs: int = PACKS

    def make(self) -> None:
        """Make it if it is not there or not sound."""
        if self._is_sound():
            return
        with self.lock():
            if not self._is_sound():
                self._make_anew("it is damaged")

    def note_use(self) -> None:
        """Note that it is used now, by the time of its HEAD, which git never writes here."""
        with suppress(OSError):  # it is not there, or on a disk that cannot be written to
            os.utime(self.git.git_dir / "HEAD")

    def read_use(self) -> float:
        """Tell when it was used last, in seconds since the epoch; 0 where it is not there."""
        with suppress(FileNotFoundError):
            return (self.git.git_dir / "HEAD").stat().st_mtime
        return 0.0

    def identify(self) -> tuple[int, int]:
        """Tell it from one that was made anew in its place."""
        with suppress(FileNotFoundError):
            config = (self.git.git_dir / "config").stat()
            return config.st_ino, config.st_ctime_ns
        return 0, 0

    def note_installation(self, installation: int) -> None:
        """Note through which of the App's installations it is filled."""
        if self.read_installation() != installation:
            with suppress(FileNotFoundError):  # it was evicted just now, and is made anew
                self._installation.write_text(f"{installation}\n")

    def read_installation(self) -> int:
        """Tell through which installation it was filled last; 0 where nothing was noted."""
        with suppress(FileNotFoundError, ValueError):
            return int(self._installation.read_text())
        return 0

    def move_away(self, trash: Path, used_at: float) -> Path | None:
        """Move it into the trash as a whole; None where it was used since, or is written to."""
        with suppress(BlockingIOError), self.lock(waits=False):
            if self.read_use() <= used_at:
                return move_to_trash(self.git.git_dir, trash)
        return None

    def count_packs(self) -> int:
        """Count its packs: git looks into each for an object."""
        return sum(1 for _ in self.git.git_dir.glob("objects/pack/*.pack"))

    def distrust(self, failed: GitError, sha: str) -> None:
        """Have it made anew by the next fetch, if it failed at an object that is here."""
        if is_damage(failed) and self._succeeds("cat-file", "-e", sha):
            self._suspect.touch()

    def has(self, tip: str) -> bool:
        """Tell whether the commit is here with all of its files."""
        return self._succeeds("rev-parse", "--quiet", "--verify", f"{COMPLETE}/{tip}^{{tree}}")

    def can_read(self, commit: str) -> bool:
        """Tell whether the commit is here with its files: fetched as a tip, or made here."""
        is_here = self._succeeds("cat-file", "-e", f"{commit}^{{tree}}")
        return is_here and not list_missing(self.git, "--no-walk", commit)

    def leads_to(self, commit: str, tip: str) -> bool:
        """Tell whether the commit is the tip, or one that it is built on."""
        return self._succeeds("merge-base", "--is-ancestor", commit, tip)

    def _succeeds(self, *args: str) -> bool:
        try:
            self.git.run(*args)
        except GitError:
            return False
        return True

    def fetch(self, remote: GitProcess, url: str, tip: str) -> None:
        """Bring the commit, its history and its files. Raises GitError in the remote's words."""
        with self.lock():
            if self.has(tip):  # somebody else was quicker
                return
            try:
                self._fetch(remote, url, tip)
            except GitError as failed:
                if not is_damage(failed):
                    raise
                self._make_anew(summarize(failed))
                self._fetch(remote, url, tip)
            self._tidy()

    def fetch_objects(self, remote: GitProcess, url: str, names: list[str]) -> None:
        """Bring these objects alone. Raises GitError in the remote's words."""
        with self.lock():
            wanted = (NO_FILTER, "--stdin", "origin")
            config = ("-c", f"remote.origin.url={url}")
            remote.run(*ALL_ANEW, *config, "fetch", *FETCH, *wanted, stdin=as_lines(names))

    def _fetch(self, remote: GitProcess, url: str, tip: str) -> None:
        fetch = ("-c", f"remote.origin.url={url}", "fetch", *FETCH)
        # Of the history nothing but commits, then the tip's tree with all that hangs on it: two
        # requests, each object once. On top of a whole tip the new trees are wanted at once, for
        # most of theirs are here.
        commits_only = "--filter=blob:none" if self._list_complete() else "--filter=tree:0"
        remote.run(*fetch, commits_only, "origin", tip)
        if missing := list_missing(self.git, "--no-walk", tip):
            wanted = (NO_FILTER, "--stdin", "origin")
            remote.run(*ALL_ANEW, *fetch, *wanted, stdin=as_lines(missing))
        if list_missing(self.git, "--no-walk", tip):
            raise GitError(f"remote error: objects of {tip} are missing there")
        self._mark_complete(tip)
        # The tip is whole; what the past changed is worth having, not worth failing for.
        with suppress(GitError):
            self._fetch_history(remote, fetch, tip)

    def _fetch_history(self, remote: GitProcess, fetch: tuple[str, ...], tip: str) -> None:
        """Bring the newest commits' trees in one request, to know which files each changed."""
        commits = self.git.run("rev-list", f"--max-count={HISTORY:d}", tip).decode().split()
        if missing := list_missing_trees(self.git, commits):
            wanted = ("--filter=blob:none", "--stdin", "origin")
            remote.run(*ALL_ANEW, *fetch, *wanted, stdin=as_lines(missing))

    def _list_complete(self) -> list[Path]:
        """List the refs of whole tips, newest first."""
        refs = self.git.git_dir.joinpath(COMPLETE).glob("[0-9a-f]*[0-9a-f]")
        return sorted(refs, key=lambda ref: ref.stat().st_mtime_ns, reverse=True)

    def _mark_complete(self, tip: str) -> None:
        with open_repo(self.git) as repo:
            commit = Commit(repo, bytes.fromhex(tip))
            Reference.create(repo, f"{COMPLETE}/{tip}", commit, force=True)

    def _tidy(self) -> None:
        with open_repo(self.git) as repo:
            for ref in self._list_complete()[TIPS:]:
                Reference.delete(repo, f"{COMPLETE}/{ref.name}")
        if self.count_packs() > self.packs:
            self.git.run("repack", "-a", "-d", "-q")
            self.git.run(*PRUNE)

    def _make_anew(self, why: str) -> None:
        """Make it under the lock. What is there goes only once the new one stands."""
        folder = self.git.git_dir
        fresh, old = folder.with_suffix(".new"), folder.with_suffix(".old")
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)
        init = ("init", "--quiet", "--bare", "--template=", str(fresh))
        replace(self.git, git_dir=fresh).run(*init)
        (fresh / "config").write_text(CONFIG)
        if folder.exists():
            log.warning("The mirror %s is made anew: %s", folder, why)
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    def _is_sound(self) -> bool:
        parts = ("HEAD", "config", "objects", "refs")
        is_whole = all((self.git.git_dir / part).exists() for part in parts)
        return is_whole and not self._suspect.exists()

    @property
    def _suspect(self) -> Path:
        return self.git.git_dir / "suspect"

    @property
    def _installation(self) -> Path:
        return self.git.git_dir / "installation"

    @contextmanager
    def lock(self, *, waits: bool = True) -> Iterator[None]:
        """Keep other threads and processes from writing to this mirror. Reading needs no lock.

        Raises BlockingIOError where it does not wait.
        """
        lock = self.git.git_dir.with_suffix(".lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._unlock_refs()
            yield

    def _unlock_refs(self) -> None:
        """Remove what a git that was killed left locked; none runs longer than its time limit."""
        folder = self.git.git_dir
        for left in (*folder.glob(f"{COMPLETE}/*.lock"), *folder.glob("*.lock")):
            if time.time() - left.stat().st_mtime > self.git.timeout_s:
                left.unlink(missing_ok=True)
