"""Start processes by forking one where all is imported already.

A start by itself takes the processor two seconds, nearly all of them for imports.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.forked_imports"])


def become_program(environment: Mapping[str, str], out: Path, errors: Path) -> None:
    """Give a forked process its own environment, and the files that it writes to."""
    own = os.environ  # noqa: TID251 - the process gets one of its own, as any new one does
    own.clear()
    own.update(environment)
    for stream, path in ((sys.stdout, out), (sys.stderr, errors)):
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(file, stream.fileno())
        os.close(file)
