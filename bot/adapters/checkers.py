"""Here live the checkers together, as every command hands them to the gates."""

from __future__ import annotations

from bot.adapters.betterleaks import Betterleaks
from bot.adapters.ruff import Ruff
from bot.world import Checkers


def checkers() -> Checkers:
    """What the gates ask: it reads code, and runs none of it."""
    return Checkers(Ruff(), Betterleaks())
