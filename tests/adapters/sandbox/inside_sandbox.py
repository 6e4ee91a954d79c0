"""Runs in a sandbox, with the standard library alone, and prints what it sees there as JSON."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import multiprocessing
import os
import pty
import shutil
import socket
import subprocess
import termios
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
CALLS = {"ptrace": 101, "unshare": 272, "clone3": 435, "io_uring_setup": 425, "bpf": 321}
CALLS_ARM = {"ptrace": 117, "unshare": 97, "clone3": 435, "io_uring_setup": 425, "bpf": 280}


def call(number: int) -> str:
    """Make a system call with zeros, and name how it was refused."""
    failed = LIBC.syscall(number, 0, 0, 0, 0, 0) < 0
    return errno.errorcode[ctypes.get_errno()] if failed else "done"


def attempt(act, *arguments) -> str:
    """Do something, and name how it was refused."""
    try:
        act(*arguments)
    except OSError as refused:
        return errno.errorcode[refused.errno or 0]
    return "done"


def run(*command: str) -> str:
    """Run a program of the machine where it has one."""
    if not shutil.which(command[0]):
        return "absent"
    return (
        "works"
        if subprocess.run(command, capture_output=True, check=False).returncode == 0
        else "fails"
    )


def push_into_terminal() -> None:
    """Type a character into a terminal."""
    _, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSTI, b"x")


def pass_to_process() -> int:
    """Let a second process compute, and hand it over by a lock and a queue."""
    with multiprocessing.Pool(1) as pool:
        return pool.map(abs, [-7])[0]


if __name__ == "__main__":
    status = Path("/proc/self/status").read_text()
    calls = CALLS if os.uname().machine == "x86_64" else CALLS_ARM
    seen = {
        "calls": {name: call(number) for name, number in calls.items()},
        "capabilities": [line.split()[1] for line in status.splitlines() if line.startswith("Cap")],
        "descriptors": [path.name for path in Path("/proc/self/fd").iterdir() if path.exists()],
        "environment": sorted(os.environ),  # noqa: TID251 - of the sandbox
        "interfaces": [name for _, name in socket.if_nameindex()],
        "processes": len(list(Path("/proc").glob("[0-9]*"))),
        "programs": [run("git", "init", "-q", "made"), run("node", "-e", "1")],
        "queue": pass_to_process(),
        "terminal": attempt(push_into_terminal),
        "uid": os.getuid(),
        "vsock": attempt(socket.socket, 40, socket.SOCK_STREAM),
        "write": [attempt(os.mkdir, path) for path in ("/x", "/usr/x", "/etc/x", "/workspace/x")],
        "work": sorted(path.name for path in Path("/workspace").iterdir()),
    }
    print(json.dumps(seen))  # noqa: T201 - to the test
