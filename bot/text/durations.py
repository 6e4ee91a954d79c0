"""Say how long something took, as people say it."""

from __future__ import annotations

from bot.text.amounts import count_noun

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def render_duration(seconds: float) -> str:
    """Render whole days, hours or minutes, such as "3 hours"; "less than a minute" below one."""
    for unit, length in _UNITS:
        count = int(seconds // length)
        if count > 0:
            return count_noun(count, unit)
    return "less than a minute"
