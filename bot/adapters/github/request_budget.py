"""Read what GitHub says of the requests that are left, and when it takes more."""

from __future__ import annotations

import re
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
# GitHub's longest limit. Whoever tells of a longer one, such as a proxy, or a machine whose clock
# is wrong, is asked again then: it would keep an installation from working for as long.
LONGEST_S = 3600.0
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
# Objects of git, and runs of workflows.
_NO_CONTENT = re.compile(r"/repos/[^/]+/[^/]+/(?:git|actions)/")


def name_resource(url: str, graphql_url: str) -> str:
    """Name what a request takes from, in GitHub's words."""
    if url == graphql_url:
        return GRAPHQL
    return SEARCH if urlsplit(url).path.startswith("/search/") else CORE


def creates_content(verb: str, url: str) -> bool:
    """Tell whether a request of REST makes what people see, such as a comment."""
    return verb == "POST" and not _NO_CONTENT.search(urlsplit(url).path)


def read_budget(headers: Mapping[str, object]) -> RequestBudget | None:
    """Read the budget from an answer's headers; None where it has none, as of some proxies."""
    left, limit, resets_at = (read_number(headers, name) for name in (LEFT, LIMIT, RESET))
    if left is None or limit is None or resets_at is None:
        return None
    return RequestBudget(str(headers.get(RESOURCE, CORE)), left, limit, float(resets_at))


def read_number(headers: Mapping[str, object], name: str) -> int | None:
    """Read a number; None where there is none, or nobody would mean it."""
    text = str(headers.get(name, ""))
    return int(text) if _NUMBER.fullmatch(text) else None


def is_used_up(headers: Mapping[str, object]) -> bool:
    """Tell whether the next such request would be refused."""
    return headers.get(LEFT) == "0"


def find_reset(headers: Mapping[str, object], now: float) -> float:
    """Find when GitHub takes such requests again. It is told in GitHub's time, by which our clock
    may be wrong.
    """
    resets_at = read_number(headers, RESET)
    if resets_at is None:
        return now + 1
    return now + min(max(resets_at - _read_date(headers, now), 1), LONGEST_S)


def _read_date(headers: Mapping[str, object], now: float) -> float:
    try:
        return parsedate_to_datetime(str(headers["date"])).timestamp()
    except (KeyError, ValueError):
        return now
