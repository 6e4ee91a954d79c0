"""The time as the record's database tells it: the machines that share it may not agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

# What clocks that are kept right differ by, with the way of the answer, is not worth a jump.
LEAST_S = 1.0


@dataclass(slots=True)
class RecordClock:
    """The port `bot.ports.Clock`. Without a word from a database it is the machine's clock."""

    machine: Callable[[], float] = time.time  # this machine's, in seconds since the epoch
    _ahead_s: float = 0.0  # the database's, of this machine's

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        return datetime.fromtimestamp(self.read(), UTC)

    def read(self) -> float:
        """Tell the time, in seconds since the epoch."""
        return self.machine() + self._ahead_s

    def note(self, told_at: float, asked_at: float) -> None:
        """Note the time that the database told, asked at this time of the machine's clock."""
        ahead_s = told_at - (asked_at + self.machine()) / 2
        self._ahead_s = ahead_s if abs(ahead_s) > LEAST_S else 0.0
