"""Set-ups that failed, and how long that is remembered."""

from __future__ import annotations

import threading
import time
from pathlib import Path

REMEMBERED_S, REMEMBERED = 900.0, 64


class SetupFailure(Exception):
    """An environment cannot be made; the text is for people, the log is that of the set-up."""

    def __init__(self, obstacle: str, log: bytes = b"") -> None:
        super().__init__(obstacle)
        self.log = log


class SetupFailures:
    """Remembers failures for the run that had them, so that it does not wait for them again."""

    def __init__(self) -> None:
        self._failures: dict[tuple[Path, str], tuple[float, SetupFailure]] = {}
        self._lock = threading.Lock()

    def raise_known(self, workspace: Path, key: str) -> None:
        """Raise SetupFailure where the run had it a short while ago; not for ever."""
        with self._lock:
            until, failure = self._failures.pop((workspace, key), (0.0, None))
            if failure and until > time.monotonic():
                self._failures[workspace, key] = (until, failure)
                raise failure

    def remember(self, workspace: Path, key: str, failure: SetupFailure) -> None:
        """Remember a failure of a run; one that is remembered already is no newer for it."""
        with self._lock:
            until = time.monotonic() + REMEMBERED_S
            self._failures.setdefault((workspace, key), (until, failure))
            while len(self._failures) > REMEMBERED:
                del self._failures[next(iter(self._failures))]
