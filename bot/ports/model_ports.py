"""The models: one that writes code, one that embeds text, and what they may cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.values import DayLimit, PromptPrefix, Repo, ToolResults, Turn, UserText


class Model(Protocol):
    """A language model behind one call."""

    @property
    def name(self) -> str:
        """The model's name as people know it, such as "Claude"."""

    def turn(
        self,
        prefix: PromptPrefix,
        conversation: Sequence[UserText | Turn | ToolResults],
        budget_usd: float,
    ) -> Turn:
        """The model's next turn. Costs at most `budget_usd`, or is not asked and stops with
        "budget".
        """


class Embedder(Protocol):
    """A text embedding model."""

    @property
    def name(self) -> str:
        """The model's name: vectors of two models cannot be compared."""

    def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        """Return one vector for each text: float32 numbers of length 1. Raises Unreachable."""


class Spending(Protocol):
    """Keep to the caps on a day's dollars (UTC), over all runs."""

    def find_limit(self, repo: Repo) -> DayLimit | None:
        """Return the cap of which least is left for this repository; None without caps."""

    def add(self, repo: Repo, usd: float) -> None:
        """Count what a turn of the model has cost."""

    def list_limits(self) -> tuple[DayLimit, ...]:
        """List the cap on all, and that of each repository that spent something today."""


class UncappedSpending:
    """Spending without caps of a day."""

    def find_limit(self, repo: Repo) -> DayLimit | None:  # noqa: ARG002 - no cap is set
        """Return None."""
        return None

    def add(self, repo: Repo, usd: float) -> None:
        """Do nothing."""

    def list_limits(self) -> tuple[DayLimit, ...]:
        """Return none."""
        return ()
