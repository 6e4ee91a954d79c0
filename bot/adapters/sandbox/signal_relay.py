"""Send a signal in the place of a process that may not do so itself.

Where the bot is not root a job's processes have its user, and before version 6 Landlock does not
keep them from ending the bot. What the job itself started gets its signals, others do not.
"""

from __future__ import annotations

import errno
import os
import signal

from bot.adapters.sandbox.start_program import call_libc

TYPE_CHECKING = False  # importing it from typing would take as long as the rest
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.adapters.sandbox.handover import Handover

# The numbers of x86_64 and of aarch64.
KILL, TKILL, TGKILL = (62, 129), (200, 130), (234, 131)
SIGNAL_CALLS = (*KILL, *TKILL, *TGKILL)


def relay_signal(handover: Handover) -> None:
    """Send a signal to what the job started. Raises OSError when that is refused or fails."""
    if handover.call in KILL:
        _send(handover)
    else:
        _send_to_thread(handover)


def _send(handover: Handover) -> None:
    target, number = handover.read_int(0), handover.read_int(1)
    handover.confirm()
    targets = [target] if target > 0 else list(_list_group(handover.process, target))
    if not targets:
        raise OSError(errno.ESRCH, "there is none")
    for process in targets:
        descriptor = os.pidfd_open(process)  # before it is looked at: numbers are used again
        try:
            if not _is_of_job(process):
                raise OSError(errno.EPERM, "not of the job")
            signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def _send_to_thread(handover: Handover) -> None:
    """Send a signal to a thread of the process itself, as abort() and many languages do."""
    has_group = handover.call in TGKILL
    thread, number = handover.read_int(has_group), handover.read_int(has_group + 1)
    group = _read_group(handover.process)
    handover.confirm()
    if _read_group(thread) != group:
        raise OSError(errno.EPERM, "not its own")
    place = TGKILL.index(handover.call) if has_group else TKILL.index(handover.call)
    call_libc("syscall", TGKILL[place], group, thread, number)


def _list_group(process: int, target: int) -> Iterator[int]:
    """List the processes of the job in a group: the caller's for 0, all but the caller for -1."""
    wanted = _read_status(process)[2] if target == 0 else -target
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib takes as long to import as all else
        if name.isdigit() and _is_of_job(int(name)):
            is_meant = (
                int(name) != process if target == -1 else _read_status(int(name))[2] == wanted
            )
            if is_meant:
                yield int(name)


def _is_of_job(process: int) -> bool:
    """Tell whether a process descends from this one, which all orphans of the job do."""
    watcher, above = os.getpid(), process
    while above > 1:
        above = _read_status(above)[1]
        if above == watcher:
            return True
    return False


def _read_status(process: int) -> tuple[int, int, int]:
    """Read a process's number, its parent's and its group's; zeros when it is gone."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return process, 0, 0
    return process, int(fields[1]), int(fields[2])


def _read_group(thread: int) -> int:
    """Read which process a thread is of."""
    with open(f"/proc/{thread}/status", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        for line in file:
            if line.startswith("Tgid:"):
                return int(line.split()[1])
    raise OSError(errno.ESRCH, "there is none")
