"""Delete workspaces: at the end of a run, and later those that a run could not delete itself."""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from bot.adapters.sandbox.delete_folder import FOLDER
from bot.adapters.sandbox.folder_lock import locked
from bot.adapters.sandbox.scan_folder import measure_folder
from bot.adapters.sandbox.workspace import FILES, delete_workspace

log = logging.getLogger(__name__)

LOCK = ".lock"
UNUSED_S = 7 * 86_400  # after which a workspace goes; a run that comes back to it makes it anew
MOST_BYTES = 20 * 1024**3  # of all workspaces together


def discard_workspace(path: Path) -> None:
    """Delete a workspace whose lock is held, with the lock. What cannot be deleted is logged."""
    try:
        delete_workspace(path)
        path.with_suffix(LOCK).unlink()
    except OSError as failed:
        log.warning("a workspace of the sandbox stays: %s", failed)


def delete_leftovers(
    folder: Path, unused_s: float = UNUSED_S, most_bytes: int = MOST_BYTES
) -> None:
    """Delete the workspaces that nobody uses: those unused for long, then the oldest of the rest
    until all have room.
    """
    left_bytes = most_bytes
    for lock in sorted(folder.glob(f"*{LOCK}"), key=_read_time, reverse=True):
        path = lock.with_suffix("")
        left_bytes -= _measure(path)
        is_unused = _read_time(lock) < time.time() - unused_s
        if is_unused or left_bytes < 0:
            with suppress(BlockingIOError), locked(lock, waits=False):
                discard_workspace(path)


def _read_time(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # its run ended meanwhile
        return 0.0


def _measure(path: Path) -> int:
    with suppress(OSError):
        descriptor = os.open(path / FILES, FOLDER)
        try:
            return measure_folder(descriptor)
        finally:
            os.close(descriptor)
    return 0
