"""Delete workspaces: at the end of a run, and later those that a run could not delete itself."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.adapters.sandbox.delete_folder import FOLDER
from bot.adapters.sandbox.folder_lock import hold_lock
from bot.adapters.sandbox.job_workspace import FILES, MANIFEST, delete_workspace, open_workspace
from bot.adapters.sandbox.manifest import load_manifest
from bot.adapters.sandbox.scan_folder import measure_folder

log = logging.getLogger(__name__)

LOCK = ".lock"
UNUSED_S = 7 * 86_400  # after which a workspace goes; a run that comes back to it makes it anew
MOST_BYTES = 20 * 1024**3  # of all workspaces together


def discard_workspace(path: Path) -> None:
    """Delete a workspace whose lock is held, with the lock. What cannot be deleted is logged.

    The first of a repository is kept instead, with the files of its tree alone: the next run takes
    it, and finds most files as it wants them.
    """
    with _log_failure():
        if not _keep_as_spare(path):
            delete_workspace(path)
        path.with_suffix(LOCK).unlink()


def take_spare(path: Path, repo: str) -> None:
    """Have a workspace that is not there yet begin as what is kept of the repository's last run."""
    spare = _name_spare(path.parent, repo)
    if path.exists() or not spare.exists():
        return
    with suppress(BlockingIOError), hold_lock(spare.with_suffix(LOCK), waits=False):
        if spare.exists():
            spare.rename(path)


def _keep_as_spare(path: Path) -> bool:
    manifest = load_manifest(path / MANIFEST)
    if manifest is None or not manifest.repo:
        return False
    spare = _name_spare(path.parent, manifest.repo)
    with hold_lock(spare.with_suffix(LOCK)):
        if spare.exists():
            return False
        try:
            with open_workspace(path) as workspace:
                workspace.clean()
        except OSError:  # it is so odd that it had better go
            return False
        path.rename(spare)
    return True


@contextmanager
def _log_failure() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        log.warning("a workspace of the sandbox stays: %s", failed)


def _name_spare(folder: Path, repo: str) -> Path:
    return folder / f"spare-{hashlib.sha256(repo.encode()).hexdigest()[:32]}"


def delete_leftovers(
    folder: Path, unused_s: float = UNUSED_S, most_bytes: int = MOST_BYTES
) -> None:
    """Delete the workspaces that nobody uses: those unused for long, then the oldest of the rest
    until all have room.
    """
    left_bytes = most_bytes
    for lock in sorted(folder.glob(f"*{LOCK}"), key=_read_time, reverse=True):
        path = lock.with_suffix("")
        left_bytes -= measure_workspace(path)
        is_unused = _read_time(lock) < time.time() - unused_s
        if is_unused or left_bytes < 0:
            remove_workspace(lock)


def remove_workspace(lock: Path) -> bool:
    """Delete the workspace of a lock; tell whether it is gone, for a job may be at work in it."""
    with _log_failure(), suppress(BlockingIOError), hold_lock(lock, waits=False):
        delete_workspace(lock.with_suffix(""))
        lock.unlink()
        return True
    return False


def _read_time(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # its run ended meanwhile
        return 0.0


def measure_workspace(path: Path) -> int:
    """Measure the files of a workspace; 0 where there are none."""
    with suppress(OSError):
        descriptor = os.open(path / FILES, FOLDER)
        try:
            return measure_folder(descriptor)
        finally:
            os.close(descriptor)
    return 0
