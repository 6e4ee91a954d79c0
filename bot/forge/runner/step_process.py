"""Here lives one process of a step: started in its own group, read line by line, killed with all
its children.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_LONGEST = 64 * 1024  # a longer line is broken, so that a line without end cannot fill the memory
# how long output may trickle in after the process is gone; a child in the background keeps the pipe
_GRACE_S = 2.0


class StepProcesses:
    """The processes of one job. What a step leaves in the background lives on until `end`, as on
    GitHub's runner.
    """

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def run(
        self,
        argv: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        until: float,
        line: Callable[[str], None],
    ) -> int | None:
        """Run to the end and hand over each line of output; its exit code, or None when `until`
        (monotonic) came first.

        Raises OSError when it cannot be started.
        """
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started.append(process)
        lines = _LineSplitter(line)
        code = _follow(process, until, lines)
        lines.flush()
        if code is None:
            os.killpg(process.pid, signal.SIGKILL)
        return code

    def end(self) -> None:
        """Kill what is left of every group. None was reaped before, so no group's number can be
        somebody else's now.
        """
        for process in self._started:
            with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a zombie
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()
        self._started.clear()


def _follow(process: subprocess.Popen[bytes], until: float, lines: _LineSplitter) -> int | None:
    """Read until the end of the output and of the process; it is left as a zombie."""
    code, open_, stop = None, True, until
    with selectors.DefaultSelector() as selector:
        pipe = _pipe(process)
        selector.register(pipe, selectors.EVENT_READ)
        while (open_ or code is None) and time.monotonic() < stop:
            if open_ and selector.select(min(0.05, max(0.0, stop - time.monotonic()))):
                chunk = os.read(pipe.fileno(), _LONGEST)
                lines.feed(chunk)
                open_ = bool(chunk)
            elif not open_:
                time.sleep(0.005)
            if code is None:
                code = _exit_code(process.pid)
                stop = until if code is None else min(until, time.monotonic() + _GRACE_S)
    return code


def _pipe(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise OSError("the process has no output")
    return process.stdout


def _exit_code(pid: int) -> int | None:
    """As a shell would tell it: 128 + n for signal n."""
    gone = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if gone is None:
        return None
    return gone.si_status if gone.si_code == os.CLD_EXITED else 128 + gone.si_status


class _LineSplitter:
    """Bytes in, lines of text out."""

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for raw in whole:
            self._line(raw.removesuffix(b"\r").decode(errors="replace"))
        if len(self._rest) > _LONGEST:
            self.flush()

    def flush(self) -> None:
        if self._rest:
            rest, self._rest = self._rest, b""
            self._line(rest.decode(errors="replace"))
