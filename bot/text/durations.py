"""Say how long something took, and when it was."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.text.amounts import count_noun

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def render_duration(seconds: float) -> str:
    """Render whole days, hours or minutes, such as "3 hours"; "less than a minute" below one."""
    for unit, length in _UNITS:
        count = int(seconds // length)
        if count > 0:
            return count_noun(count, unit)
    return "less than a minute"


def format_iso_time(epoch_s: float) -> str:
    """Format a time that is given in seconds since the epoch, as ISO 8601 in UTC."""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="seconds")
