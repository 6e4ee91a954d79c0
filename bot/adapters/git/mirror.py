"""Here lives one mirror on the disk: made, locked, filled, kept small, and made anew when it is
damaged.

It holds the history's commits, the newest ones' trees, and files only of the tips that were asked
for. A tip that is
whole has a ref, refs/greenlit/complete/<sha>: the proof that it need not be walked again, and what
the next fetch
builds on.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.git.git_errors import is_damage, words
from bot.adapters.git.git_process import GitError, Plumbing
from bot.adapters.git.objects import missing_trees

log = logging.getLogger(__name__)

COMPLETE = "refs/greenlit/complete"
PAST = 2_000  # commits whose trees are kept
TIPS = 20  # how many whole tips are remembered; their objects stay
PACKS = 50  # how many packs may lie about
UNUSED = "30.days.ago"  # when what was written for a run and never pushed may go
FETCH = (
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--recurse-submodules=no",
)

# Without a filter git does not mark the pack as a promisor's, and a repack would drop what only
# promised objects reach.
ALL = "--filter=blob:limit=1000g"

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
    """The bare repository at `git.folder`."""

    git: Plumbing
    packs: int = PACKS

    def make(self) -> None:
        """Make it if it is not there or not sound."""
        if self._sound():
            return
        with self._alone():
            if not self._sound():
                self._make_anew("it is damaged")

    def distrust(self, failed: GitError, sha: str) -> None:
        """Have it made anew by the next fetch, if it failed at an object that is here."""
        if is_damage(failed) and self._succeeds("cat-file", "-e", sha):
            self._suspect.touch()

    def has(self, tip: str) -> bool:
        """Whether the commit is here with all of its files."""
        return self._succeeds("rev-parse", "--quiet", "--verify", f"{COMPLETE}/{tip}^{{tree}}")

    def _succeeds(self, *args: str) -> bool:
        try:
            self.git.run(*args)
        except GitError:
            return False
        return True

    def bring(self, outward: Plumbing, url: str, tip: str) -> None:
        """Bring the commit, its history and its files. Raises GitError in the remote's words."""
        with self._alone():
            if self.has(tip):  # somebody else was quicker
                return
            try:
                self._bring(outward, url, tip)
            except GitError as failed:
                if not is_damage(failed):
                    raise
                self._make_anew(words(failed))
                self._bring(outward, url, tip)
            self._tidy()

    def _bring(self, outward: Plumbing, url: str, tip: str) -> None:
        fetch = ("-c", f"remote.origin.url={url}", "fetch", *FETCH)
        # Of the history nothing but commits, then the tip's tree with all that hangs on it: two
        # requests, each object
        # once. On top of a whole tip the new trees are wanted at once, for most of theirs are here.
        known = self.git.run("for-each-ref", "--count=1", COMPLETE)
        outward.run(*fetch, "--filter=blob:none" if known else "--filter=tree:0", "origin", tip)
        if missing := self._missing(tip):
            alone = (
                "-c",
                "fetch.negotiationAlgorithm=noop",
            )  # what is had says nothing of what hangs on it
            outward.run(*alone, *fetch, ALL, "--stdin", "origin", given=b"\n".join(missing))
        if self._missing(tip):
            raise GitError(f"remote error: objects of {tip} are missing there")
        self.git.run("update-ref", f"{COMPLETE}/{tip}", tip)
        with suppress(
            GitError
        ):  # the tip is whole; what the past changed is worth having, not worth failing for
            self._bring_past(outward, fetch, tip)

    def _bring_past(self, outward: Plumbing, fetch: tuple[str, ...], tip: str) -> None:
        """The trees of the newest commits, in one request, to know which files each of them
        changed.
        """
        commits = self.git.run("rev-list", f"--max-count={PAST:d}", tip).decode().split()
        if missing := missing_trees(self.git, commits):
            alone = ("-c", "fetch.negotiationAlgorithm=noop")
            wanted = "\n".join(missing).encode()
            outward.run(*alone, *fetch, "--filter=blob:none", "--stdin", "origin", given=wanted)

    def _missing(self, tip: str) -> list[bytes]:
        walked = self.git.run(
            "rev-list", "--objects", "--no-object-names", "--missing=print", "--no-walk", tip
        )
        return [line[1:] for line in walked.split() if line.startswith(b"?")]

    def _tidy(self) -> None:
        refs = self.git.run(
            "for-each-ref", "--sort=-creatordate", "--format=delete %(refname)", COMPLETE
        ).splitlines()
        self.git.run("update-ref", "--stdin", given=b"".join(ref + b"\n" for ref in refs[TIPS:]))
        if sum(1 for _ in self.git.folder.glob("objects/pack/*.pack")) > self.packs:
            self.git.run("repack", "-a", "-d", "-q")
            self.git.run("prune", f"--expire={UNUSED}")

    def _make_anew(self, why: str) -> None:
        """Under the lock. What is there goes only once the new one stands."""
        fresh, old = self.git.folder.with_suffix(".new"), self.git.folder.with_suffix(".old")
        for folder in (fresh, old):
            shutil.rmtree(folder, ignore_errors=True)
        Plumbing(fresh, self.git.home, self.git.timeout_s).run(
            "init", "--quiet", "--bare", "--template=", str(fresh)
        )
        (fresh / "config").write_text(CONFIG)
        if self.git.folder.exists():
            log.warning("The mirror %s is made anew: %s", self.git.folder, why)
            self.git.folder.rename(old)
        fresh.rename(self.git.folder)
        shutil.rmtree(old, ignore_errors=True)

    def _sound(self) -> bool:
        parts = ("HEAD", "config", "objects", "refs")
        return (
            all((self.git.folder / part).exists() for part in parts) and not self._suspect.exists()
        )

    @property
    def _suspect(self) -> Path:
        return self.git.folder / "suspect"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes from writing to this mirror. Reading needs no lock."""
        lock = self.git.folder.with_suffix(".lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self._unlock_refs()
            yield

    def _unlock_refs(self) -> None:
        """Remove what a git that was killed left locked; one that runs longer than our patience
        does not exist.
        """
        for left in (*self.git.folder.glob(f"{COMPLETE}/*.lock"), *self.git.folder.glob("*.lock")):
            if time.time() - left.stat().st_mtime > self.git.timeout_s:
                left.unlink(missing_ok=True)
