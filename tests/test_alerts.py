"""What `deploy/` has for Prometheus and Grafana speaks of numbers that there are."""

import json
import re
from pathlib import Path

import pytest
import yaml

from bot.adapters.prometheus.prometheus_metrics import PrometheusMetrics
from bot.stories import STORIES
from bot.values import DayLimit, DiskUse, ProcessLoad, QueueLength, RequestBudget, Usage
from tests.metric_samples import read_samples

DEPLOY = Path(__file__).parents[1] / "deploy"
RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
SELECTOR = re.compile(r"\b((?:greenlit|process)_\w+)(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)\s*[=!]~?\s*"([^"]*)"')
OF_PROMETHEUS = {"instance", "job", "le"}
# Values that a label may have where the code does not count them out.
OPEN_LABELS = {"event", "answer", "step", "service", "story"}


def read_alerts():
    """The rules."""
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def read_panels():
    """The panels of the dashboard, by title."""
    board = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    return {panel["title"]: panel for panel in board["panels"]}


ALERTS, PANELS = read_alerts(), read_panels()
QUERIES = [
    *(pytest.param(rule["expr"], id=name) for name, rule in ALERTS.items()),
    *(
        pytest.param(target["expr"], id=title)
        for title, panel in PANELS.items()
        for target in panel["targets"]
    ),
]


@pytest.fixture(scope="module")
def known():
    """Each sample that a process can tell, with the values that its labels have had."""
    metrics = PrometheusMetrics(story.__name__ for story in STORIES)
    metrics.count_delivery("issues", 503)
    metrics.count_end("solve_issue", "opened")
    metrics.time_step("push", 1.0)
    metrics.count_retry("GitHub")
    metrics.count_ci_query("answered")
    metrics.count_turn(Usage(1.0, 1, 1, 1, 1))
    for resource in ("core", "graphql"):
        metrics.keep_budget(1, RequestBudget(resource, 1, 2, 3.0))
    metrics.keep_disk(DiskUse({"mirrors": 1, "logs": 1}, 1))
    caps = (DayLimit("X", 1.0, 0.5, ""), DayLimit("X", 1.0, 0.5, "", "o/r"))
    load = ProcessLoad(1, 1, 1, {}, QueueLength(1, 1.0), caps)
    parts = {"process": True, "database": True, "disk": True}
    samples = {}
    for sample in read_samples(metrics.render(load, parts, 1.0)):
        labels = samples.setdefault(sample.name, {})
        for name, value in sample.labels.items():
            labels.setdefault(name, set()).add(value)
    return samples


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_names_numbers_and_labels_that_there_are(query, known):
    """What Prometheus does not know it takes for nothing, and an alert is silent for ever."""
    selectors = SELECTOR.findall(query)

    assert selectors or "up{" in query
    for metric, matchers in selectors:
        assert metric in known
        for label, value in LABEL.findall(matchers):
            assert label in OF_PROMETHEUS | known[metric].keys()
            values = set(value.split("|")) if label not in OF_PROMETHEUS | OPEN_LABELS else set()
            assert values - {"ignored", "done"} <= known[metric].get(label, set())


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_groups_by_labels_that_there_are(query, known):
    """Else all would be one line."""
    metrics = [metric for metric, _ in SELECTOR.findall(query)]
    grouped = re.findall(r"\bby \(([^)]*)\)", query)
    named = {label.strip() for labels in grouped for label in labels.split(",")}

    assert named <= {label for metric in metrics for label in known[metric]}


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_is_in_the_runbook(name):
    """With what it means and what to do."""
    assert f"| `{name}` |" in RUNBOOK


def test_every_alert_is_tried_by_the_drill():
    """By deploy/drills/check_alerts.sh: that it comes, and that it does not come before."""
    groups = yaml.safe_load((DEPLOY / "drills/alerts_test.yml").read_text(encoding="utf-8"))[
        "tests"
    ]
    tries = [attempt for group in groups for attempt in group["alert_rule_test"]]
    comes = {attempt["alertname"] for attempt in tries if attempt["exp_alerts"]}
    stays_away = {attempt["alertname"] for attempt in tries if not attempt["exp_alerts"]}

    assert (ALERTS.keys(), ALERTS.keys()) == (comes, stays_away)


def test_every_number_of_ours_is_in_the_runbook(known):
    """And the other way round."""
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in known if name[:3] == "gre"}
    ours.discard("greenlit_step")

    assert ours == set(re.findall(r"`(greenlit_\w+)`", RUNBOOK))


def test_the_panels_of_the_dashboard_do_not_lie_over_each_other():
    """Each has a place of its own."""
    squares = [
        (column, row)
        for panel in PANELS.values()
        for place in [panel["gridPos"]]
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]

    assert len(squares) == len(set(squares))
    assert max(column for column, _ in squares) < 24
