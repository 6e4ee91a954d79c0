"""Build what an operator's monitors are told and sent: probes, numbers and traces."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.home_probes import find_disk_trouble
from bot.adapters.prometheus.prometheus_metrics import PrometheusMetrics
from bot.assembly import build_model, build_record
from bot.lasting_imports import import_lasting
from bot.ports import NoTraces, Refusal, SentTraces, Unreachable
from bot.settings import ServerSettings, Settings
from bot.text import SecretValues
from bot.web.metrics_page import MetricsPage
from bot.web.probes import Probe, ProbeAnswer

HEALTH_S, READINESS_S = 2.0, 15.0  # for how long an answer is good
STUCK = "the loop that runs the stories does not answer"


def build_own_probes(settings: ServerSettings, engine: DurableEngine) -> tuple[Probe, ...]:
    """Build what tells whether the bot itself works: its process first, then what it needs here."""
    home, record = settings.home, build_record(settings)
    return (
        Probe("process", lambda: _judge("" if engine.is_alive() else STUCK), HEALTH_S),
        Probe("database", lambda: _judge(record.find_trouble()), HEALTH_S),
        Probe("disk", lambda: _judge(find_disk_trouble(home)), HEALTH_S),
    )


def build_metrics_page(
    metrics: PrometheusMetrics, engine: DurableEngine, health: Sequence[Probe]
) -> MetricsPage:
    """Build what answers Prometheus. Where the database is away, nothing is asked of it."""

    def render(parts: Mapping[str, bool]) -> bytes:
        load = engine.read_load(with_record=parts["database"])
        return metrics.render(load, parts, time.time())

    return MetricsPage(render, health)


def build_service_probes(
    settings: Settings, hub: GitHubApp, *, with_model: bool = True
) -> tuple[Probe, ...]:
    """Build what tells whether those answer whom the bot cannot work without; none is paid for."""
    github = Probe("github", lambda: _judge_access(hub.check_access), READINESS_S)
    if not with_model:
        return (github,)
    model = build_model(settings)
    return (github, Probe("claude", lambda: _judge_access(model.fetch_lifecycle), READINESS_S))


def _judge(trouble: str) -> ProbeAnswer:
    return ProbeAnswer("does not work", trouble) if trouble else ProbeAnswer()


def _judge_access(ask: Callable[[], object]) -> ProbeAnswer:
    try:
        ask()
    except Refusal as refused:
        return ProbeAnswer("refuses the bot", str(refused))
    except Unreachable as gone:
        return ProbeAnswer("cannot be reached", str(gone))
    return ProbeAnswer()


def build_traces(
    settings: ServerSettings,
    own_secrets: SecretValues,
    part: str,
    import_module: Callable[[str], Any] = import_lasting,
) -> SentTraces:
    """Build what sends traces, whose packages are imported for it alone; nothing without a
    collector.

    Raises Refusal where they are not installed.
    """
    url, headers = settings.collector
    if not url:
        return NoTraces()
    module = _import_traces("otlp_traces", import_module)
    traces: SentTraces = module.open_traces(url, headers, part, own_secrets.mask)
    return traces


def find_collector_trouble(settings: ServerSettings) -> str:
    """Ask the collector of traces whether it takes any; say what is wrong, or nothing.

    Raises Refusal where the packages for it are not installed.
    """
    trouble: str = _import_traces("watched_exporter").find_trouble(*settings.collector)
    return trouble


def _import_traces(name: str, import_module: Callable[[str], Any] = import_lasting) -> Any:
    try:
        return import_module(f"bot.adapters.opentelemetry.{name}")
    except ImportError:
        raise Refusal(
            "GREENLIT_OTLP_URL is set, and traces need packages that are not installed: "
            "pip install 'greenlit[traces]' (in a clone: pip install '.[traces]'), or unset it"
        ) from None
