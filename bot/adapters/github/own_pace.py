"""The pace at which one process writes to GitHub."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from bot.ports import WriteRate, WriteTurn
from bot.values import InstallationId

MINUTE_S, HOUR_S = 60.0, 3_600.0


@dataclass(slots=True)
class _Writes:
    """The turns that an installation had, by the machine's clock."""

    last_at: float = -math.inf
    content_at: deque[float] = field(default_factory=deque)  # within the last hour, oldest first

    def note(self, turn: float, *, creates_content: bool) -> None:
        self.last_at = turn
        if creates_content:
            self.content_at.append(turn)
        while self.content_at and self.content_at[0] <= turn - HOUR_S:
            self.content_at.popleft()

    def find_next(self, rate: WriteRate, *, creates_content: bool) -> float:
        """Find when the next one may be sent; it may be long ago."""
        turn = self.last_at + rate.pause_s
        if creates_content:
            for most, span_s in (
                (rate.content_per_minute, MINUTE_S),
                (rate.content_per_hour, HOUR_S),
            ):
                if len(self.content_at) >= most:
                    turn = max(turn, self.content_at[-most] + span_s)
        return turn


class OwnPace:
    """The turns of this process, for each installation. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._writes: defaultdict[InstallationId, _Writes] = defaultdict(_Writes)

    def take_turn(
        self, installation: InstallationId, rate: WriteRate, *, creates_content: bool
    ) -> WriteTurn:
        """Take the next turn, unless it is too far away."""
        with self._lock:
            writes, now = self._writes[installation], self._clock()
            turn = max(now, writes.find_next(rate, creates_content=creates_content))
            is_taken = turn - now <= rate.longest_wait_s
            if is_taken:
                writes.note(turn, creates_content=creates_content)
        return WriteTurn(turn - now, is_taken)

    def note_turn(
        self, installation: InstallationId, wait_s: float, *, creates_content: bool
    ) -> None:
        """Note a turn that was given out elsewhere."""
        with self._lock:
            turn = self._clock() + wait_s
            self._writes[installation].note(turn, creates_content=creates_content)
