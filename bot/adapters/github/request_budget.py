"""Read what GitHub says of the requests that are left, and when it takes more."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from bot.values import RequestBudget

LEFT, LIMIT, RESET = "x-ratelimit-remaining", "x-ratelimit-limit", "x-ratelimit-reset"
RESOURCE = "x-ratelimit-resource"
CORE: Final = "core"
GRAPHQL: Final = "graphql"
SEARCH: Final = "search"


def name_resource(url: str, graphql_url: str) -> str:
    """Name what a request takes from, in GitHub's words."""
    if url == graphql_url:
        return GRAPHQL
    return SEARCH if urlsplit(url).path.startswith("/search/") else CORE


def read_budget(headers: Mapping[str, object]) -> RequestBudget | None:
    """Read the budget from an answer's headers; None where it has none, as of some proxies."""
    numbers = [str(headers.get(name, "")) for name in (LEFT, LIMIT, RESET)]
    if not all(number.isdecimal() for number in numbers):
        return None
    left, limit, resets_at = map(int, numbers)
    return RequestBudget(str(headers.get(RESOURCE, CORE)), left, limit, float(resets_at))


def is_used_up(headers: Mapping[str, object]) -> bool:
    """Tell whether the next such request would be refused."""
    return headers.get(LEFT) == "0"


def find_reset(headers: Mapping[str, object], now: float) -> float:
    """Find when GitHub takes such requests again. It is told in GitHub's time, by which our clock
    may be wrong.
    """
    reset = str(headers.get(RESET, ""))
    if not reset.isdecimal():
        return now + 1
    return max(now + int(reset) - _read_date(headers, now), now + 1)


def _read_date(headers: Mapping[str, object], now: float) -> float:
    try:
        return parsedate_to_datetime(str(headers["date"])).timestamp()
    except (KeyError, ValueError):
        return now
