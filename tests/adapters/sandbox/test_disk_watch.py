"""What a job writes is measured in its folders, whatever it does with names."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bot.adapters.sandbox.disk_watch import DiskWatch, measure_written

MEGABYTE = 1024**2


def write(path: Path, size: int = MEGABYTE) -> Path:
    """Write a file that takes so many bytes of the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_only_new_bytes_on_the_disk_count(tmp_path: Path):
    """Each file once, no holes, nothing behind a link, nothing that was there before."""
    outside = write(tmp_path / "outside")
    folder = tmp_path / "work"
    write(folder / "old")
    time.sleep(0.02)  # the clock of files is not as fine
    since = time.time()
    time.sleep(0.02)
    linked = write(folder / "deep" / "er" / "new")
    (folder / "again").hardlink_to(linked)
    (folder / "link").symlink_to(outside.parent)
    with (folder / "hole").open("wb") as file:
        file.truncate(100 * MEGABYTE)
    written = measure_written(folder, since)

    assert MEGABYTE <= written < 2 * MEGABYTE
    assert 0 == measure_written(tmp_path / "gone", since)


def test_folders_in_folders_are_counted_to_a_depth(tmp_path: Path):
    """A job that nests without end costs the watch no more than that."""
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(600):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)

    assert 0 < measure_written(tmp_path, 0) < 600 * 8192


def test_an_overrun_is_seen_when_the_disk_shows_it(tmp_path: Path):
    """The files are looked at when the disk lost so much that it may be so; others use it too."""
    watch = DiskWatch((tmp_path,), 4 * MEGABYTE, time.time() - 0.01)
    first = watch.has_overrun()
    while not watch.has_overrun():
        write(tmp_path / f"{time.monotonic_ns()}")

    assert not first
    assert not watch.is_disk_full()
    assert 4 * MEGABYTE < measure_written(tmp_path, 0)
