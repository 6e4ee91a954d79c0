"""Change the mode of a file in the place of a process that may not do so itself.

Landlock does not judge these calls, and where the bot is not root a job's user owns the bot's
files too. What lies in the job's own folders is changed, the rest is refused.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from bot.adapters.sandbox.start_program import call_libc

TYPE_CHECKING = False  # importing it from typing would take as long as the rest
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.sandbox.handover import Handover

# Where the arguments have what: a descriptor of a folder, the address of a path, the mode. The
# numbers are those of x86_64 and of aarch64, which share none.
CHMOD, FCHMOD, FCHMODAT = (None, 0, 1), (0, None, 1), (0, 1, 2)
MODE_CALLS = {90: CHMOD, 91: FCHMOD, 268: FCHMODAT, 452: FCHMODAT, 52: FCHMOD, 53: FCHMODAT}
HERE = -100  # AT_FDCWD
PAGE_BYTES, PATH_BYTES = 4096, 4096
PATH_ONLY = getattr(os, "O_PATH", 0) | os.O_CLOEXEC  # O_PATH is Linux's alone
# "/proc/self/fd/9" would be this process's, not the one's that asks.
SYS_OPENAT2, NO_MAGIC_LINKS = 437, 0x02
HOW = struct.pack("=3Q", PATH_ONLY, 0, NO_MAGIC_LINKS)
MODES = 0o1777  # none that lends the owner's rights to others


def change_mode(handover: Handover, own: Sequence[str]) -> None:
    """Change a mode below these folders. Raises OSError when that is refused or fails."""
    folder_place, path_place, mode_place = MODE_CALLS[handover.call]
    folder = HERE if folder_place is None else handover.read_int(folder_place)
    descriptor = _open_folder(handover.process, folder)
    try:
        if path_place is not None:
            descriptor = _open_in(descriptor, handover, path_place)
        handover.confirm()
        _change(descriptor, handover.arguments[mode_place] & MODES, own)
    finally:
        os.close(descriptor)


def _open_folder(process: int, folder: int) -> int:
    """Open what a descriptor of the process stands for, or its working folder."""
    name = "cwd" if folder == HERE else f"fd/{folder}"
    return os.open(f"/proc/{process}/{name}", PATH_ONLY)


def _open_in(folder: int, handover: Handover, path_place: int) -> int:
    """Open the path that is meant, wherever it lies, so that no rename changes what is meant."""
    path = _read_path(handover.process, handover.arguments[path_place])
    descriptor = call_libc("syscall", SYS_OPENAT2, folder, path, HOW, ctypes.c_size_t(len(HOW)))
    os.close(folder)
    return descriptor


def _change(descriptor: int, mode: int, own: Sequence[str]) -> None:
    link = f"/proc/self/fd/{descriptor}"
    path = os.readlink(link)  # noqa: PTH115 - pathlib takes as long to import as all else
    if not any(f"{path}/".startswith(f"{folder}/") for folder in own):
        raise OSError(errno.EPERM, "not its own")
    os.chmod(link, mode)  # noqa: PTH101


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
