"""The time, as a test sets it."""

from __future__ import annotations

NOW = 1_800_000_000.0


class Watch:
    """A clock that a test sets."""

    def __init__(self, now_s: float = NOW) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s
