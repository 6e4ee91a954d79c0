"""Remember until when GitHub takes no more requests, so that none is sent that it would refuse."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock

from bot.adapters.github.api_errors import ApiResponse
from bot.adapters.github.request_budget import GRAPHQL, LONGEST_S, RESOURCE, is_used_up
from bot.ports import RateLimited, RequestLimit, SharedLimits
from bot.values import InstallationId

WRITES = "writes"  # ours: GitHub has no word for what slows down writes alone
SAME_S = 1.0  # limits that end so close to each other are one
ODD_S = LONGEST_S + 60.0  # no limit ends so late: the clock was set back

Key = tuple[InstallationId, str]


@dataclass(slots=True)
class KnownLimits:
    """The limits that GitHub told this process or, where others share them, another one.

    Safe to use from many threads.
    """

    clock: Callable[[], float] = time.time
    shared: SharedLimits | None = None
    _lock: Lock = field(default_factory=Lock)
    _until: dict[Key, float] = field(default_factory=dict)

    def check(self, installation: InstallationId, *resources: str) -> None:
        """Raise RateLimited where GitHub would refuse a request for these resources."""
        if not self._until:
            return
        now = self.clock()
        until = max(self._find_end((installation, name), now) for name in resources)
        if until > now:
            text = f"GitHub's limit is reached ({', '.join(resources)}), and nothing was sent"
            raise RateLimited(text, until, "GitHub")

    def keep(self, installation: InstallationId, resource: str, until: float) -> None:
        """Keep a limit that GitHub told us, and tell the other processes."""
        left_s = until - self.clock()
        if self._note(installation, resource, until) and self.shared and left_s > 0:
            self.shared.tell_limit(RequestLimit(installation, resource, left_s))

    def learn(self, limits: Iterable[RequestLimit]) -> None:
        """Keep limits that other processes told."""
        for limit in limits:
            self._note(limit.installation, limit.resource, self.clock() + limit.left_s)

    def _note(self, installation: InstallationId, resource: str, until: float) -> bool:
        """Note a limit, and forget those that are over; False for one that was known."""
        now, key = self.clock(), (installation, resource)
        with self._lock:
            is_new = until > self._find_end(key, now) + SAME_S
            if is_new:
                ends = {**self._until, key: until}
                self._until = {key: end for key, end in ends.items() if end > now}
        return is_new

    def _find_end(self, key: Key, now: float) -> float:
        """Find when a limit ends; 0 where none is known."""
        until = self._until.get(key, 0.0)
        return until if until < now + ODD_S else 0.0


def name_limited(response: ApiResponse) -> str:
    """Name what GitHub takes no more of after it refused a request.

    It names what is used up. Where it asks those who write for a slower pace, reads go on.
    """
    if is_used_up(response.headers):
        return response.headers.get(RESOURCE, response.resource)
    is_write = response.resource != GRAPHQL and not response.request.startswith(("GET ", "HEAD "))
    return WRITES if is_write else response.resource
