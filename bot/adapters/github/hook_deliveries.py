"""Read which webhooks of the App arrived and which did not, and ask for one again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from github.GithubApp import GithubApp
from github.HookDelivery import HookDeliverySummary
from github.PaginatedList import PaginatedList

from bot.adapters.github.api_client import PAGE
from bot.adapters.github.api_errors import NotFound, require
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.issues import to_text

# PyGithub knows the hooks of repositories, and not those of Apps.
DELIVERIES = "/app/hook/deliveries"
OK = "OK"
MOST_PAGES = 100  # of one look, a hundred attempts each

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One attempt to deliver a webhook. Attempts of one delivery have the same `guid`."""

    id: int
    guid: str
    event: str
    action: str
    delivered_at: str
    status: str  # "OK", or GitHub's words for what went wrong
    arrived: bool = False

    @property
    def name(self) -> str:
        """The event with its action, such as "issues.labeled"."""
        return f"{self.event}.{self.action}" if self.action else self.event


@dataclass(frozen=True, slots=True)
class HookDeliveries:
    """What the attempts of some time say."""

    lost: tuple[HookDelivery, ...]  # the newest attempt of each that none brought through
    arrived: frozenset[str]  # the GUIDs of those that some attempt brought through
    until: float  # when the newest attempt was made; 0 where there is none


def fetch_deliveries(api: GitHubApi, after: float, most_pages: int) -> HookDeliveries:
    """Fetch what became of the deliveries after this time, the lost ones oldest first.

    GitHub lists attempts, the newest first, for three days. Its own filter for failures knows
    status codes only: it leaves out time-outs and refused connections.
    """
    most = most_pages * PAGE
    with api.app() as app:
        attempts = map(_delivery_value, islice(_delivery_pages(app), most))
        newer = list(takewhile(lambda attempt: _read_time(attempt) >= after, attempts))
    if len(newer) == most:
        log.warning("GitHub lists more webhooks than are read: what was lost before may stay so")
    return HookDeliveries(
        tuple(reversed(_keep_lost(newer))),
        frozenset(attempt.guid for attempt in newer if attempt.arrived),
        _read_time(newer[0]) if newer else 0.0,
    )


def fetch_newest_lost(app: GithubApp) -> tuple[HookDelivery, ...]:
    """Fetch what no attempt of the newest hundred brought through, newest first."""
    try:
        return _keep_lost(map(_delivery_value, _delivery_pages(app).get_page(0)))
    except NotFound:  # an App without a webhook
        return ()


def redeliver(api: GitHubApi, delivery: int) -> None:
    """Ask GitHub to deliver it again. Twice does no harm: the door knows a delivery by its GUID."""
    with api.app() as app:
        app.requester.requestJsonAndCheck("POST", f"{DELIVERIES}/{delivery}/attempts")


def _delivery_pages(app: GithubApp) -> PaginatedList[HookDeliverySummary]:
    return PaginatedList(HookDeliverySummary, app.requester, DELIVERIES)


def _keep_lost(newest_first: Iterable[HookDelivery]) -> tuple[HookDelivery, ...]:
    """The newest attempt of each delivery that no attempt brought through."""
    newest: dict[str, HookDelivery] = {}
    arrived: set[str] = set()
    for attempt in newest_first:
        newest.setdefault(attempt.guid, attempt)
        if attempt.arrived:
            arrived.add(attempt.guid)
    return tuple(attempt for attempt in newest.values() if attempt.guid not in arrived)


def _read_time(attempt: HookDelivery) -> float:
    return datetime.fromisoformat(attempt.delivered_at).timestamp()


def _delivery_value(delivery: HookDeliverySummary) -> HookDelivery:
    status = require(delivery.status, "status")
    return HookDelivery(
        require(delivery.id, "id"),
        require(delivery.guid, "guid"),
        require(delivery.event, "event"),
        delivery.action or "",
        to_text(delivery.delivered_at),
        status,
        # We answer 202, whose word need not be "OK".
        arrived=status == OK or 200 <= (delivery.status_code or 0) < 300,
    )
