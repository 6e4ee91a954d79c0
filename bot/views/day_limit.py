"""Render what people read of a day's cap on dollars."""

from __future__ import annotations

from bot.values import DayLimit


def render_day_limit(limit: DayLimit) -> str:
    """Say which cap is reached, what it is and what of it is spent."""
    where = "in this repository" if limit.repo else "in all repositories together"
    return (
        f"What the model may cost in a day {where} is used up: ${limit.spent_usd:.2f} of "
        f"${limit.usd:.2f} is spent today."
    )


def render_day_advice(limit: DayLimit) -> str:
    """Say when it is free again, and who may raise the cap."""
    return (
        "Tomorrow, from 00:00 UTC on, there is more: comment `/retry` then. "
        f"The limit is `{limit.setting}={limit.usd:g}`: whoever runs me can raise it."
    )
