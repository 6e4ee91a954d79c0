"""Watch what a job writes to the disk: a bound folder has no quota of its own."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

MOST_DEPTH = 200  # of folders in folders, in each of which the watch holds one open
RESERVE_BYTES, RESERVE_PART = 1024**3, 0.05  # that no job may take of a disk, whichever is less


@dataclass(slots=True)
class DiskWatch:
    """Tells when files that changed since a time, in some folders, are more than a job may write.

    The files are looked at only when the disk has lost so much that it may be so.
    """

    folders: tuple[Path, ...]
    limit_bytes: int
    since: float
    _look_below: int = field(init=False)

    def __post_init__(self) -> None:
        self._look_below = self._measure_free() - self.limit_bytes // 8

    def has_overrun(self) -> bool:
        """Whether more was written than allowed."""
        free = self._measure_free()
        if free >= self._look_below:
            return False
        written = sum(measure_written(folder, self.since) for folder in self.folders)
        step = max((self.limit_bytes - written) // 2, self.limit_bytes // 16)
        self._look_below = free - step
        return written > self.limit_bytes

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
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        for status in _walk(descriptor, MOST_DEPTH):
            if status.st_ctime >= since:
                sizes[status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def _walk(descriptor: int, depth: int) -> Iterator[os.stat_result]:
    """Walk through an open folder, which is closed afterwards."""
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    yield status
                    if stat.S_ISDIR(status.st_mode) and depth:
                        yield from _enter(entry.name, descriptor, depth)
    finally:
        os.close(descriptor)


def _enter(name: str, parent: int, depth: int) -> Iterator[os.stat_result]:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    with suppress(OSError):
        yield from _walk(os.open(name, flags, dir_fd=parent), depth - 1)
