"""What the attacks share: what is to be reached, and ways to try."""

# An attack is a call of the system, on a path as it is.
# ruff: noqa: PTH115, PTH208

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import time
from pathlib import Path
from typing import Callable, NamedTuple  # noqa: UP035 - older Pythons

MARK = b"greenlit-canary"  # in whatever must not be read
RETRIES, RETRY_S = 100, 0.05
# A call that is answered with anything else was let through to where its arguments are judged.
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)


class Targets(NamedTuple):
    """What lies outside, as paths and numbers of the host."""

    work: str  # the folder of the workspace, as it is seen inside
    private: str  # a folder of the bot, with canaries in it
    secret_file: str  # in it
    other_workspace: str  # beside this one
    socket_path: str  # on which the bot listens
    abstract_name: str  # the same, without a file
    port: int  # of 127.0.0.1, on which the bot listens
    port6: int  # of ::1; 0 where there is none
    datagram_port: int
    process: int  # of the bot's user, with canaries in its arguments and its environment
    pid_namespace: str
    ipc_namespace: str
    session: int
    variables: list[str]  # the names that the environment may have
    scrap: str  # the name of files that are written outside
    processes: int  # that may run at the same time
    memory_bytes: int
    file_bytes: int

    @property
    def secret_files(self) -> list[str]:
        """All files of the bot that hold a canary."""
        return [self.secret_file, *(f"{self.private}/{name}" for name in SECRET_NAMES)]


SECRET_NAMES = (".env", "mirrors/config", "engine.sqlite")
Attack = Callable[[Targets], str]


def read_targets(path: str) -> Targets:
    """Read what is to be reached."""
    return Targets(**json.loads(Path(path).read_text()))


def name_attack(attack: Attack) -> str:
    """Name an attack, as people read it."""
    return (attack.__doc__ or "").rstrip(".")


def open_file(path: str, flags: int = os.O_RDONLY) -> str:
    """Open a file, and say so. Raises OSError when that is refused."""
    os.close(os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC))
    return f"opened {path}"


def open_any(paths: list[str], flags: int = os.O_RDONLY) -> str:
    """Open the first of these files that can be opened. Raises OSError when none can."""
    refused = OSError(errno.ENOENT, "there is none")
    for path in paths:
        try:
            return open_file(path, flags)
        except OSError as error:
            refused = error
    raise refused


def find_mark(paths: list[str]) -> str:
    """Read a canary in one of these files. Raises OSError when there is none to read."""
    for path in paths:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            if MARK in os.read(fd, 65_536):
                return f"read {path}"
        except OSError:
            continue
        finally:
            os.close(fd)
    raise OSError(errno.ENOENT, "no canary was read")


def list_names(folder: str) -> list[str]:
    """List what is in a folder; nothing where that is refused."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def require_shared_processes(targets: Targets) -> int:
    """Return the process outside. Raises OSError where its number means nothing here."""
    if not is_shared("pid", targets.pid_namespace):
        raise OSError(errno.ESRCH, "processes are numbered apart")
    return targets.process


def is_shared(kind: str, namespace: str) -> bool:
    """Tell whether this process is in a namespace; if that cannot be seen, it may be."""
    try:
        return os.readlink(f"/proc/self/ns/{kind}") == namespace
    except OSError:
        return True


def call(name: str, *arguments: object) -> int:
    """Call the kernel. Raises OSError with what it answered."""
    number = NUMBERS[name][platform.machine() == "aarch64"]
    if number < 0:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    libc = ctypes.CDLL(None, use_errno=True)
    passed = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    answer = int(libc.syscall(ctypes.c_long(number), *passed))
    if answer == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def try_call(name: str, *arguments: object) -> str:
    """Call the kernel with what it cannot do. Raises OSError when it does not look at that."""
    try:
        call(name, *arguments)
    except OSError as error:
        if error.errno in REFUSALS:
            raise
        return f"{name} was let through: {error.strerror}"
    return f"{name} succeeded"


def try_in_child(attack: Callable[[], object]) -> str:
    """Try what would change this process in a child. Raises OSError when it is refused there."""
    child = _start_child()
    if child == 0:
        try:
            attack()
        except OSError as error:
            os._exit(error.errno or errno.EPERM)
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        raise OSError(errno.EPERM, f"ended by {signal.Signals(os.WTERMSIG(status)).name}")
    if code := os.WEXITSTATUS(status):
        raise OSError(code, os.strerror(code))
    return "succeeded"


def _start_child() -> int:
    """Start a child as os.fork does. What runs beside, of the same user, may need all processes
    for a moment; where it stays so nothing was tried, and this program ends.
    """
    for _ in range(RETRIES):
        try:
            return os.fork()
        except BlockingIOError:
            time.sleep(RETRY_S)
    raise RuntimeError("No process could be started.")


# The numbers of the kernel's calls: of x86-64, and of 64-bit ARM.
NUMBERS = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "capget": (125, 90),
    "clone": (56, 220),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsopen": (430, 430),
    "init_module": (175, 105),
    "inotify_add_watch": (254, 27),
    "inotify_init1": (294, 26),
    "io_uring_setup": (425, 425),
    "ioperm": (173, -1),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "move_mount": (429, 429),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "process_vm_readv": (310, 270),
    "ptrace": (101, 117),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
