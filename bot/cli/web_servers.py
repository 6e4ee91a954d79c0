"""Create the web servers of a process, by who is to reach each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import Literal

import uvicorn
from fastapi import FastAPI

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.prometheus.prometheus_metrics import PrometheusMetrics
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.cli.listening import EVERYWHERE, ListeningSockets, render_page_url, render_url
from bot.cli.monitoring import build_metrics_page, build_own_probes, build_service_probes
from bot.ports import SentTraces
from bot.settings import Settings
from bot.stories import RUNS
from bot.values import AllowList
from bot.web.allowed_route import AllowedRoute
from bot.web.door import DoorWatch, create_door, create_monitor
from bot.web.door_pages import DoorPages
from bot.web.page.routes import LOOPBACK, create_page
from bot.web.probe_pages import MonitorPages, ProbePages, describe_reason
from bot.web.server import create_server
from handlers import route

Part = Literal["serve", "door", "work"]


@dataclass(frozen=True, slots=True)
class ServingBot:
    """What a process is made of."""

    settings: Settings
    hub: GitHubApp
    sandbox: LocalSandbox
    durable: DurableEngine
    metrics: PrometheusMetrics
    traces: SentTraces
    part: Part

    @property
    def takes_webhooks(self) -> bool:
        """Tell whether GitHub sends to it."""
        return self.part != "work"

    @property
    def works_on_runs(self) -> bool:
        """Tell whether it needs Claude, and a sandbox."""
        return self.part != "door"


def create_servers(
    bot: ServingBot, sockets: ListeningSockets, hide: Callable[[str], str]
) -> Mapping[socket, uvicorn.Server]:
    """Create a server for each socket. `hide` masks the secrets of this process in what is read."""
    settings = bot.settings
    process, *needs = build_own_probes(settings, bot.durable)
    services = build_service_probes(settings, bot.hub, with_model=bot.works_on_runs)
    probes = partial(ProbePages, [process], [*needs, *services])
    numbers = build_metrics_page(bot.metrics, bot.durable, [process, *needs])
    monitors = MonitorPages(probes(lambda answer: hide(describe_reason(answer))), numbers)
    runs_url = f"{render_page_url(sockets.inside)}/"
    outside = _create_outside(bot, DoorPages(runs_url, probes(), bot.takes_webhooks))
    inside = _create_inside(bot, monitors, hide)
    servers = {
        sockets.outside: create_server(outside, settings.host, settings.port),
        sockets.inside: create_server(inside, settings.page_host, settings.page_port),
    }
    if sockets.monitors is not None:
        app = create_monitor(monitors)
        servers[sockets.monitors] = create_server(app, settings.host, settings.metrics_port or 0)
    return servers


def list_addresses(bot: ServingBot, sockets: ListeningSockets) -> Mapping[str, str]:
    """List the addresses at which it is reached, by what they are for."""
    name, path = ("webhooks", "github") if bot.takes_webhooks else ("health", "health")
    page = render_page_url(sockets.inside)
    metrics = render_url(sockets.monitors) if sockets.monitors else page
    return {
        name: f"{render_url(sockets.outside)}/{path}",
        "runs": f"{page}/",
        "metrics": f"{metrics}/metrics",
    }


def _create_outside(bot: ServingBot, pages: DoorPages) -> FastAPI:
    """Create what is reached from outside: the door, or the pages for probes alone."""
    if not bot.takes_webhooks:
        return create_monitor(pages)
    allowed = AllowedRoute(route, AllowList(bot.settings.allow))
    secrets = (bot.settings.webhook_secret, bot.settings.old_webhook_secret)
    values = tuple(secret.get_secret_value() for secret in secrets if secret)
    watch = DoorWatch(bot.metrics, bot.traces)
    return create_door(bot.durable, allowed, values, pages=pages, watch=watch)


def _create_inside(bot: ServingBot, monitors: MonitorPages, hide: Callable[[str], str]) -> FastAPI:
    """Create the page of runs, beside what the operator's own monitors ask."""
    stories = [story.__name__ for story in RUNS]
    hosts = {*LOOPBACK, bot.settings.page_host} - set(EVERYWHERE)
    page = create_page(bot.durable, stories, bot.settings.github_url, sorted(hosts), hide=hide)
    monitors.add_to(page)
    return page
