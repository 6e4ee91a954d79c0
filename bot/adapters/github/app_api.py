"""Tell how GitHub knows the App: how it is registered, and where it is installed."""

from __future__ import annotations

from dataclasses import dataclass

from github.GithubApp import GithubApp
from github.Installation import Installation
from github.PaginatedList import PaginatedList
from pydantic import BaseModel, ConfigDict, Field

from bot.adapters.github.api_errors import NotFound, require
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.hook_deliveries import HookDelivery, fetch_newest_lost

# PyGithub knows the hooks of repositories, and not those of Apps.
HOOK_CONFIG = "/app/hook/config"


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
            fetch_newest_lost(app),
        )


def fetch_installations(api: GitHubApi) -> set[int]:
    """Return the ids of the App's installations, suspended ones too."""
    with api.app() as app:
        installations = PaginatedList(Installation, app.requester, "/app/installations")
        return {require(installation.id, "id") for installation in installations}


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


def _installation_value(installation: Installation) -> AppInstallation:
    # An enterprise has no login, and PyGithub does not know it for an account.
    account = installation.account if installation.target_type != "Enterprise" else None
    return AppInstallation(
        require(installation.id, "id"),
        account.login if account else "",
        require(installation.permissions, "permissions"),
        suspended=installation.suspended_at is not None,
    )
