"""Write to GitHub at its pace, and once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from bot.adapters.github.own_pace import OwnPace
from bot.ports import (
    Metrics,
    NoMetrics,
    RateLimited,
    SharedLimits,
    Unreachable,
    WriteRate,
    WriteTurn,
)
from bot.values import InstallationId

T = TypeVar("T")

LONGEST_SLEEP_S = 2.0


def allow_writing() -> None:
    """Raise nothing: this process has its runs for itself."""


@dataclass(slots=True)
class WriteThrottle:
    """Keeps the writes of an installation to a rate, as GitHub's best practices ask.

    `shared` are the limits of all processes that write for it; without them, or while they cannot
    be asked, this process keeps to the rate alone. `check` is asked before each write, and raises
    Unreachable where another process may have taken over.
    """

    rate: WriteRate
    clock: Callable[[], float]
    check: Callable[[], None] = allow_writing
    shared: SharedLimits | None = None
    metrics: Metrics = field(default_factory=NoMetrics)
    _own: OwnPace = field(default_factory=OwnPace)
    _lock: Lock = field(default_factory=Lock)
    _promised: dict[InstallationId, float] = field(default_factory=dict)

    def wait(self, installation: InstallationId, *, creates_content: bool) -> None:
        """Sleep until it is our turn. Raises RateLimited, each caller with a later time, when the
        queue is long.
        """
        if self.rate.pause_s:
            turn = self._take_turn(installation, creates_content=creates_content)
            if not turn.is_taken:
                raise self._send_away(installation, turn.wait_s)
            self.metrics.count_write_wait(turn.wait_s)
            time.sleep(turn.wait_s)
        self.check()

    def _take_turn(self, installation: InstallationId, *, creates_content: bool) -> WriteTurn:
        turn = None
        if self.shared:
            turn = self.shared.take_turn(installation, self.rate, creates_content=creates_content)
        if turn is None:
            return self._own.take_turn(installation, self.rate, creates_content=creates_content)
        if turn.is_taken:
            self._own.note_turn(installation, turn.wait_s, creates_content=creates_content)
        return turn

    def _send_away(self, installation: InstallationId, wait_s: float) -> RateLimited:
        now = time.monotonic()
        with self._lock:
            earliest = self._promised.get(installation, 0.0) + self.rate.pause_s
            promised = self._promised[installation] = max(now + wait_s, earliest)
        until = self.clock() + promised - now
        return RateLimited("Too much is written to GitHub at once", until, "GitHub")


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
