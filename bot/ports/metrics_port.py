"""Numbers for monitors. They are counted by a process and lost with it: none is in the record."""

from __future__ import annotations

from typing import Protocol

from bot.values import DiskUse, RequestBudget, Usage


class Metrics(Protocol):
    """Count what happens. Safe to use from many threads; each call takes microseconds.

    No argument names a repository or a run: each new word is a series that a monitor keeps.
    """

    def count_delivery(self, event: str, status: int) -> None:
        """Count a delivery, by what was answered; `event` is empty where nobody signed for it."""

    def count_end(self, story: str, outcome: str) -> None:
        """Count a run that ended."""

    def time_step(self, step: str, seconds: float) -> None:
        """Count how long a step took."""

    def count_retry(self, service: str) -> None:
        """Count a step that is to be tried again, for this service did not answer."""

    def count_turn(self, usage: Usage) -> None:
        """Count the tokens and dollars of a turn of the model."""

    def count_ci_query(self, answer: str) -> None:
        """Count a query about many commits, by how it was answered."""

    def keep_budget(self, installation: int, budget: RequestBudget) -> None:
        """Keep what is left of an installation's requests; 0 is the App itself."""

    def count_write_wait(self, seconds: float) -> None:
        """Count how long a write to GitHub waited for its turn."""

    def keep_disk(self, use: DiskUse) -> None:
        """Keep how much of the disk is taken, as it was looked at last."""

    def count_eviction(self, kind: str, size_bytes: int) -> None:
        """Count a part of what was kept that was removed to make room."""


class NoMetrics:
    """Metrics that nobody reads."""

    def count_delivery(self, event: str, status: int) -> None:
        """Do nothing."""

    def count_end(self, story: str, outcome: str) -> None:
        """Do nothing."""

    def time_step(self, step: str, seconds: float) -> None:
        """Do nothing."""

    def count_retry(self, service: str) -> None:
        """Do nothing."""

    def count_turn(self, usage: Usage) -> None:
        """Do nothing."""

    def count_ci_query(self, answer: str) -> None:
        """Do nothing."""

    def keep_budget(self, installation: int, budget: RequestBudget) -> None:
        """Do nothing."""

    def count_write_wait(self, seconds: float) -> None:
        """Do nothing."""

    def keep_disk(self, use: DiskUse) -> None:
        """Do nothing."""

    def count_eviction(self, kind: str, size_bytes: int) -> None:
        """Do nothing."""
