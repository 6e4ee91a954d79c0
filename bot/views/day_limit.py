"""Render what people read of a day's cap on dollars."""

from __future__ import annotations

from datetime import datetime

from bot.text.durations import render_duration
from bot.values import DayLimit


def render_day_limit(limit: DayLimit) -> str:
    """Say which cap is reached, what it is and what of it is spent."""
    where = "in this repository" if limit.repo else "in all repositories together"
    return (
        f"What the model may cost in a day {where} is used up: ${limit.spent_usd:.2f} of "
        f"${limit.usd:.2f} is spent today."
    )


def render_day_advice(limit: DayLimit, now: datetime) -> str:
    """Say when it is free again, and who may raise the cap."""
    resets = datetime.fromisoformat(limit.resets_at)
    wait = render_duration((resets - now).total_seconds())
    return (
        f"It is free again at {resets:%H:%M} UTC, in {wait}: comment `/retry` then. "
        f"The limit is `{limit.setting}={limit.usd:g}`: whoever runs me can raise it."
    )
