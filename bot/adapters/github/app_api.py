"""Here lives what the App knows of itself: how it is registered and installed, and the deliveries
it missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.github.api_client import Wire
from bot.adapters.github.http_client import Request
from bot.adapters.github.shapes import Account, Shape

DELIVERIES = "/app/hook/deliveries"
OK = "OK"


@dataclass(frozen=True, slots=True)
class Installed:
    """One installation. An owner may not have accepted yet what the App asks for since."""

    id: int
    account: str
    permissions: dict[str, str]
    events: tuple[str, ...]
    suspended: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a webhook. Attempts of one delivery have the same `guid`."""

    id: int
    guid: str
    event: str
    action: str
    at: str
    status: str  # "OK", or GitHub's words for what went wrong


@dataclass(frozen=True, slots=True)
class Registration:
    """The App as GitHub knows it."""

    slug: str
    permissions: dict[str, str]
    events: tuple[str, ...]
    hook_url: str
    installations: tuple[Installed, ...]
    failed: tuple[
        Delivery, ...
    ]  # of the newest hundred attempts, newest first: deliveries that none brought through


class _App(Shape):
    slug: str
    permissions: dict[str, str]
    events: tuple[str, ...]


class _Installation(Shape):
    id: int
    account: Account | None = None
    permissions: dict[str, str]
    events: tuple[str, ...]
    suspended_at: str | None = None


class _Delivery(Shape):
    id: int
    guid: str
    event: str
    action: str | None = None
    delivered_at: str
    status: str

    def value(self) -> Delivery:
        return Delivery(
            self.id, self.guid, self.event, self.action or "", self.delivered_at, self.status
        )


def slug_of(wire: Wire) -> str:
    return _App.model_validate(wire.get(None, "/app")).slug


def registration(wire: Wire) -> Registration:
    app = _App.model_validate(wire.get(None, "/app"))
    pages = wire.pages(None, "/app/installations")
    newest = [
        _Delivery.model_validate(item).value()
        for item in wire.find(None, DELIVERIES, per_page=100) or ()
    ]
    hook = wire.find(None, "/app/hook/config") or {}
    return Registration(
        app.slug,
        app.permissions,
        app.events,
        str(hook.get("url") or ""),
        tuple(_installed(_Installation.model_validate(item)) for page in pages for item in page),
        _not_through(newest),
    )


def missed(wire: Wire, after: float) -> tuple[Delivery, ...]:
    """The newest attempt of each delivery after this time that no attempt brought through, oldest
    first.

    GitHub's own filter for failures knows status codes only: it leaves out time-outs and refused
    connections.
    """
    return tuple(reversed(_not_through(_deliveries(wire, after))))


def redeliver(wire: Wire, delivery: int) -> None:
    """Ask GitHub to deliver it again. Twice does no harm: the door knows a delivery by its GUID."""
    wire.send(None, Request("POST", f"{DELIVERIES}/{delivery}/attempts"))


def _deliveries(wire: Wire, after: float) -> Iterator[Delivery]:
    """All attempts after this time, newest first. GitHub keeps them for three days."""
    for page in wire.pages(None, DELIVERIES):
        for item in page:
            delivery = _Delivery.model_validate(item).value()
            if datetime.fromisoformat(delivery.at).timestamp() < after:
                return
            yield delivery


def _not_through(newest_first: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """The newest attempt of each delivery that no attempt brought through."""
    newest: dict[str, Delivery] = {}
    through: set[str] = set()
    for delivery in newest_first:
        newest.setdefault(delivery.guid, delivery)
        if delivery.status == OK:
            through.add(delivery.guid)
    return tuple(delivery for delivery in newest.values() if delivery.guid not in through)


def _installed(found: _Installation) -> Installed:
    account = found.account.login if found.account else ""
    return Installed(
        found.id, account, found.permissions, found.events, suspended=found.suspended_at is not None
    )
