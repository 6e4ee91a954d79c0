"""Watch what a job writes to the disk: a bound folder has no quota of its own."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

MOST_DEPTH = 200  # of folders in folders, in each of which the watch holds one open
LOOK_S = 20.0  # at the latest
RESERVE_BYTES, RESERVE_PART = 1024**3, 0.05  # that no job may take of a disk, whichever is less


@dataclass(slots=True)
class DiskWatch:
    """Tells when files that changed since a time, in some folders, are more than a job may write.

    The files are looked at when the disk has lost so much that it may be so, and now and then, as
    others may free what the job takes.
    """

    folders: tuple[Path, ...]
    limit_bytes: int
    since: float
    _look_below: int = field(init=False)  # bytes that are free
    _look_at: float = field(init=False)  # of the monotonic clock

    def __post_init__(self) -> None:
        self._plan_look(self._measure_free(), self.limit_bytes // 8)

    def has_overrun(self) -> bool:
        """Whether more was written than allowed."""
        free = self._measure_free()
        if free >= self._look_below and time.monotonic() < self._look_at:
            return False
        written = sum(measure_written(folder, self.since) for folder in self.folders)
        self._plan_look(free, max((self.limit_bytes - written) // 2, self.limit_bytes // 16))
        return written > self.limit_bytes

    def _plan_look(self, free: int, step: int) -> None:
        self._look_below = free - step
        self._look_at = time.monotonic() + LOOK_S

    def is_disk_full(self) -> bool:
        """Whether what must stay free, in bytes or files, is being used up."""
        return any(map(_is_full, self.folders))

    def _measure_free(self) -> int:
        disks = map(os.statvfs, self.folders)
        return sum(disk.f_bavail * disk.f_frsize for disk in disks)


def _is_full(folder: Path) -> bool:
    disk = os.statvfs(folder)
    least_bytes = min(RESERVE_BYTES, int(disk.f_blocks * disk.f_frsize * RESERVE_PART))
    lacks_files = 0 < disk.f_files and disk.f_favail < disk.f_files * RESERVE_PART
    return lacks_files or disk.f_bavail * disk.f_frsize < least_bytes


def measure_written(folder: Path, since: float) -> int:
    """Measure the bytes on the disk of files that changed since. It follows no link.

    What it cannot see (a file removed but open, a folder too deep or closed to this user) still
    shows in `DiskWatch.is_disk_full`.
    """
    sizes: dict[int, int] = {}
    for status in _walk(folder, None, MOST_DEPTH):
        if status.st_ctime >= since:
            sizes[status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def _walk(name: str | Path, parent: int | None, depth: int) -> Iterator[os.stat_result]:
    """Walk through a folder of an open one. What goes meanwhile is passed over."""
    try:
        folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    except OSError:
        return
    try:
        for child, status in _list_children(folder):
            yield status
            if stat.S_ISDIR(status.st_mode) and depth:
                yield from _walk(child, folder, depth - 1)
    finally:
        os.close(folder)


def _list_children(folder: int) -> Iterator[tuple[str, os.stat_result]]:
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):
            yield name, os.stat(name, dir_fd=folder, follow_symlinks=False)
