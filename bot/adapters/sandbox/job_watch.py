"""Watch what a running job uses, and end it where that is more than it may."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from threading import Event, Thread

from bot.adapters.child_guard import end_group
from bot.adapters.sandbox.control_group import ControlGroup
from bot.adapters.sandbox.disk_watch import DiskWatch
from bot.adapters.sandbox.process_tree import list_tree, measure_memory, measure_usage
from bot.adapters.sandbox.tier import Launch
from bot.values import SandboxLimits

LOOK_S = 0.25  # between two looks
LOOK_PART = 20  # looks may take one part in so many of the time
GIGABYTE = 1024**3


def explain_wall(limits: SandboxLimits) -> str:
    """Say that a job took too long."""
    return f"It was ended after {limits.wall_s:,g} s, the most a check may take."


def explain_cpu(limits: SandboxLimits) -> str:
    """Say that a job used too much of the processors."""
    return f"It was ended after {limits.cpu_s:,} s of processor time, the most a check may use."


def explain_memory(limits: SandboxLimits) -> str:
    """Say that a job used too much memory."""
    most = render_size(limits.memory_bytes)
    return f"It was ended because it used more than {most} of memory, the most a check may use."


def explain_disk(limits: SandboxLimits) -> str:
    """Say that a job wrote too much."""
    most = render_size(limits.disk_bytes)
    return (
        f"It was ended because it wrote more than {most} to the disk, the most a check may write."
    )


def explain_processes(limits: SandboxLimits) -> str:
    """Say that a job started too many processes, and was refused more."""
    most = f"{limits.processes:,} processes and threads at a time"
    return f"It was refused more than {most}, the most a check may have."


def explain_full_disk() -> str:
    """Say that the disk of the machine is the limit."""
    return "It was ended because the disk of this machine is nearly full."


def render_size(size: int) -> str:
    """Render bytes as people say them: "2 GB", "512 MB"."""
    if size >= GIGABYTE:
        return f"{size / GIGABYTE:.3g} GB"
    return f"{size / 1024**2:.3g} MB"


class JobWatch:
    """Watches one job from a thread of its own. `hit` says which limit ended it."""

    def __init__(self, launch: Launch, group: ControlGroup, scratch: tuple[Path, ...] = ()) -> None:
        self.hit = ""
        self._limits, self._group = launch.limits, group
        self._most_threads = 0
        folders = (*launch.list_writable(), *scratch)
        self._disk = DiskWatch(folders, launch.limits.disk_bytes, time.time())

    @contextmanager
    def look_on(self, child: Popen[bytes]) -> Iterator[None]:
        """Watch what a process started while the block lasts."""
        is_over = Event()
        thread = Thread(target=self._watch, args=(child, is_over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
        self.hit = self.hit or self._find_kill()

    def explain_failure(self, code: int) -> str:
        """Say which limit a job that failed by itself ran into; empty when none is known."""
        if code == 128 + signal.SIGXCPU:
            return explain_cpu(self._limits)
        if code == 128 + signal.SIGXFSZ:
            return explain_disk(self._limits)
        is_crowded = self._most_threads >= self._limits.processes
        if code != 0 and (is_crowded or self._group.count_refused_processes()):
            return explain_processes(self._limits)
        return ""

    def _watch(self, child: Popen[bytes], is_over: Event) -> None:
        pause_s = LOOK_S
        while not is_over.wait(pause_s):
            began = time.monotonic()
            self.hit = self._find_hit(list_tree(child.pid))
            if self.hit:
                end_group(child)
                return
            pause_s = max(LOOK_S, LOOK_PART * (time.monotonic() - began))

    def _find_hit(self, pids: list[int]) -> str:
        usage = measure_usage(pids)
        self._most_threads = max(self._most_threads, usage.threads)
        if usage.cpu_s > self._limits.cpu_s:
            return explain_cpu(self._limits)
        if not self._group.memory and measure_memory(pids) > self._limits.memory_bytes:
            return explain_memory(self._limits)
        if self._disk.is_disk_full():
            return explain_full_disk()
        return explain_disk(self._limits) if self._disk.has_overrun() else self._find_kill()

    def _find_kill(self) -> str:
        return explain_memory(self._limits) if self._group.count_memory_kills() else ""
