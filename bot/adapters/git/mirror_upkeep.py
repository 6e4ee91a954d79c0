"""Tidy mirrors while nobody works: few packs, no old waste, a table of the history.

A fetch leaves packs, and a run the objects that it made; only a fetch that meets fifty packs tidies
by itself, and a run waits for it. Git's own `maintenance` does not fit: its task for loose objects
packs those that no ref reaches, such as a commit that is not pushed yet, and the next repack would
drop them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired

from bot.adapters.git.git_errors import GitError, summarize
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.kept_mirrors import KeptMirrors
from bot.adapters.git.mirror import PRUNE, Mirror

QUIET_S = 300.0  # for so long nobody used a mirror that is tidied
LOOK_S = 0.2  # how soon a git ends when work comes
MOST_PACKS = 10
# One thread, and no more memory than a run's own git.
SPARING = ("-c", "pack.threads=1", "-c", "pack.windowMemory=100m")
REPACK = (*SPARING, "repack", "-a", "-d", "-q")
# Without what each commit changed: of old ones a mirror has no trees.
GRAPH = ("commit-graph", "write", "--reachable", "--no-changed-paths", "--no-progress")
LEFT = ("objects/pack/tmp_*", "objects/pack/.tmp-*", "objects/info/*.lock")

log = logging.getLogger("greenlit")


class WorkCame(Exception):
    """Somebody wants the machine."""


@dataclass(frozen=True, slots=True)
class MirrorUpkeep:
    """Tidies one mirror at a time, those in turn that were used since; safe to kill."""

    mirrors: KeptMirrors
    is_idle: Callable[[], bool]
    find_live: Callable[[], Collection[str]] = tuple
    quiet_s: float = QUIET_S
    most_packs: int = MOST_PACKS
    look_s: float = LOOK_S

    def look(self) -> None:
        """Tidy the mirrors that were used since they were tidied, until work comes."""
        for part in self.mirrors.list_parts(self.find_live()):
            mirror = self.mirrors.open(part.name)
            is_quiet = part.used_at < time.time() - self.quiet_s
            if not self.is_idle():
                return
            if is_quiet and not part.in_use and part.used_at > _read_mark(mirror):
                self._tidy(mirror)

    def _tidy(self, mirror: Mirror) -> None:
        try:
            with mirror.lock(waits=False):
                if mirror.read_use():  # else it went meanwhile
                    self._run_tasks(mirror)
                    _find_mark(mirror).touch()
        except (WorkCame, BlockingIOError):
            log.debug("%s is tidied later", mirror.git.git_dir)

    def _run_tasks(self, mirror: Mirror) -> None:
        """Run git's own tasks under the lock, so that what is left of others is nobody's.

        A mirror at which one fails has its next turn after its next use.
        """
        folder = mirror.git.git_dir
        for pattern in LEFT:
            for left in folder.glob(pattern):
                left.unlink(missing_ok=True)
        tasks = [REPACK, PRUNE] if mirror.count_packs() > self.most_packs else []
        try:
            for task in (*tasks, GRAPH):
                self._run(mirror.git, *task)
        except GitError as failed:
            log.warning("%s is not tidied: %s", folder, summarize(failed))

    def _run(self, git: GitProcess, *command: str) -> None:
        """Run a git that yields to all others, and end it when work comes."""
        with git.open_git() as guarded:
            process, late = guarded.start(["nice", "-n", "19", "git", *command])
            complaint = self._wait_for(process)
        if late.is_set() or process.returncode:
            words = complaint.decode("utf-8", "replace").strip()
            raise GitError(words or f"git {command[-1]} took too long")

    def _wait_for(self, process: Popen[bytes]) -> bytes:
        """Wait until a git ends, and return what it complains of. Raises WorkCame."""
        while True:
            with suppress(TimeoutExpired):
                return process.communicate(timeout=self.look_s)[1]
            if not self.is_idle():
                raise WorkCame


def _find_mark(mirror: Mirror) -> Path:
    """Find the file whose time tells when the mirror was tidied last."""
    return mirror.git.git_dir / "tidied"


def _read_mark(mirror: Mirror) -> float:
    mark = _find_mark(mirror)
    return mark.stat().st_mtime if mark.exists() else 0.0
