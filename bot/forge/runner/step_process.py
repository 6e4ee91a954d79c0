"""Run the processes of steps: read line by line, killed with all their children."""

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

_LONGEST_LINE = 64 * 1024  # a longer one is broken, so that it cannot fill the memory
# Output may trickle in this long after the process is gone: a child in the background keeps the
# pipe.
_GRACE_S = 2.0

WriteLine = Callable[[str], None]


class StepProcesses:
    """The processes of one job. What a step leaves in the background lives on until `end`.

    GitHub's runner does the same.
    """

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def start(
        self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own. Raises OSError when it cannot be started."""
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def follow(
        self, process: subprocess.Popen[bytes], deadline: float, write_line: WriteLine
    ) -> int | None:
        """Hand over each line of output until the process ends, and return its exit code.

        None means that the deadline (monotonic seconds) came first; its whole group is killed then.
        """
        lines = _LineSplitter(write_line)
        code = _follow(process, deadline, lines)
        lines.flush()
        if code is None:
            os.killpg(process.pid, signal.SIGKILL)
        return code

    def end(self) -> None:
        """Kill what is left of every group.

        None was reaped before, so no group's number can be somebody else's now.
        """
        for process in self._started:
            with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a zombie
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()
        self._started.clear()


def _follow(process: subprocess.Popen[bytes], deadline: float, lines: _LineSplitter) -> int | None:
    """Read until the output and the process have ended; the process is left as a zombie."""
    code: int | None = None
    is_open = True
    stop = deadline
    with selectors.DefaultSelector() as selector:
        pipe = _output(process)
        selector.register(pipe, selectors.EVENT_READ)
        while (is_open or code is None) and time.monotonic() < stop:
            if is_open and selector.select(min(0.05, max(0.0, stop - time.monotonic()))):
                chunk = os.read(pipe.fileno(), _LONGEST_LINE)
                lines.feed(chunk)
                is_open = bool(chunk)
            elif not is_open:
                time.sleep(0.005)
            if code is None:
                code = _exit_code(process.pid)
                stop = deadline if code is None else min(deadline, time.monotonic() + _GRACE_S)
    return code


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise OSError("the process has no output")
    return process.stdout


def _exit_code(pid: int) -> int | None:
    """Return the code as a shell gives it, 128 + n for signal n; None while the process runs."""
    status = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if status is None:
        return None
    if status.si_code == os.CLD_EXITED:
        return status.si_status
    return 128 + status.si_status


class _LineSplitter:
    """Takes bytes and hands over lines of text."""

    def __init__(self, write_line: WriteLine) -> None:
        self._write_line = write_line
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Hand over the lines that the chunk completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._write_line(line.removesuffix(b"\r").decode(errors="replace"))
        if len(self._rest) > _LONGEST_LINE:
            self.flush()

    def flush(self) -> None:
        """Hand over the rest, which has no end of line."""
        if self._rest:
            rest, self._rest = self._rest, b""
            self._write_line(rest.decode(errors="replace"))
