"""Lock a folder by a file beside it, against the threads of this process and all others."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


@contextmanager
def hold_lock(path: Path, *, waits: bool = True, is_shared: bool = False) -> Iterator[None]:
    """Hold the lock while the block lasts. Raises BlockingIOError where it does not wait.

    The file's time tells when it was held last; whoever holds it alone may delete it.
    """
    kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
    descriptor = _lock_file(path, kind if waits else kind | fcntl.LOCK_NB)
    try:
        if waits:
            os.utime(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock_file(path: Path, kind: int) -> int:
    while True:
        with ExitStack() as stack:
            descriptor = os.open(path, OPEN, 0o600)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, kind)
            # Else it was deleted while this waited for it.
            if path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor)):
                stack.pop_all()
                return descriptor
