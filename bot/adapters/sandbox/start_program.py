"""A program of its own: do some acts as the bot's user, in the order of the arguments, then become
another program. `python -I -S start_program.py ACT VALUE... ACT VALUE... -- PROGRAM ARGUMENT...`

It imports little, because each sandbox waits for it, and nothing of the bot.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

TYPE_CHECKING = False  # importing it from typing would take as long as the rest
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Act = tuple[Callable[..., None], int]  # and how many values it takes

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MS_NOSUID, MS_NODEV = 0x2, 0x4
SIGKILL, SIGPIPE, SIGXFSZ = 9, 13, 25
CAPABILITY_VERSION = 0x20080522

LIBC = ctypes.CDLL(None, use_errno=True)


def join_group(procs: str) -> None:
    """Move this process into a control group, by its file `cgroup.procs`."""
    _write(procs, "0")


def offer_to_oom_killer() -> None:
    """Let the kernel end this process and its children before any other, when memory is short."""
    _write("/proc/self/oom_score_adj", "1000")


def make_mounts_private(folder: str) -> None:
    """Leave the host's mounts for a copy of them, with an empty folder here for binds.

    What lies under a folder that is closed to others gets a path that they may walk.
    """
    call_libc("unshare", CLONE_NEWNS)
    call_libc("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    call_libc("mount", b"tmpfs", folder.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, b"mode=755")


def bind(source: str, target: str) -> None:
    """Make a file or folder appear at another path."""
    if os.path.isdir(source):  # noqa: PTH112 - pathlib takes as long to import as all else
        os.mkdir(target)  # noqa: PTH102
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    call_libc("mount", os.fsencode(source), os.fsencode(target), None, MS_BIND | MS_REC, None)


def become(uid: str) -> None:
    """Become a user with no capability and no group, and end what else runs under that uid."""
    os.setgroups([])
    os.setresgid(int(uid), int(uid), int(uid))
    os.setresuid(int(uid), int(uid), int(uid))
    call_libc("capset", (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)())
    LIBC.kill(-1, SIGKILL)  # what a bot that was killed left, if any; never this process itself


def limit(name: str, most: str) -> None:
    """Set a resource limit, such as `NOFILE`, no higher than it is."""
    kind = getattr(resource, f"RLIMIT_{name}")
    highest = resource.getrlimit(kind)[1]
    value = int(most) if highest == resource.RLIM_INFINITY else min(int(most), highest)
    resource.setrlimit(kind, (value, value))


ACTS: dict[str, Act] = {
    "join-group": (join_group, 1),
    "offer-to-oom-killer": (offer_to_oom_killer, 0),
    "make-mounts-private": (make_mounts_private, 1),
    "bind": (bind, 2),
    "become": (become, 1),
    "limit": (limit, 2),
}


def main(arguments: list[str]) -> None:
    """Do the acts, then become the program. What fails ends this with a sentence."""
    do_acts(arguments, ACTS)
    _do(arguments[0], os.execv, arguments[0], arguments)


def do_acts(arguments: list[str], acts: Mapping[str, Act]) -> None:
    """Do the acts in front of `--`, and leave the program behind it in the arguments."""
    os.umask(0o022)
    while (name := arguments.pop(0)) != "--":
        act, arity = acts[name]
        values = [arguments.pop(0) for _ in range(arity)]
        _do(f"{name.replace('-', ' ')} {' '.join(values)}", act, *values)
    for number in (SIGPIPE, SIGXFSZ):  # which Python ignores, and a program does not
        LIBC.signal(number, None)


def _do(words: str, act: Callable[..., None], *values: object) -> None:
    try:
        act(*values)
    except OSError as error:
        sys.exit(f"A sandbox cannot be started: {words}: {error.strerror}.")


def call_libc(name: str, *arguments: object) -> int:
    """Call the C library. Raises OSError when the call fails."""
    answer = int(getattr(LIBC, name)(*arguments))
    if answer == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
