"""Write to GitHub at its pace, and once."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from bot.ports import RateLimited, Unreachable
from bot.values import InstallationId

T = TypeVar("T")

LONGEST_SLEEP_S = 2.0


def allow_writing() -> None:
    """Raise nothing: this process has its runs for itself."""


class WriteThrottle:
    """Keeps a pause between the writes of an installation, as GitHub's best practices ask.

    `check` is asked before each, and raises Unreachable where another process may have taken over.
    """

    def __init__(
        self,
        pause_s: float,
        clock: Callable[[], float],
        check: Callable[[], None] = allow_writing,
    ) -> None:
        self._check = check
        self._pause_s = pause_s
        self._clock = clock
        self._lock = Lock()
        self._next: dict[InstallationId, float] = {}
        self._promised: dict[InstallationId, float] = {}

    def wait(self, installation: InstallationId) -> None:
        """Sleep until it is our turn. Raises RateLimited, each caller with a later time, when the
        queue is long.
        """
        if self._pause_s:
            self._wait_for_turn(installation)
        self._check()

    def _wait_for_turn(self, installation: InstallationId) -> None:
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(installation, 0.0))
            if turn - now > LONGEST_SLEEP_S:
                turn = max(turn, self._promised.get(installation, 0.0) + self._pause_s)
                self._promised[installation] = turn
                raise RateLimited(
                    "Too much is written to GitHub at once", self._clock() + turn - now, "GitHub"
                )
            self._next[installation] = turn + self._pause_s
        time.sleep(turn - now)


def write_once(write: Callable[[], T], find: Callable[[], T | None], settle_s: float) -> T:
    """Do a write once. When nobody can tell whether it happened, look for what it would have
    written before it is tried again: GitHub shows that after `settle_s`.
    """
    for _ in range(2):
        try:
            return write()
        except RateLimited:
            raise
        except Unreachable as error:
            failure = error
        time.sleep(min(settle_s, LONGEST_SLEEP_S))
        if (written := find()) is not None:
            return written
    raise failure
