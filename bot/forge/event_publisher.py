"""Here lives who hears of what: an App is told an event when it subscribes to it and has the
permission.
"""

from __future__ import annotations

from bot.forge.forge_records import AppRecord, InstallationRecord
from bot.forge.forge_state import ACTIONS, ForgeState, Json, RepositoryRecord, allows, node_id, now
from bot.forge.repository_views import epoch, organization, pushed_repository, repository, user
from bot.forge.repository_views import installation as installation_view
from bot.forge.webhook_delivery import WebhookSender

# https://docs.github.com/en/webhooks/webhook-events-and-payloads, "Availability" of each event.
NEEDS = {
    "issues": "issues=read",
    "issue_comment": "issues=read; pull_requests=read",
    "pull_request": "pull_requests=read",
    "push": "contents=read",
    "check_suite": "checks=read",
    "check_run": "checks=read",
    "workflow_run": "actions=read",
    "workflow_job": "actions=read",
    "status": "statuses=read",
}


class EventPublisher:
    """Tells Apps what happened in a repository."""

    def __init__(self, state: ForgeState, courier: WebhookSender) -> None:
        self._state = state
        self._courier = courier

    def tell(
        self, repo: RepositoryRecord, event: str, action: str, by: str, **parts: object
    ) -> None:
        """Send an event to every App that wants it and may have it. Empty actions are left out, as
        for `push`.
        """
        for one in self._state.installed(repo):
            app = self._state.apps[one.app]
            if app.hook and event in app.events and allows(one.permissions, NEEDS[event]):
                payload = self._payload(repo, event, action, by, parts)
                payload["installation"] = {"id": one.id, "node_id": node_id("IN", one.id)}
                self._courier.send(app, event, payload, one)

    def suite_requested(
        self, repo: RepositoryRecord, app: AppRecord, by: str, **parts: object
    ) -> None:
        """Only the App that owns a suite is asked to fill it, and only when it may write checks."""
        for one in self._state.installed(repo):
            if (
                one.app == app.id != ACTIONS
                and "check_suite" in app.events
                and allows(one.permissions, "checks=write")
            ):
                payload = self._payload(repo, "check_suite", "requested", by, parts)
                payload["installation"] = {"id": one.id, "node_id": node_id("IN", one.id)}
                self._courier.send(app, "check_suite", payload, one)

    def installed(self, one: InstallationRecord, by: str) -> None:
        """Installation events need neither subscription nor permission. Their times are numbers."""
        began = epoch(one.created_at)
        names = [self._state.repository(name) for name in one.repositories]
        payload: Json = {
            "action": "created",
            "installation": {
                **installation_view(self._state, one),
                "created_at": began,
                "updated_at": began,
            },
            "repositories": [
                {
                    "id": repo.id,
                    "node_id": node_id("R", repo.name),
                    "name": repo.short,
                    "full_name": repo.name,
                    "private": repo.private,
                }
                for repo in names
            ],
            "requester": None,
            "sender": user(self._state, by),
        }
        self._courier.send(self._state.apps[one.app], "installation", payload, one)

    def ping(self, app: AppRecord) -> None:
        """What a new address hears first. An App's hook belongs to the App, so there is no
        repository.
        """
        at = now()
        url = f"{self._state.api}/app/hook"
        hook: Json = {
            "type": "App",
            "id": app.id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": {
                "content_type": "json",
                "insecure_ssl": "0",
                "secret": "********",
                "url": app.hook,
            },
            "created_at": at,
            "updated_at": at,
            "app_id": app.id,
            "url": url,
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
        }
        zen = "Approachable is better than simple."
        payload: Json = {
            "zen": zen,
            "hook_id": app.id,
            "hook": hook,
            "sender": user(self._state, app.owner),
        }
        self._courier.send(app, "ping", payload)

    def _payload(
        self, repo: RepositoryRecord, event: str, action: str, by: str, parts: dict[str, object]
    ) -> Json:
        owner = self._state.account(repo.owner)
        seen = pushed_repository if event == "push" else repository
        return {
            **({"action": action} if action else {}),
            **parts,
            "repository": seen(self._state, repo),
            **(
                {"organization": organization(self._state, owner.login)}
                if owner.kind == "Organization"
                else {}
            ),
            "sender": user(self._state, by),
        }
