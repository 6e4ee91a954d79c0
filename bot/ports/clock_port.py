"""The clock."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, as a port: a replay is the same run."""

    def now(self) -> datetime:
        """Return the time now, aware, UTC."""
