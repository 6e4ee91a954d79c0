"""What processes that go on running have used so far, read from /proc: CPU seconds and memory."""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PARENT, FIRST_TIME, BEHIND_TIMES = 1, 11, 15  # fields of /proc/PID/stat behind the program's name


@dataclass(frozen=True, slots=True)
class ProcessStat:
    """One process: its parent, and the CPU of it and of the children that it has waited for."""

    parent: int
    cpu_s: float


def read_tree_cpu_s(*roots: int) -> float:
    """Read the CPU seconds of processes with all that they started, of what ended too.

    Of a child that nobody waited for, nothing is known once it is gone.
    """
    stats = _read_stats()
    children = defaultdict(list)
    for pid, stat in stats.items():
        children[stat.parent].append(pid)
    left, total_s = list(roots), 0.0
    while left:
        pid = left.pop()
        left += children[pid]
        total_s += stats[pid].cpu_s if pid in stats else 0.0
    return total_s


def read_memory_mb(pid: int) -> float:
    """Read what a process holds of the machine's memory now, in MiB."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _read_stats() -> dict[int, ProcessStat]:
    stats = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):  # it has ended
                stats[int(folder.name)] = _parse_stat((folder / "stat").read_text())
    return stats


def _parse_stat(text: str) -> ProcessStat:
    # The program's name may hold spaces and brackets, so it is cut off at the last one.
    fields = text.rpartition(")")[2].split()
    ticks = sum(map(int, fields[FIRST_TIME:BEHIND_TIMES]))
    return ProcessStat(int(fields[PARENT]), ticks / TICKS)
