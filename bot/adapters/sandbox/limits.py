"""Run a process within its limits: time, processor, memory, processes, disk and output."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen

from bot.adapters.child_guard import ChildGuard
from bot.adapters.head_and_tail import head_and_tail
from bot.adapters.sandbox.control_group import ControlGroup
from bot.adapters.sandbox.job_watch import JobWatch, explain_wall
from bot.adapters.sandbox.tier import Exit, Launch
from bot.values import SandboxLimits

CHUNK_BYTES = 65_536
SPARE_PROCESSES = 64  # so that a control group refuses first: it counts how often
FILES = 4096  # that a process may hold open


@dataclass(frozen=True, slots=True)
class StartCommand:
    """A command of the bot's that starts a job, with what it inherits."""

    argv: Sequence[str]
    descriptors: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    scratch: tuple[Path, ...] = ()  # folders that it may write to beside those of the launch


def list_limit_acts(limits: SandboxLimits, group: ControlGroup, other_threads: int) -> list[str]:
    """List the acts of `start_program` that set the limits of a process and its children.

    `other_threads` are those of the same user that belong to no job.
    """
    acts = ["offer-to-oom-killer"]
    for folder in group.list_folders():
        acts += ["join-group", str(folder / "cgroup.procs")]
    # Of time and memory one process may have twice that of a job: the watch is first, and says so.
    most = {
        "CORE": 0,
        "CPU": 2 * limits.cpu_s,
        "FSIZE": limits.disk_bytes,
        "NOFILE": FILES,
        "NPROC": limits.processes + other_threads + (SPARE_PROCESSES if group.pids else 0),
    }
    if not group.memory:
        # Memory that is written to. Node and Java reserve far more addresses than they use, so that
        # a limit of addresses would end them at once.
        most["DATA"] = 2 * limits.memory_bytes
    for name, value in most.items():
        acts += ["limit", name, str(value)]
    return acts


def run_within_limits(
    start: StartCommand, launch: Launch, guard: ChildGuard, group: ControlGroup
) -> Exit:
    """Run a job to its end, and end it where it takes more than it may."""
    watch = JobWatch(launch, group, start.scratch)
    began = time.monotonic()
    child = Popen(
        start.argv,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        pass_fds=start.descriptors,
        cwd="/",
        env=start.environment,
        start_new_session=True,
    )
    with child, guard.guard(child, launch.limits.wall_s) as late, watch.look_on(child):
        output = _read_output(child, launch.limits.output_bytes)
        child.wait()
    took_s = time.monotonic() - began
    limit_hit = watch.hit or (late.is_set() and explain_wall(launch.limits)) or ""
    if limit_hit:
        return Exit(None, output, took_s, limit_hit)
    return Exit(child.returncode, output, took_s, watch.explain_failure(child.returncode))


def _read_output(child: Popen[bytes], limit_bytes: int) -> bytes:
    """Read all of it, however long, and keep the head and the tail."""
    reads = child.stdout.fileno()  # type: ignore[union-attr]
    return head_and_tail(iter(lambda: os.read(reads, CHUNK_BYTES), b""), limit_bytes)
