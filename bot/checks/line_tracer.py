"""A program of its own for the sandbox: write down which lines of Python files are run.

A `sitecustomize.py` beside it calls `start_tracing` in every Python that is started. It imports
nothing of the bot, and runs under any Python from 3.8.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any


class LineTracer:
    """Writes each line, as "12 /path/of/it.py", when it runs for the first time in this process.

    Only lines of `root` count, a file or a folder.
    """

    def __init__(self, root: str, folder: str) -> None:
        self.root = os.path.realpath(root)
        self.output = f"{folder}/{os.getpid()}.txt"
        self.paths: dict[str, str] = {}
        self.ran: set[tuple[str, int]] = set()

    def see_call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        """Trace the lines of a call in a file that counts, and of no other."""
        name = frame.f_code.co_filename
        if name not in self.paths:
            path = os.path.realpath(name)
            counts = path == self.root or path.startswith(self.root + os.sep)
            self.paths[name] = path if counts and os.path.isfile(path) else ""  # noqa: PTH113
        return self.see_line if self.paths[name] else None

    def see_line(self, frame: FrameType, event: str, _argument: object) -> Any:
        """Write down a line at once: a process may end without a word, and close all its files."""
        place = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and place not in self.ran:
            self.ran.add(place)
            text = f"{frame.f_lineno} {self.paths[place[0]]}\n"
            with suppress(OSError):
                output = os.open(self.output, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
                os.write(output, os.fsencode(text))
                os.close(output)
        return self.see_line


def start_tracing() -> None:
    """Trace this process and its threads."""
    given = os.environ  # noqa: TID251 - in the sandbox
    tracer = LineTracer(given["GREENLIT_LINES_OF"], given["GREENLIT_LINES_IN"])
    threading.settrace(tracer.see_call)
    sys.settrace(tracer.see_call)
