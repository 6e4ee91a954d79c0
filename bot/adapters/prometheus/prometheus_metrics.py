"""Count for Prometheus, and write what was counted in its text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.adapters.prometheus.load_collector import LoadCollector
from bot.values import DiskUse, ProcessLoad, RequestBudget, Usage

STEP_BUCKETS_S: Final = (0.1, 0.5, 1, 2.5, 5, 15, 60, 300, 900)


class PrometheusMetrics:
    """The port `bot.ports.Metrics`, over a registry of its own."""

    def __init__(self, stories: Iterable[str] = ()) -> None:
        """Failures of these stories are 0 from the beginning, so that the first one is a rise."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        answered = "Deliveries of webhooks, by event and the status that they were answered with."
        self._deliveries = self._add_counter("deliveries", answered, "event", "answer")
        ended = "Runs that ended here, by story and outcome."
        self._ends = self._add_counter("runs_ended", ended, "story", "outcome")
        retried = "Steps that are tried again, by the service that did not answer."
        self._retries = self._add_counter("step_retries", retried, "service")
        asked = "Queries about the CI of many commits, by how they were answered."
        self._ci_queries = self._add_counter("ci_queries", asked, "answer")
        tokens = "Tokens of the model's turns, by how they are billed."
        self._tokens = self._add_counter("model_tokens", tokens, "kind")
        self._usd = self._add_counter("model_usd", "US dollars that the model's turns cost.")
        waited = "Seconds that writes to GitHub waited here for their turn."
        self._write_wait = self._add_counter("github_write_wait_seconds", waited)
        evicted = "Parts of what the home keeps that went to make room, by kind."
        self._evictions = self._add_counter("disk_evictions", evicted, "kind")
        room = "Bytes of what the home kept that went to make room, by kind."
        self._evicted_bytes = self._add_counter("disk_evicted_bytes", room, "kind")
        self._disk: DiskUse | None = None
        self._steps = self._add_step_times()
        self._lock = Lock()
        self._budgets: dict[tuple[int, str], RequestBudget] = {}
        for story in stories:
            self._ends.labels(story, "failed")

    def count_delivery(self, event: str, status: int) -> None:
        """Count a delivery, by what was answered."""
        self._deliveries.labels(event, str(status)).inc()

    def count_end(self, story: str, outcome: str) -> None:
        """Count a run that ended."""
        self._ends.labels(story, outcome).inc()

    def time_step(self, step: str, seconds: float) -> None:
        """Count how long a step took."""
        self._steps.labels(step).observe(seconds)

    def count_retry(self, service: str) -> None:
        """Count a step that is to be tried again; without a service it is this machine's."""
        self._retries.labels(service or "this machine").inc()

    def count_turn(self, usage: Usage) -> None:
        """Count the tokens and dollars of a turn of the model."""
        self._tokens.labels("input").inc(usage.input_tokens)
        self._tokens.labels("cache_write").inc(usage.cache_write_tokens)
        self._tokens.labels("cache_read").inc(usage.cache_read_tokens)
        self._tokens.labels("output").inc(usage.output_tokens)
        self._usd.inc(usage.usd)

    def count_ci_query(self, answer: str) -> None:
        """Count a query about many commits, by how it was answered."""
        self._ci_queries.labels(answer).inc()

    def keep_budget(self, installation: int, budget: RequestBudget) -> None:
        """Keep what is left of an installation's requests."""
        with self._lock:
            self._budgets[installation, budget.resource] = budget

    def count_write_wait(self, seconds: float) -> None:
        """Count how long a write to GitHub waited for its turn."""
        self._write_wait.inc(seconds)

    def keep_disk(self, use: DiskUse) -> None:
        """Keep how much of the disk is taken; each kind's evictions are 0 until the first one."""
        self._disk = use
        for kind in use.kinds:
            self._evictions.labels(kind)
            self._evicted_bytes.labels(kind)

    def count_eviction(self, kind: str, size_bytes: int) -> None:
        """Count a part of what was kept that was removed to make room."""
        self._evictions.labels(kind).inc()
        self._evicted_bytes.labels(kind).inc(size_bytes)

    def render(self, load: ProcessLoad, parts: Mapping[str, bool], now: float) -> bytes:
        """Write all that was counted, and how it stands now: `parts` tells which of them work."""
        moment = LoadCollector(load, parts, self._find_least_budgets(now), self._disk)
        return generate_latest(_Counted(self._registry)) + generate_latest(moment)

    def _add_step_times(self) -> Histogram:
        name = "greenlit_step_seconds"
        text = "Seconds that steps took here, without what they waited for a slot."
        registry, buckets = self._registry, STEP_BUCKETS_S
        return Histogram(name, text, ("step",), registry=registry, buckets=buckets)

    def _add_counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"greenlit_{name}", text, labels, registry=self._registry)

    def _find_least_budgets(self, now: float) -> list[RequestBudget]:
        """Find for each resource the installation that has least left, and forget the past."""
        least: dict[str, RequestBudget] = {}
        with self._lock:
            self._budgets = {
                key: budget for key, budget in self._budgets.items() if budget.resets_at > now
            }
            for budget in self._budgets.values():
                lowest = least.get(budget.resource)
                if lowest is None or budget.left < lowest.left:
                    least[budget.resource] = budget
        return list(least.values())


class _Counted(Collector):
    """What a registry counted, without when each series began, which would be twice as many."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            family.samples = [
                sample for sample in family.samples if not sample.name.endswith("_created")
            ]
            yield family
