"""`/metrics`: numbers for Prometheus, where strangers do not ask."""

import json
import time

import pytest
from starlette.testclient import TestClient

from bot.adapters.prometheus.prometheus_metrics import PrometheusMetrics
from bot.run import Ignore
from bot.values import ProcessLoad
from bot.web.door import DoorWatch, create_door, create_monitor
from bot.web.metrics_page import MetricsPage
from bot.web.probe_pages import MonitorPages, ProbePages
from bot.web.probes import Probe, ProbeAnswer
from tests.deliveries import SECRET, Kept, issues, signed
from tests.metric_samples import samples


@pytest.fixture
def metrics():
    """What counts."""
    return PrometheusMetrics()


@pytest.fixture
def pages(metrics):
    """The pages for monitors, with the numbers written anew each time."""

    def render(parts):
        return metrics.render(ProcessLoad(0, 0, 4), parts, time.time())

    probe = Probe("database", lambda: ProbeAnswer("does not work"), 60)
    return MonitorPages(ProbePages(), MetricsPage(render, [probe], keep_s=0))


def test_deliveries_are_counted_by_event_and_answer(metrics, pages):
    """An event that nobody signed for has no name: strangers would fill the monitor with theirs."""
    watch = DoorWatch(metrics)
    door = create_door(Kept(), lambda _: [Ignore("a test")], (SECRET,), watch=watch)
    client = TestClient(door)
    headers, body = signed("issues", issues("labeled"))
    client.post("/github", headers=headers, content=body)
    client.post("/github", headers=headers, content=body + b" ")
    answer = TestClient(create_monitor(pages)).get("/metrics")
    deliveries = {
        name: value
        for name, value in samples(answer.content).items()
        if name.startswith("greenlit_deliveries_total")
    }

    assert "text/plain; version=0.0.4; charset=utf-8" == answer.headers["content-type"]
    assert {
        'greenlit_deliveries_total{answer="202",event="issues"}': 1,
        'greenlit_deliveries_total{answer="401",event=""}': 1,
    } == deliveries


def test_the_parts_of_the_bot_that_do_not_work_are_numbers_too(pages):
    """For an alert."""
    answer = TestClient(create_monitor(pages)).get("/metrics")

    assert 0 == samples(answer.content)['greenlit_part_works{part="database"}']


def test_whoever_asks_often_is_answered_with_the_last_text():
    """The record is asked once a second at most."""
    written = []

    def render(parts):
        written.append(parts)
        return json.dumps(parts).encode()

    monitor = create_monitor(MonitorPages(ProbePages(), MetricsPage(render, keep_s=60)))
    client = TestClient(monitor)
    texts = {client.get("/metrics").text for _ in range(3)}

    assert ({"{}"}, [{}]) == (texts, written)
