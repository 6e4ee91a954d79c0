"""What the processes of one App tell each other, to keep to GitHub's limits together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.values import InstallationId


@dataclass(frozen=True, slots=True)
class WriteRate:
    """How quickly an installation may write, as GitHub asks of Apps.

    A comment or a pull request is content; the change of one, or an object of git, is not.
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    pause_s: float = 1.0  # between two writes
    content_per_minute: int = 80
    content_per_hour: int = 500
    longest_wait_s: float = 2.0  # of a turn: who would wait longer is to come back later


@dataclass(frozen=True, slots=True)
class WriteTurn:
    """When a write may be sent. One that is not taken was too far away, and is nobody's yet."""

    wait_s: float
    is_taken: bool = True


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """What GitHub takes no more of from an installation; 0 is the App itself."""

    installation: InstallationId
    resource: str  # GitHub's word, such as "core", or "writes"
    left_s: float


class SharedLimits(Protocol):
    """The limits of installations, in all processes. Safe to use from many threads; fails never."""

    def take_turn(
        self, installation: InstallationId, rate: WriteRate, *, creates_content: bool
    ) -> WriteTurn | None:
        """Take the next turn to write; None while the others cannot be asked."""

    def tell_limit(self, limit: RequestLimit) -> None:
        """Tell the others that GitHub asked for a pause, if they can be told."""
