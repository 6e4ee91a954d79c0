"""Serve the REST API of Apps: themselves, installations, tokens, webhook deliveries, limits."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.forge.account_views import render_app, render_installation
from bot.forge.app_registry import AppRegistry
from bot.forge.event_publisher import render_hook_config
from bot.forge.forge_records import InstallationRecord
from bot.forge.forge_state import Json
from bot.forge.repository_views import render_repository
from bot.forge.rest_api import (
    REQUESTS_PER_HOUR,
    RestRequest,
    RestResponse,
    RestRoute,
    count_request,
    paginate,
)
from bot.forge.rest_refusal import RestRefusal, refuse_unknown
from bot.forge.serial_queue import SerialQueue
from bot.forge.webhook_delivery import WebhookDelivery, WebhookSender

MOST_REPOSITORIES = 500


class AppRoutes:
    """Answers what an App asks about itself, most of it with its JWT."""

    def __init__(
        self, apps: AppRegistry, webhooks: WebhookSender, redeliveries: SerialQueue
    ) -> None:
        self._apps = apps
        self._webhooks = webhooks
        self._redeliveries = redeliveries

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        installation, deliveries = "/app/installations/{id}", "/app/hook/deliveries"
        return (
            RestRoute("GET", "/app", _get_app, who="app"),
            RestRoute("GET", "/app/installations", _list_installations, who="app"),
            RestRoute("GET", installation, _get_installation, who="app"),
            RestRoute("POST", f"{installation}/access_tokens", self._mint_token, who="app"),
            RestRoute(
                "GET", "/repos/{owner}/{repo}/installation", _get_repository_installation, who="app"
            ),
            RestRoute("GET", "/app/hook/config", _get_hook_config, who="app"),
            RestRoute("GET", deliveries, self._list_deliveries, who="app"),
            RestRoute("GET", f"{deliveries}/{{id}}", self._get_delivery, who="app"),
            RestRoute("POST", f"{deliveries}/{{id}}/attempts", self._redeliver, who="app"),
            RestRoute("DELETE", "/installation/token", _revoke_token),
            RestRoute("GET", "/installation/repositories", _list_repositories),
            RestRoute("GET", "/rate_limit", _get_rate_limit, who="anybody"),
        )

    def _mint_token(self, request: RestRequest) -> RestResponse:
        installation = _find_installation(request)
        names = _wanted_repositories(request)
        token = self._apps.mint_token(installation, names, _wanted_permissions(request))
        expires_at = datetime.fromtimestamp(token.expires_at_s, UTC)
        view: Json = {
            "token": token.secret,
            "expires_at": f"{expires_at:%Y-%m-%dT%H:%M:%SZ}",
            "permissions": token.permissions,
            "repository_selection": "selected",
        }
        if names is not None:
            view["repositories"] = _render_repositories(request, token.repositories)
        return RestResponse(201, view)

    # --- webhooks

    def _list_deliveries(self, request: RestRequest) -> RestResponse:
        """List the newest first.

        The status filter knows answers of 400 to 599 only; it misses what got no answer.
        """
        ranges = {"failure": range(400, 600), "success": range(200, 400)}
        statuses = ranges.get(request.query.get("status", ""), range(600))
        cursor = int(request.query.get("cursor") or 0)
        size = min(100, int(request.query.get("per_page") or 30))
        deliveries = [
            delivery
            for delivery in reversed(self._webhooks.deliveries)
            if delivery.app == request.app.id and delivery.status in statuses
        ]
        if cursor:
            deliveries = [delivery for delivery in deliveries if delivery.id < cursor]
        page, rest = deliveries[:size], deliveries[size:]
        headers = {}
        if rest:
            query = f"per_page={size}&cursor={page[-1].id}"
            headers["Link"] = f'<{request.state.api}{request.path}?{query}>; rel="next"'
        return RestResponse(200, [_render_delivery(delivery) for delivery in page], headers)

    def _get_delivery(self, request: RestRequest) -> RestResponse:
        delivery = self._find_delivery(request)
        view: Json = {
            **_render_delivery(delivery),
            "request": {"headers": delivery.headers, "payload": json.loads(delivery.payload)},
            "response": {"headers": {}, "payload": delivery.answer},
        }
        return RestResponse(200, view)

    def _redeliver(self, request: RestRequest) -> RestResponse:
        delivery = self._find_delivery(request)
        self._redeliveries.add(lambda: self._webhooks.redeliver(delivery))
        return RestResponse(202, {})

    def _find_delivery(self, request: RestRequest) -> WebhookDelivery:
        for delivery in self._webhooks.deliveries:
            if (delivery.id, delivery.app) == (request.number("id"), request.app.id):
                return delivery
        raise refuse_unknown()


# --- the App and its installations


def _get_app(request: RestRequest) -> RestResponse:
    view = render_app(request.state, request.app)
    return RestResponse(200, {**view, "installations_count": len(_own_installations(request))})


def _list_installations(request: RestRequest) -> RestResponse:
    return paginate(
        request,
        _own_installations(request),
        lambda installation: render_installation(request.state, installation),
    )


def _own_installations(request: RestRequest) -> list[InstallationRecord]:
    return [
        installation
        for installation in request.state.installations.values()
        if installation.app == request.app.id
    ]


def _get_installation(request: RestRequest) -> RestResponse:
    return RestResponse(200, render_installation(request.state, _find_installation(request)))


def _get_repository_installation(request: RestRequest) -> RestResponse:
    for installation in request.state.list_installations(request.repository):
        if installation.app == request.app.id:
            return RestResponse(200, render_installation(request.state, installation))
    raise refuse_unknown()


def _find_installation(request: RestRequest) -> InstallationRecord:
    installation = request.state.installations.get(request.number("id"))
    if installation is None or installation.app != request.app.id:
        raise refuse_unknown()
    return installation


# --- tokens


def _wanted_repositories(request: RestRequest) -> list[str] | None:
    """Return the short names of the repositories that a token is for; None means all."""
    data = request.data()
    names, ids = data.get("repositories"), data.get("repository_ids")
    if isinstance(ids, list):
        by_id = {
            repository.id: repository.short_name
            for repository in request.state.repositories.values()
        }
        names = [by_id.get(repository_id, "") for repository_id in ids]
    if not isinstance(names, list):
        return None
    if len(names) > MOST_REPOSITORIES:
        message = f"You may only specify up to {MOST_REPOSITORIES} repositories."
        raise RestRefusal(422, message)
    return [str(name) for name in names]


def _wanted_permissions(request: RestRequest) -> dict[str, str] | None:
    permissions = request.data().get("permissions")
    if not isinstance(permissions, dict):
        return None
    return {str(name): str(level) for name, level in permissions.items()}


def _revoke_token(request: RestRequest) -> RestResponse:
    del request.state.tokens[request.token.secret]
    return RestResponse(204)


def _list_repositories(request: RestRequest) -> RestResponse:
    names = request.token.repositories
    repositories = [request.state.find_repository(name) for name in names]
    page = paginate(
        request,
        repositories,
        lambda repository: render_repository(request.state, repository),
        "repositories",
    )
    data = page.data if isinstance(page.data, dict) else {}
    return replace(page, data={**data, "repository_selection": "selected"})


def _render_repositories(request: RestRequest, names: Sequence[str]) -> list[Json]:
    repositories = [request.state.find_repository(name) for name in names]
    return [render_repository(request.state, repository) for repository in repositories]


def _get_rate_limit(request: RestRequest) -> RestResponse:
    headers = count_request(request, is_free=True)
    names = ("Limit", "Remaining", "Used", "Reset")
    core = {name.lower(): int(headers[f"X-RateLimit-{name}"]) for name in names}
    unused = {
        "limit": REQUESTS_PER_HOUR,
        "remaining": REQUESTS_PER_HOUR,
        "used": 0,
        "reset": int(time.time()) + 3600,
    }
    resources = {"core": core, "search": unused, "graphql": unused}
    return RestResponse(200, {"resources": resources, "rate": core})


# --- webhooks


def _get_hook_config(request: RestRequest) -> RestResponse:
    return RestResponse(200, render_hook_config(request.app))


def _render_delivery(delivery: WebhookDelivery) -> Json:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": delivery.delivered_at,
        "redelivery": delivery.redelivery,
        "duration": delivery.duration_s,
        "status": delivery.status_text,
        "status_code": delivery.status,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation,
        "repository_id": delivery.repository,
        "throttled_at": None,
    }
