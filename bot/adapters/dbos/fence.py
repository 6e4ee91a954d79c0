"""Keep a process that others may take for dead from writing to GitHub."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from bot.adapters.dbos.record_clock import RecordClock
from bot.ports import Unreachable


def read_clock() -> float:
    """Read seconds since the machine began, with those in which it slept: it was dead then."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(slots=True)
class Fence:
    """Knows when the record last heard of this process.

    A process that was stopped, or lost its database, may have been taken for dead, and its runs
    may work elsewhere. `patience_s` is less than the time after which that happens; None is a
    process that is alone with its record.
    """

    patience_s: float | None = None
    clock: RecordClock = field(default_factory=RecordClock)  # what the record told then
    _heard_at: float = field(default_factory=read_clock)

    def note_beat(self, asked_at: float) -> None:
        """Note that the record heard of this process: what it was told at that time arrived."""
        self._heard_at = asked_at

    def check(self) -> None:
        """Raise Unreachable where others may have taken over."""
        if self.patience_s is None:
            return
        silent_s = read_clock() - self._heard_at
        if silent_s > self.patience_s:
            raise Unreachable(
                f"The record has not heard of this process for {silent_s:.0f} s, so another one "
                "may have taken over its runs",
                "the database of the record",
            )
