"""Tell what GitHub knows of the App: how it is registered and installed, and the deliveries it
missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from github.GithubApp import GithubApp
from github.HookDelivery import HookDeliverySummary
from github.Installation import Installation
from github.PaginatedList import PaginatedList
from pydantic import BaseModel, ConfigDict, Field

from bot.adapters.github.api_errors import NotFound, require
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.issues import to_text

# PyGithub knows the hooks of repositories, and not those of Apps.
HOOK_CONFIG = "/app/hook/config"
DELIVERIES = "/app/hook/deliveries"
OK = "OK"


@dataclass(frozen=True, slots=True)
class AppInstallation:
    """One installation. An owner may not have accepted yet what the App asks for since."""

    id: int
    account: str
    permissions: dict[str, str]
    suspended: bool


class HookConfig(BaseModel):
    """How the App's webhook is set; without one all is empty. The secret itself is never told."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str = ""
    content_type: str = ""  # "json" or "form"
    insecure_ssl: str | int = "0"
    secret: str = Field(default="", repr=False)

    @property
    def checks_certificates(self) -> bool:
        """Tell whether GitHub asks the receiver for a valid certificate."""
        return str(self.insecure_ssl) == "0"


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
class AppRegistration:
    """The App as GitHub knows it.

    `failed` are the deliveries that no attempt brought through, of the newest hundred attempts,
    newest first.
    """

    slug: str
    permissions: dict[str, str]
    events: tuple[str, ...]
    hook: HookConfig
    installations: tuple[AppInstallation, ...]
    failed: tuple[HookDelivery, ...]


def fetch_registration(api: GitHubApi) -> AppRegistration:
    """Return how GitHub knows the App."""
    with api.app() as app:
        slug = require(app.slug, "slug")
        installations = PaginatedList(Installation, app.requester, "/app/installations")
        return AppRegistration(
            slug,
            require(app.permissions, "permissions"),
            tuple(require(app.events, "events")),
            _fetch_hook(app),
            tuple(map(_installation_value, installations)),
            _keep_failed(_fetch_newest(app)),
        )


def list_missed(api: GitHubApi, after: float) -> tuple[HookDelivery, ...]:
    """Return the newest attempt of each delivery after this time that no attempt brought through,
    oldest first.

    GitHub's own filter for failures knows status codes only: it leaves out time-outs and refused
    connections.
    """
    with api.app() as app:
        return tuple(reversed(_keep_failed(_list_deliveries(app, after))))


def redeliver(api: GitHubApi, delivery: int) -> None:
    """Ask GitHub to deliver it again. Twice does no harm: the door knows a delivery by its GUID."""
    with api.app() as app:
        app.requester.requestJsonAndCheck("POST", f"{DELIVERIES}/{delivery}/attempts")


def _fetch_hook(app: GithubApp) -> HookConfig:
    try:
        _, config = app.requester.requestJsonAndCheck("GET", HOOK_CONFIG)
    except NotFound:
        return HookConfig()
    known = {name: value for name, value in config.items() if value is not None}
    # PyGithub fills in the path of the request where GitHub tells no URL.
    if "://" not in str(known.get("url")):
        known.pop("url", None)
    return HookConfig.model_validate(known)


def _fetch_newest(app: GithubApp) -> list[HookDelivery]:
    try:
        return [_delivery_value(delivery) for delivery in _delivery_pages(app).get_page(0)]
    except NotFound:
        return []


def _list_deliveries(app: GithubApp, after: float) -> Iterator[HookDelivery]:
    """All attempts after this time, newest first. GitHub keeps them for three days."""
    for delivery in map(_delivery_value, _delivery_pages(app)):
        if datetime.fromisoformat(delivery.delivered_at).timestamp() < after:
            return
        yield delivery


def _delivery_pages(app: GithubApp) -> PaginatedList[HookDeliverySummary]:
    return PaginatedList(HookDeliverySummary, app.requester, DELIVERIES)


def _keep_failed(newest_first: Iterable[HookDelivery]) -> tuple[HookDelivery, ...]:
    """The newest attempt of each delivery that no attempt brought through."""
    newest: dict[str, HookDelivery] = {}
    delivered: set[str] = set()
    for delivery in newest_first:
        newest.setdefault(delivery.guid, delivery)
        if delivery.arrived:
            delivered.add(delivery.guid)
    return tuple(delivery for delivery in newest.values() if delivery.guid not in delivered)


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


def _installation_value(installation: Installation) -> AppInstallation:
    # An enterprise has no login, and PyGithub does not know it for an account.
    account = installation.account if installation.target_type != "Enterprise" else None
    return AppInstallation(
        require(installation.id, "id"),
        account.login if account else "",
        require(installation.permissions, "permissions"),
        suspended=installation.suspended_at is not None,
    )
