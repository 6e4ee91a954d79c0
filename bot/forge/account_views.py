"""Render accounts, Apps and installations as GitHub's API and webhooks show them."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from bot.forge.forge_records import AppRecord, InstallationRecord
from bot.forge.forge_state import (
    ACTIONS_APP_ID,
    ForgeState,
    Json,
    RepositoryRecord,
    make_node_id,
)

ACCOUNT_NODE_KINDS = {"Bot": "BOT", "Organization": "O", "User": "U"}
_USER_URLS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_ORGANIZATION_URLS = {
    "repos_url": "/repos",
    "events_url": "/events",
    "hooks_url": "/hooks",
    "issues_url": "/issues",
    "members_url": "/members{/member}",
    "public_members_url": "/public_members{/member}",
}


def render_user(state: ForgeState, login: str) -> Json:
    """Render a person, a bot or an organization."""
    account = state.find_account(login)
    url = f"{state.api}/users/{quote(account.login)}"
    page = account.login
    if account.kind == "Bot":
        page = f"apps/{account.login.removesuffix('[bot]')}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": make_node_id(ACCOUNT_NODE_KINDS[account.kind], account.login),
        "avatar_url": f"{state.web}/avatars/u/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{state.web}/{page}",
        **{key: url + path for key, path in _USER_URLS.items()},
        "type": account.kind,
        "site_admin": False,
    }


def render_organization(state: ForgeState, login: str) -> Json:
    """Render an organization as the owner of a repository."""
    account = state.find_account(login)
    url = f"{state.api}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": make_node_id("O", account.login),
        "url": url,
        **{key: url + path for key, path in _ORGANIZATION_URLS.items()},
        "avatar_url": f"{state.web}/avatars/u/{account.id}",
        "description": "",
    }


def find_association(state: ForgeState, repository: RepositoryRecord, login: str) -> str:
    """Return GitHub's word for the relation of an author to a repository."""
    if login.lower() == repository.owner.lower():
        return "OWNER"
    if login.lower() not in {name.lower() for name in repository.people}:
        return "NONE"
    owner = state.find_account(repository.owner)
    return "MEMBER" if owner.kind == "Organization" else "COLLABORATOR"


def render_app(state: ForgeState, app: AppRecord) -> Json:
    """Render an App."""
    return {
        "id": app.id,
        "client_id": _make_client_id(app),
        "slug": app.slug,
        "node_id": make_node_id("A", app.id),
        "owner": render_user(state, app.owner),
        "name": "GitHub Actions" if app.id == ACTIONS_APP_ID else app.slug,
        "description": "",
        "external_url": f"{state.web}/apps/{app.slug}",
        "html_url": f"{state.web}/apps/{app.slug}",
        "created_at": app.created_at,
        "updated_at": app.created_at,
        "permissions": app.permissions,
        "events": list(app.events),
    }


def render_installation(state: ForgeState, installation: InstallationRecord) -> Json:
    """Render an installation of an App."""
    app = state.apps[installation.app]
    account = state.find_account(installation.account)
    owner = render_user(state, installation.account)
    return {
        "id": installation.id,
        "client_id": _make_client_id(app),
        "account": owner,
        "repository_selection": "selected",
        "access_tokens_url": f"{state.api}/app/installations/{installation.id}/access_tokens",
        "repositories_url": f"{state.api}/installation/repositories",
        "html_url": f"{state.web}/settings/installations/{installation.id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": account.id,
        "target_type": account.kind,
        "permissions": installation.permissions,
        "events": list(app.events),
        "created_at": installation.created_at,
        "updated_at": installation.created_at,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": owner if installation.suspended_at else None,
        "suspended_at": installation.suspended_at,
    }


def _make_client_id(app: AppRecord) -> str:
    return f"Iv23li{app.id:014d}"


def to_epoch(time: str) -> int:
    """Return the seconds since the epoch of a time of the API."""
    return int(datetime.fromisoformat(time).timestamp())
