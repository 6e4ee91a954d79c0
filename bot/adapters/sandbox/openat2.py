"""Open a path beneath a folder so that no link on the way is followed, by Linux's openat2(2)."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

OPENAT2 = 437  # on x86_64 and on aarch64 alike, as on all machines since Linux 5.6
NO_MAGICLINKS, NO_SYMLINKS, BENEATH = 0x02, 0x04, 0x08
RESOLVE = NO_MAGICLINKS | NO_SYMLINKS | BENEATH
O_PATH = getattr(os, "O_PATH", 0)  # Linux's alone, as all of this


class OpenHow(ctypes.Structure):
    """The kernel's `struct open_how`."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def open_beneath(folder: int, path: str, flags: int) -> int:
    """Open a path that lies beneath an open folder. Raises OSError, ELOOP at a link on the way."""
    how = OpenHow(flags | os.O_CLOEXEC, 0, RESOLVE)
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    while True:
        size = ctypes.sizeof(how)
        descriptor = syscall(OPENAT2, folder, os.fsencode(path), ctypes.byref(how), size)
        if descriptor >= 0:
            return int(descriptor)
        number = ctypes.get_errno()
        # EAGAIN: something was renamed meanwhile, so that the kernel cannot be sure.
        if number not in {errno.EAGAIN, errno.EINTR}:
            raise OSError(number, os.strerror(number), path)


def find_openat2_obstacle() -> str:
    """Say why openat2 does not work here; empty when it does."""
    if not O_PATH:
        return "Linux is needed."
    try:
        root = os.open("/", O_PATH | os.O_CLOEXEC)
        try:
            os.close(open_beneath(root, ".", O_PATH))
        finally:
            os.close(root)
    except OSError as failed:
        return f"Linux 5.6 or newer is needed, whose openat2 works here ({failed.strerror})."
    return ""


@contextmanager
def act_as(uid: int) -> Iterator[None]:
    """Have the kernel judge this thread's use of files as that user's, where this one is root.

    So even a mistake cannot reach a file that is not that user's. Processes and threads that are
    started meanwhile inherit it: start none.
    """
    if os.geteuid() != 0 or uid == 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    gid = os.getegid()
    libc.setfsgid(uid)
    libc.setfsuid(uid)
    try:
        yield
    finally:
        libc.setfsuid(0)
        libc.setfsgid(gid)
