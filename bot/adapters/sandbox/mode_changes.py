"""Change the modes of files for processes under a filter that hands such calls over.

Landlock does not judge them, and where the bot is not root a job's user owns the bot's files too.
So the kernel asks this process, which changes what lies in the job's own folders, and refuses the
rest: see `man 2 seccomp_unotify`. It imports little, because each sandbox waits for it.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import struct
from contextlib import suppress

from bot.adapters.sandbox.start_program import call_libc

TYPE_CHECKING = False  # importing it from typing would take as long as the rest
if TYPE_CHECKING:
    from collections.abc import Sequence

RECEIVE, SEND, IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
NOTICE = struct.Struct("=QIIiIQ6Q")  # id, process, flags, call, architecture, place, arguments
ANSWER = struct.Struct("=QqiI")  # id, result, error, flags
# Where the arguments have what: a descriptor of a folder, the address of a path, the mode. The
# numbers are those of x86_64 and of aarch64, which share none.
CHMOD, FCHMOD, FCHMODAT = (None, 0, 1), (0, None, 1), (0, 1, 2)
CALLS = {90: CHMOD, 91: FCHMOD, 268: FCHMODAT, 452: FCHMODAT, 52: FCHMOD, 53: FCHMODAT}
HERE = -100  # AT_FDCWD
PAGE_BYTES, PATH_BYTES = 4096, 4096
PATH_ONLY = os.O_PATH | os.O_CLOEXEC
# "/proc/self/fd/9" would be this process's, not the one's that asks.
SYS_OPENAT2, NO_MAGIC_LINKS = 437, 0x02
HOW = struct.pack("=3Q", PATH_ONLY, 0, NO_MAGIC_LINKS)
MODES = 0o1777  # none that lends the owner's rights to others


def serve_mode_changes(listener: int, folders: Sequence[str]) -> None:
    """Answer until there is nobody left to ask."""
    own = [os.path.realpath(folder) for folder in folders]
    while True:
        notice = bytearray(NOTICE.size)
        try:
            fcntl.ioctl(listener, RECEIVE, notice)
        except OSError as failure:
            if failure.errno == errno.ENOENT:  # it was ended meanwhile
                continue
            return
        ident, process, _, call, _, _, *arguments = NOTICE.unpack(notice)
        code = _try_change(listener, ident, process, (call, *arguments), own)
        with suppress(OSError):
            fcntl.ioctl(listener, SEND, ANSWER.pack(ident, 0, -code, 0))


def _try_change(
    listener: int, ident: int, process: int, request: Sequence[int], own: Sequence[str]
) -> int:
    """Do what is asked, and return the number of the error; 0 for none."""
    call, *arguments = request
    mode = arguments[CALLS[call][2]]
    try:
        descriptor = _open(process, call, arguments)
        try:
            fcntl.ioctl(listener, IS_VALID, struct.pack("=Q", ident))  # still the same process
            return _change_mode(descriptor, mode, own)
        finally:
            os.close(descriptor)
    except OSError as failure:
        return failure.errno or errno.EPERM
    except OverflowError:  # no address has so large a number
        return errno.EFAULT


def _change_mode(descriptor: int, mode: int, own: Sequence[str]) -> int:
    link = f"/proc/self/fd/{descriptor}"
    path = os.readlink(link)  # noqa: PTH115 - pathlib takes as long to import as all else
    if not any(f"{path}/".startswith(f"{folder}/") for folder in own):
        return errno.EPERM
    os.chmod(link, mode & MODES)  # noqa: PTH101
    return 0


def _open(process: int, call: int, arguments: Sequence[int]) -> int:
    """Open what is meant, wherever it lies, so that no rename changes what is meant."""
    folder_place, path_place, _ = CALLS[call]
    folder = HERE if folder_place is None else _read_signed(arguments[folder_place])
    base = f"/proc/{process}/cwd" if folder == HERE else f"/proc/{process}/fd/{folder}"
    start = os.open(base, PATH_ONLY)
    if path_place is None:
        return start
    try:
        path = _read_path(process, arguments[path_place])
        return call_libc("syscall", SYS_OPENAT2, start, path, HOW, ctypes.c_size_t(len(HOW)))
    finally:
        os.close(start)


def _read_path(process: int, address: int) -> bytes:
    """Read a path from the memory of a process, page by page: the next one may not be there."""
    memory = os.open(f"/proc/{process}/mem", os.O_RDONLY | os.O_CLOEXEC)
    path = b""
    try:
        while b"\0" not in path and len(path) < PATH_BYTES:
            place = address + len(path)
            path += os.pread(memory, PAGE_BYTES - place % PAGE_BYTES, place)
    finally:
        os.close(memory)
    path, end, _ = path.partition(b"\0")
    if not end:
        raise OSError(errno.ENAMETOOLONG, "no end")
    return path


def _read_signed(word: int) -> int:
    """Read the low half of an argument as the C library's int."""
    low = word & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low
