"""Send each event to the Apps that subscribe to it and have the permission to know of it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.forge.account_views import render_installation, render_organization, render_user, to_epoch
from bot.forge.forge_records import AppRecord, InstallationRecord
from bot.forge.forge_state import (
    ACTIONS_APP_ID,
    ForgeState,
    Json,
    RepositoryRecord,
    allows,
    make_node_id,
    now,
)
from bot.forge.repository_views import render_pushed_repository, render_repository
from bot.forge.webhook_delivery import WebhookSender

# https://docs.github.com/en/webhooks/webhook-events-and-payloads, "Availability" of each event.
NEEDS = {
    "issues": "issues=read",
    "issue_comment": "issues=read; pull_requests=read",
    "pull_request": "pull_requests=read",
    "pull_request_review": "pull_requests=read",
    "pull_request_review_comment": "pull_requests=read",
    "pull_request_review_thread": "pull_requests=read",
    "push": "contents=read",
    "check_suite": "checks=read",
    "check_run": "checks=read",
    "workflow_run": "actions=read",
    "workflow_job": "actions=read",
    "status": "statuses=read",
}


class EventPublisher:
    """Publishes to Apps the events of repositories and of their own installations."""

    def __init__(self, state: ForgeState, sender: WebhookSender) -> None:
        self._state = state
        self._sender = sender

    def publish(
        self, repository: RepositoryRecord, event: str, action: str, actor: str, **parts: object
    ) -> None:
        """Send an event to every App that wants it and may have it; `push` has no action."""
        for installation in self._state.list_installations(repository):
            app = self._state.apps[installation.app]
            is_wanted = app.webhook_url and event in app.events
            if is_wanted and allows(installation.permissions, NEEDS[event]):
                payload = self._payload(repository, event, actor, parts)
                if action:
                    payload = {"action": action, **payload}
                self._send(installation, event, payload)

    def publish_suite_request(
        self, repository: RepositoryRecord, app: AppRecord, actor: str, suite: Json
    ) -> None:
        """Ask the App that owns a suite, and no other, to fill it, if it may write checks."""
        if app.id == ACTIONS_APP_ID or "check_suite" not in app.events:
            return
        for installation in self._state.list_installations(repository):
            may_write = allows(installation.permissions, "checks=write")
            if installation.app == app.id and may_write:
                parts = {"check_suite": suite}
                payload = self._payload(repository, "check_suite", actor, parts)
                self._send(installation, "check_suite", {"action": "requested", **payload})

    def publish_installation(self, installation: InstallationRecord, actor: str) -> None:
        """Tell the App of an installation, which needs neither subscription nor permission."""
        created_at = to_epoch(installation.created_at)  # a number, in this event alone
        view = render_installation(self._state, installation)
        names = installation.repositories
        payload: Json = {
            "action": "created",
            "installation": {**view, "created_at": created_at, "updated_at": created_at},
            "repositories": [_render_short(self._state.find_repository(name)) for name in names],
            "requester": None,
            "sender": render_user(self._state, actor),
        }
        app = self._state.apps[installation.app]
        self._sender.send(app, "installation", payload, installation)

    def ping(self, app: AppRecord) -> None:
        """Send what a new address gets first; an App's hook belongs to no repository."""
        payload: Json = {
            "zen": "Approachable is better than simple.",
            "hook_id": app.id,
            "hook": self._render_hook(app),
            "sender": render_user(self._state, app.owner),
        }
        self._sender.send(app, "ping", payload)

    def _render_hook(self, app: AppRecord) -> Json:
        url = f"{self._state.api}/app/hook"
        time = now()
        return {
            "type": "App",
            "id": app.id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": render_hook_config(app),
            "created_at": time,
            "updated_at": time,
            "app_id": app.id,
            "url": url,
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
        }

    def _send(self, installation: InstallationRecord, event: str, payload: Json) -> None:
        app = self._state.apps[installation.app]
        node_id = make_node_id("IN", installation.id)
        payload["installation"] = {"id": installation.id, "node_id": node_id}
        self._sender.send(app, event, payload, installation)

    def _payload(
        self, repository: RepositoryRecord, event: str, actor: str, parts: Mapping[str, object]
    ) -> Json:
        owner = self._state.find_account(repository.owner)
        render = render_pushed_repository if event == "push" else render_repository
        payload: Json = {**parts, "repository": render(self._state, repository)}
        if owner.kind == "Organization":
            payload["organization"] = render_organization(self._state, owner.login)
        return {**payload, "sender": render_user(self._state, actor)}


def render_hook_config(app: AppRecord) -> Json:
    """Return the configuration of an App's webhook; its secret is not shown."""
    config: Json = {
        "content_type": app.webhook_content_type,
        "insecure_ssl": app.webhook_insecure_ssl,
    }
    if app.webhook_secret:
        config["secret"] = "********"  # noqa: S105 - what GitHub shows instead
    if app.webhook_url:
        config["url"] = app.webhook_url
    return config


def _render_short(repository: RepositoryRecord) -> Json:
    return {
        "id": repository.id,
        "node_id": make_node_id("R", repository.name),
        "name": repository.short_name,
        "full_name": repository.name,
        "private": repository.private,
    }
