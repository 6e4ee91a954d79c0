"""What a live run waits for: a slot of work, a service that is down, CI, or a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.values.ci import Check
from bot.values.watched_head import WatchedHead


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a run waits for. Of the fields below `since`, those of its kind are filled."""

    kind: Literal["slot", "service", "ci", "approval", "another try"]
    since: str = ""  # ISO 8601, UTC
    place: int = 0  # in the line for a slot; 1 is next
    line_length: int = 0
    behind: tuple[str, ...] = ()  # the runs that work in this repository, when they hold it up
    service: str = ""  # who does not answer, such as "Claude"
    next_try: str = ""  # ISO 8601, UTC
    is_limited: bool = False  # the service does answer, and said when it will take more
    checks: tuple[Check, ...] = ()  # all that CI has begun
    head: WatchedHead | None = None  # the commit whose CI it is
