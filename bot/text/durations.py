"""Say how long something took, as people say it."""

from __future__ import annotations

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def render_duration(seconds: float) -> str:
    """Render whole days, hours or minutes, such as "3 hours"; "less than a minute" below one."""
    for unit, length in _UNITS:
        count = int(seconds // length)
        if count > 0:
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "less than a minute"
