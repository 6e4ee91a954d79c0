"""Count the refusals that were written in each repository within the last hour."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

HOUR_S = 3600
PER_HOUR = 10


class RefusalCount:
    """The count lives as long as the process: a restart allows at most ten more.

    Not thread-safe for one repository: its callers hold a lock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    def is_full(self, repo: str) -> bool:
        """Tell whether the repository had its refusals of this hour."""
        times = self._times[repo]
        while times and times[0] <= self._clock() - HOUR_S:
            times.popleft()
        return len(times) >= PER_HOUR

    def add(self, repo: str) -> None:
        """Count one that was written now."""
        self._times[repo].append(self._clock())
