"""What a process and all that it started use, as the kernel tells in /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS, PAGE_BYTES = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """What processes use now, and the processor time of them and of those that ended."""

    threads: int = 0
    cpu_s: float = 0.0


def list_tree(pid: int) -> list[int]:
    """List a process and all that it started and that still runs."""
    pids = [pid]
    for parent in pids:  # grows meanwhile
        with suppress(OSError):
            for task in (PROC / str(parent) / "task").iterdir():
                pids += map(int, (task / "children").read_text().split())
    return pids


def measure_usage(pids: list[int]) -> ResourceUse:
    """Measure threads and processor time; of a process that has just ended, nothing."""
    threads, ticks = 0, 0
    for pid in pids:
        with suppress(OSError):
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime stime cutime cstime, see `man 5 proc`
            threads += int(fields[17])
    return ResourceUse(threads, ticks / TICKS)


def measure_memory(pids: list[int]) -> int:
    """Measure the bytes of memory. What processes share is counted once, where the kernel lets this
    process see it, else in each.
    """
    total = 0
    for pid in pids:
        with suppress(OSError):
            try:
                total += _read_share(PROC / str(pid) / "smaps_rollup")
            except PermissionError:
                pages = (PROC / str(pid) / "statm").read_text().split()[1]
                total += int(pages) * PAGE_BYTES
    return total


def _read_share(file: Path) -> int:
    for line in file.read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def count_own_threads() -> int:
    """Count the threads of this process's user, against which its limit of processes counts."""
    uid, threads = os.getuid(), 0
    for folder in PROC.iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and folder.stat().st_uid == uid:
                threads += len(os.listdir(folder / "task"))  # noqa: PTH208 - names are enough
    return threads
