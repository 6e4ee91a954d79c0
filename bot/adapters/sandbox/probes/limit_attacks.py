"""Attacks on limits: to use more than was given, and to stay. The last ones may end the program."""

# An attack is a call of the system, on a path as it is.
# ruff: noqa: PTH108, PTH123

from __future__ import annotations

import errno
import mmap
import os
import resource
import signal
import time

from .attack import Attack, Targets, require_shared_processes, try_in_child

HOLD_S = 3.0  # longer than the period at which memory is looked at, on a busy machine too
STAY_S = 20
PAGE_BYTES = 4096
MOST_OPEN_FILES = 65_536


def read_environment(targets: Targets) -> str:
    """Read a variable of the bot's environment."""
    names = sorted(set(os.environ) - set(targets.variables))  # noqa: TID251 - of the sandbox
    if not names:
        raise OSError(errno.ENOENT, "there is none")
    return f"found {len(names)}, the first is {names[0]}"


def dump_memory(_: Targets) -> str:
    """Leave an image of its memory behind when it crashes."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if 0 <= most <= 1:  # with 1 no program is given the image either, see core(5)
        raise OSError(errno.EPERM, "none is made")
    return f"up to {most} bytes"


def open_many_files(_: Targets) -> str:
    """Open files without bounds."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if 0 <= most <= MOST_OPEN_FILES:
        raise OSError(errno.EMFILE, f"up to {most}")
    return f"up to {most}"


def write_large_file(targets: Targets) -> str:
    """Write a file without bounds."""
    path = f"{targets.work}/large"
    with open(path, "wb") as file:
        try:
            file.truncate(targets.file_bytes + 1)
        finally:
            os.unlink(path)
    return f"made one of {targets.file_bytes + 1} bytes"


def start_many_processes(targets: Targets) -> str:
    """Start processes without bounds."""
    # Where a user's processes are counted together, the bot's and other jobs' vary meanwhile.
    wanted = 4 * targets.processes
    children: list[int] = []
    reads, writes = os.pipe()
    try:
        while len(children) < wanted:
            child = os.fork()
            if child == 0:
                os.close(writes)
                os.read(reads, 1)  # until the parent closes it
                os._exit(0)
            children.append(child)
    finally:
        os.close(writes)
        os.close(reads)
        for child in children:
            os.waitpid(child, 0)
    return f"started {len(children)}, where {targets.processes} are the most"


def stay_behind(targets: Targets) -> str:
    """Leave a process behind, which the bot looks for afterwards."""
    child = os.fork()
    if child == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
            time.sleep(STAY_S)
        os._exit(0)
    os.waitpid(child, 0)
    raise OSError(errno.EINPROGRESS, f"the bot looks for {targets.scrap}")


def leave_files(targets: Targets) -> str:
    """Leave a file behind in a folder that all may write to, which the bot looks for afterwards."""
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108
        try:
            with open(f"{folder}/{targets.scrap}", "xb") as file:
                file.write(b"x")
        except OSError:
            continue
    raise OSError(errno.EINPROGRESS, f"the bot looks for {targets.scrap}")


def end_process(targets: Targets) -> str:
    """End a process outside, which the bot looks for afterwards."""
    os.kill(require_shared_processes(targets), signal.SIGKILL)
    return "ended it"


def use_much_memory(targets: Targets) -> str:
    """Use memory without bounds."""
    amount = targets.memory_bytes * 3 // 2

    def fill() -> None:
        try:
            memory = mmap.mmap(-1, amount)
        except (MemoryError, ValueError) as refused:
            raise OSError(errno.ENOMEM, str(refused)) from None
        for position in range(0, amount, PAGE_BYTES):
            memory[position] = 1
        time.sleep(HOLD_S)

    try_in_child(fill)
    return f"used {amount} bytes, where {targets.memory_bytes} are the most"


LIMIT_ATTACKS: tuple[Attack, ...] = (
    read_environment,
    dump_memory,
    open_many_files,
    write_large_file,
    start_many_processes,
    leave_files,
    stay_behind,
    end_process,
    use_much_memory,
)
