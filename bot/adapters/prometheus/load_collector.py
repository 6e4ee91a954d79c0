"""How a process stands at the moment at which a monitor asks, as Prometheus's gauges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.values import DayLimit, DiskUse, ProcessLoad, RequestBudget

WAITS = ("slot", "service", "ci", "approval", "another try", "other")


@dataclass(frozen=True, eq=False)
class LoadCollector(Collector):
    """What is true of one moment."""

    load: ProcessLoad
    parts: Mapping[str, bool]  # which work, by name
    budgets: Sequence[RequestBudget]
    disk: DiskUse | None = None  # where this process keeps anything

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """List the gauges; one that is not known now is left out."""
        load = self.load
        yield GaugeMetricFamily("greenlit_runs_live", "Runs that live here.", load.live_runs)
        yield GaugeMetricFamily("greenlit_slots_held", "Slots at work here.", load.slots_held)
        yield GaugeMetricFamily("greenlit_slots", "Slots of this process.", load.slots)
        waits = {kind: load.waits.get(kind, 0) for kind in WAITS}
        yield _list_by("greenlit_runs_waiting", "Runs that wait here, by what for.", "for", waits)
        watched = "Commits whose CI is asked after for the runs here."
        yield GaugeMetricFamily("greenlit_ci_heads_watched", watched, load.watched_heads)
        if load.queue is not None:
            length = "Runs of the record that wait for a process or a slot, in all processes."
            yield GaugeMetricFamily("greenlit_queue_runs", length, load.queue.runs)
            age = "How long the run waits that came first, in all processes."
            yield GaugeMetricFamily("greenlit_queue_oldest_seconds", age, load.queue.oldest_s)
        yield from self._list_limits()
        if self.disk is not None:
            yield from _list_disk(self.disk)
        works = {name: int(is_well) for name, is_well in self.parts.items()}
        yield _list_by("greenlit_part_works", "1 where a part of this bot works.", "part", works)

    def _list_limits(self) -> Iterator[GaugeMetricFamily]:
        """List what is left of dollars and of requests."""
        spent = "Which share of a cap on a day's dollars is spent; of repositories the most."
        shares = _find_shares(self.load.day_limits)
        yield _list_by("greenlit_day_cap_used_ratio", spent, "cap", shares)
        left = "Requests that GitHub still takes, of the installation that has least left."
        requests = {budget.resource: budget.left for budget in self.budgets}
        yield _list_by("greenlit_github_requests_left", left, "resource", requests)
        limits = {budget.resource: budget.limit for budget in self.budgets}
        most = "Requests that GitHub takes of that installation in an hour."
        yield _list_by("greenlit_github_requests_limit", most, "resource", limits)


def _list_disk(disk: DiskUse) -> Iterator[GaugeMetricFamily]:
    """List what is kept, as it was looked at last."""
    kept = "Bytes that the home keeps and could make anew, by kind."
    yield _list_by("greenlit_disk_kept_bytes", kept, "kind", disk.kinds)
    free = "Bytes that the disk of the home has free."
    yield GaugeMetricFamily("greenlit_disk_free_bytes", free, disk.free_bytes)
    reserve = "Bytes below which the disk is nearly full: what is kept goes then, cap or not."
    yield GaugeMetricFamily("greenlit_disk_reserve_bytes", reserve, disk.reserve_bytes)
    cap = "Bytes that the home may keep; 0 where there is no cap."
    yield GaugeMetricFamily("greenlit_disk_cap_bytes", cap, disk.cap_bytes)


def _list_by(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for word, value in values.items():
        family.add_metric((word,), value)
    return family


def _find_shares(limits: Iterable[DayLimit]) -> dict[str, float]:
    """Find the share of each cap that is spent. No repository is named."""
    shares: dict[str, float] = {}
    for limit in limits:
        cap = "repository" if limit.repo else "all"
        share = limit.spent_usd / limit.usd if limit.usd else 1.0
        shares[cap] = max(share, shares.get(cap, 0.0))
    return shares
