"""A disk that a test can fill: a file system in memory, where the machine lets us mount one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def mount_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of this size; skip the test where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Let there be no room, until the block ends."""
    ballast = folder / "ballast"
    sizes = os.statvfs(folder)
    try:
        # Others write meanwhile: there may be less room by then.
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            for _ in range(sizes.f_bavail):
                file.write(bytes(sizes.f_frsize))
        yield
    finally:
        ballast.unlink()
