"""Do what the kernel hands over of a job's system calls, which the job may not do itself.

A filter lets such a call wait until this process has answered: see `man 2 seccomp_unotify`. It
imports little, because each sandbox waits for it.
"""

from __future__ import annotations

import errno
import fcntl
import os

from bot.adapters.sandbox.handover import NOTICE, Handover
from bot.adapters.sandbox.mode_changes import MODE_CALLS, change_mode
from bot.adapters.sandbox.signal_relay import SIGNAL_CALLS, relay_signal

TYPE_CHECKING = False  # importing it from typing would take as long as the rest
if TYPE_CHECKING:
    from collections.abc import Sequence

RECEIVE = 0xC0502100


def serve_calls(listener: int, folders: Sequence[str]) -> None:
    """Answer until there is nobody left to ask. Modes are changed in these folders alone."""
    own = [os.path.realpath(folder) for folder in folders]
    while True:
        notice = bytearray(NOTICE.size)
        try:
            fcntl.ioctl(listener, RECEIVE, notice)
        except OSError as failure:
            if failure.errno == errno.ENOENT:  # it was ended meanwhile
                continue
            return
        handover = Handover(listener, bytes(notice))
        handover.answer(_try(handover, own))


def _try(handover: Handover, own: Sequence[str]) -> int:
    """Do what is asked, and return the number of the error; 0 for none."""
    try:
        if handover.call in MODE_CALLS:
            change_mode(handover, own)
        elif handover.call in SIGNAL_CALLS:
            relay_signal(handover)
    except OSError as failure:
        return failure.errno or errno.EPERM
    except OverflowError:  # no address has so large a number
        return errno.EFAULT
    return 0
