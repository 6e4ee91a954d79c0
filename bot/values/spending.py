"""What may be spent on the model in a day, and what was."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_USD = 0.10  # less buys no turn
NEAR = 0.8  # of a cap: the operator is told


@dataclass(frozen=True, slots=True)
class DayLimit:
    """A cap on a day's dollars, by the setting that made it, and how much of it is spent."""

    setting: str
    usd: float
    spent_usd: float
    resets_at: str  # ISO 8601, UTC: the next midnight
    repo: str = ""  # whose cap it is; empty for that of all repositories together

    @property
    def left_usd(self) -> float:
        """What may still be spent today."""
        return max(0.0, round(self.usd - self.spent_usd, 6))

    @property
    def is_used_up(self) -> bool:
        """Tell whether what is left buys no turn."""
        return self.left_usd < LEAST_USD

    @property
    def is_near(self) -> bool:
        """Tell whether most of it is spent."""
        return self.spent_usd >= NEAR * self.usd
