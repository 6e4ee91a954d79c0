"""End child processes with all that they started: after their time, or when this process dies."""

from __future__ import annotations

import os
import signal
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, CompletedProcess, Popen, TimeoutExpired

# It reads to the end of a pipe that this process alone holds open, which comes however this
# process dies, and then kills the groups of the last line. PR_SET_PDEATHSIG would be shorter, but
# does not reach what the child itself started, and is Linux's alone.
WATCHER = """
while read -r line; do groups=$line; done
for group in $groups; do kill -s KILL -- "-$group"; done
"""


class ChildGuard:
    """Guards the children of this process, each the leader of a process group of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._watcher: Popen[bytes] | None = None

    @contextmanager
    def guard(self, child: Popen[bytes], timeout_s: float) -> Iterator[threading.Event]:
        """Guard the child while the block lasts, and end it afterwards.

        The event is set when its time was up.
        """
        late = threading.Event()

        def expire() -> None:
            late.set()
            end_group(child)

        timer = threading.Timer(timeout_s, expire)
        self._watch(child.pid)
        try:
            timer.start()
            yield late
        finally:
            timer.cancel()
            end_group(child)
            self._forget(child.pid)

    def _watch(self, group: int) -> None:
        with self._lock:
            self._groups.add(group)
            self._tell_watcher()

    def _forget(self, group: int) -> None:
        with self._lock:
            self._groups.discard(group)
            self._tell_watcher()

    def _tell_watcher(self) -> None:
        if not self._watcher:
            self._watcher = _start_watcher()
            weakref.finalize(self, self._watcher.communicate)
        line = " ".join(map(str, self._groups))
        with suppress(BrokenPipeError):  # somebody killed it; the time limits still stand
            self._watcher.stdin.write(f"{line}\n".encode())  # type: ignore[union-attr]


def _start_watcher() -> Popen[bytes]:
    return Popen(
        ["/bin/sh", "-c", WATCHER],
        bufsize=0,
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
    )


def run_guarded(
    command: Sequence[str],
    timeout_s: float,
    *,
    cwd: str | Path | None = None,
    env: Mapping[str, str] | None = None,
) -> CompletedProcess[bytes]:
    """Run a program to its end as `subprocess.run` does, without input; it ends with this process.

    Raises TimeoutExpired, and OSError where it cannot be started.
    """
    child = Popen(
        command,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=cwd,
        env=env,
        start_new_session=True,
    )
    with child, ChildGuard().guard(child, timeout_s) as late:
        output, errors = child.communicate()
    if late.is_set():
        raise TimeoutExpired(command, timeout_s)
    return CompletedProcess(command, child.returncode, output, errors)


def end_group(child: Popen[bytes]) -> None:
    """End a child and what it started: asked first, so that it can remove its lock files."""
    if child.poll() is not None:
        return
    for sign, patience_s in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 10.0)):
        with suppress(ProcessLookupError, TimeoutExpired):
            os.killpg(child.pid, sign)
            child.wait(patience_s)
