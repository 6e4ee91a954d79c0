"""Ask GitHub for what helps and is not needed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from bot.ports import RateLimited, Refusal, Unreachable

T = TypeVar("T")

log = logging.getLogger(__name__)


def fetch_or_do_without(what: str, fetch: Callable[[], T], nothing: T) -> T:
    """Fetch it; `nothing`, and a line in the log, where GitHub does not tell or makes no sense.

    A rate limit is raised all the same: what comes after it would be limited too.
    """
    try:
        return fetch()
    except RateLimited:
        raise
    except (Refusal, Unreachable) as gone:
        log.warning("I do without %s: %s", what, gone)
        return nothing
