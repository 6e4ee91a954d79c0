"""Hand out locks by key: what is written under one key is written by one thread at a time."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock


class KeyLocks:
    """A bounded number of locks. Two keys may share one, so hold one of them at a time."""

    def __init__(self, count: int = 64) -> None:
        self._locks = tuple(Lock() for _ in range(count))

    def find(self, key: Hashable) -> Lock:
        """Return the key's lock."""
        return self._locks[hash(key) % len(self._locks)]
