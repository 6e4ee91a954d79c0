"""Read what GitHub says of the requests that are left."""

from __future__ import annotations

from collections.abc import Mapping

from bot.values import RequestBudget

LEFT, LIMIT, RESET = "x-ratelimit-remaining", "x-ratelimit-limit", "x-ratelimit-reset"
RESOURCE = "x-ratelimit-resource"


def read_budget(headers: Mapping[str, object]) -> RequestBudget | None:
    """Read the budget from an answer's headers; None where it has none, as of some proxies."""
    numbers = [str(headers.get(name, "")) for name in (LEFT, LIMIT, RESET)]
    if not all(number.isdecimal() for number in numbers):
        return None
    left, limit, resets_at = map(int, numbers)
    return RequestBudget(str(headers.get(RESOURCE, "core")), left, limit, float(resets_at))
