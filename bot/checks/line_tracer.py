"""A program of its own for the sandbox: write down which lines of one Python file are run.

A `sitecustomize.py` beside it calls `start_tracing` in every Python that the tests start. It
imports nothing of the bot, and runs under any Python from 3.8.
"""

from __future__ import annotations

import os
import sys
import threading
from types import FrameType
from typing import Any


class LineTracer:
    """Writes each line of the file into a file of this process, when it runs for the first time."""

    def __init__(self, path: str, folder: str) -> None:
        self.path = os.path.realpath(path)
        self.ran: set[int] = set()
        self.is_named: dict[str, bool] = {}
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        self.output = os.open(f"{folder}/{os.getpid()}.txt", flags)

    def see_call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        """Trace the lines of a call in the file, and of no other."""
        name = frame.f_code.co_filename
        if name not in self.is_named:
            self.is_named[name] = os.path.realpath(name) == self.path
        return self.see_line if self.is_named[name] else None

    def see_line(self, frame: FrameType, event: str, _argument: object) -> Any:
        """Write down a line at once: a process may end without a word."""
        if event == "line" and frame.f_lineno not in self.ran:
            self.ran.add(frame.f_lineno)
            os.write(self.output, b"%d\n" % frame.f_lineno)
        return self.see_line


def start_tracing() -> None:
    """Trace this process and its threads."""
    given = os.environ  # noqa: TID251 - in the sandbox
    tracer = LineTracer(given["GREENLIT_LINES_OF"], given["GREENLIT_LINES_IN"])
    threading.settrace(tracer.see_call)
    sys.settrace(tracer.see_call)
