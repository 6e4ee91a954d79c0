"""Here lives the REST API of Apps: themselves, installations, tokens, webhook deliveries, limits."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

from bot.forge.app_registry import AppRegistry
from bot.forge.forge_records import InstallationRecord
from bot.forge.forge_state import Json
from bot.forge.repository_views import app, installation, repository
from bot.forge.rest_api import HOURLY, RestRequest, RestResponse, Route, limits, paged
from bot.forge.rest_refusal import RestRefusal
from bot.forge.webhook_delivery import SerialQueue, WebhookDelivery, WebhookSender

MOST_REPOSITORIES = 500


class AppRoutes:
    """What an App asks about itself, most of it with its JWT."""

    def __init__(self, apps: AppRegistry, courier: WebhookSender, again: SerialQueue) -> None:
        self._apps = apps
        self._courier = courier
        self._again = again

    def table(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/app", self._app, who="app"),
            Route("GET", "/app/installations", self._installations, who="app"),
            Route("GET", "/app/installations/{id}", self._installation, who="app"),
            Route("POST", "/app/installations/{id}/access_tokens", self._mint, who="app"),
            Route("GET", "/repos/{owner}/{repo}/installation", self._of_repository, who="app"),
            Route("GET", "/app/hook/config", self._hook, who="app"),
            Route("GET", "/app/hook/deliveries", self._deliveries, who="app"),
            Route("GET", "/app/hook/deliveries/{id}", self._delivery, who="app"),
            Route("POST", "/app/hook/deliveries/{id}/attempts", self._redeliver, who="app"),
            Route("DELETE", "/installation/token", self._revoke),
            Route("GET", "/installation/repositories", self._repositories),
            Route("GET", "/rate_limit", self._limit, who="anybody"),
        )

    def _app(self, ask: RestRequest) -> RestResponse:
        count = sum(one.app == ask.app.id for one in ask.state.installations.values())
        return RestResponse(200, {**app(ask.state, ask.app), "installations_count": count})

    def _installations(self, ask: RestRequest) -> RestResponse:
        mine = [one for one in ask.state.installations.values() if one.app == ask.app.id]
        return paged(ask, mine, lambda one: installation(ask.state, one))

    def _installation(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, installation(ask.state, _mine(ask)))

    def _of_repository(self, ask: RestRequest) -> RestResponse:
        for one in ask.state.installed(ask.repo):
            if one.app == ask.app.id:
                return RestResponse(200, installation(ask.state, one))
        raise RestRefusal(404, "Not Found")

    def _mint(self, ask: RestRequest) -> RestResponse:
        one, data = _mine(ask), ask.data()
        names, ids, wanted = (
            data.get("repositories"),
            data.get("repository_ids"),
            data.get("permissions"),
        )
        if isinstance(ids, list):
            by_id = {repo.id: repo.short for repo in ask.state.repositories.values()}
            names = [by_id.get(key, "") for key in ids]
        chosen = [str(name) for name in names] if isinstance(names, list) else None
        if chosen is not None and len(chosen) > MOST_REPOSITORIES:
            raise RestRefusal(422, f"You may only specify up to {MOST_REPOSITORIES} repositories.")
        rights = (
            {str(name): str(level) for name, level in wanted.items()}
            if isinstance(wanted, dict)
            else None
        )
        token = self._apps.mint(one, chosen, rights)
        answer: Json = {
            "token": token.secret,
            "expires_at": f"{datetime.fromtimestamp(token.until, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "permissions": token.permissions,
            "repository_selection": "selected",
        }
        if chosen is not None:
            repos = [ask.state.repository(name) for name in token.repositories]
            answer["repositories"] = [repository(ask.state, repo) for repo in repos]
        return RestResponse(201, answer)

    def _revoke(self, ask: RestRequest) -> RestResponse:
        del ask.state.tokens[ask.token.secret]
        return RestResponse(204)

    def _repositories(self, ask: RestRequest) -> RestResponse:
        repos = [ask.state.repository(name) for name in ask.token.repositories]
        page = paged(ask, repos, lambda repo: repository(ask.state, repo), "repositories")
        return replace(page, data={**_mapping(page.data), "repository_selection": "selected"})

    def _limit(self, ask: RestRequest) -> RestResponse:
        said = limits(ask, free=True)
        names = {"limit": "Limit", "remaining": "Remaining", "used": "Used", "reset": "Reset"}
        core = {name: int(said[f"X-RateLimit-{header}"]) for name, header in names.items()}
        other = {"limit": HOURLY, "remaining": HOURLY, "used": 0, "reset": int(time.time()) + 3600}
        return RestResponse(
            200, {"resources": {"core": core, "search": other, "graphql": other}, "rate": core}
        )

    # --- webhooks

    def _hook(self, ask: RestRequest) -> RestResponse:
        config = {"content_type": "json", "insecure_ssl": "0", "secret": "********"}
        return RestResponse(200, config | ({"url": ask.app.hook} if ask.app.hook else {}))

    def _deliveries(self, ask: RestRequest) -> RestResponse:
        """Newest first. The status filter knows answers of 400 to 599 only; it misses what got no
        answer.
        """
        reach = {"failure": range(400, 600), "success": range(200, 400)}.get(
            ask.query.get("status", ""), range(600)
        )
        mine = [
            one for one in self._courier.deliveries if one.app == ask.app.id and one.status in reach
        ]
        cursor = int(ask.query.get("cursor") or 0)
        size = min(100, int(ask.query.get("per_page") or 30))
        older = [one for one in reversed(mine) if not cursor or one.id < cursor]
        page = older[:size]
        link = (
            f'<{ask.state.api}{ask.path}?per_page={size}&cursor={page[-1].id}>; rel="next"'
            if older[size:]
            else ""
        )
        return RestResponse(200, [_item(one) for one in page], {"Link": link} if link else {})

    def _delivery(self, ask: RestRequest) -> RestResponse:
        one = self._found(ask)
        request = {"headers": one.headers, "payload": json.loads(one.payload)}
        return RestResponse(
            200,
            {**_item(one), "request": request, "response": {"headers": {}, "payload": one.answer}},
        )

    def _redeliver(self, ask: RestRequest) -> RestResponse:
        one = self._found(ask)
        self._again.do(lambda: self._courier.again(one))
        return RestResponse(202, {})

    def _found(self, ask: RestRequest) -> WebhookDelivery:
        for one in self._courier.deliveries:
            if one.id == ask.number("id") and one.app == ask.app.id:
                return one
        raise RestRefusal(404, "Not Found")


def _mine(ask: RestRequest) -> InstallationRecord:
    found = ask.state.installations.get(ask.number("id"))
    if found is None or found.app != ask.app.id:
        raise RestRefusal(404, "Not Found")
    return found


def _item(one: WebhookDelivery) -> Json:
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": one.delivered_at,
        "redelivery": one.redelivery,
        "duration": one.duration_s,
        "status": one.word,
        "status_code": one.status,
        "event": one.event,
        "action": one.action,
        "installation_id": one.installation,
        "repository_id": one.repository,
        "throttled_at": None,
    }


def _mapping(data: object) -> Json:
    return data if isinstance(data, dict) else {}
