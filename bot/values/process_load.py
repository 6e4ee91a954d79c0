"""What a process has to do just now, for monitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.values.spending import DayLimit


@dataclass(frozen=True, slots=True)
class QueueLength:
    """The runs of a record that wait for a process or a slot, in all processes together."""

    runs: int = 0
    oldest_s: float = 0.0  # how long the one that came first waits; 0 where none does


@dataclass(frozen=True, slots=True)
class ProcessLoad:
    """The runs and slots of this process, and what its record says of all of them."""

    live_runs: int
    slots_held: int
    slots: int
    waits: Mapping[str, int] = field(default_factory=dict)  # how many runs wait, by what for
    queue: QueueLength | None = None  # None where the record was not read
    day_limits: tuple[DayLimit, ...] = ()
    watched_heads: int = 0  # commits whose CI is asked after for the runs of this process


@dataclass(frozen=True, slots=True)
class RequestBudget:
    """How many requests GitHub takes until the hour's end, as its last answer said."""

    resource: str  # GitHub's word, such as "core" or "graphql"
    left: int
    limit: int
    resets_at: float  # seconds since the epoch
