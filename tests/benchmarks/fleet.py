"""The measurement of several processes on a PostgreSQL: a door, and one worker after the other.

GitHub and Claude answer at once, each in a process of its own. On a machine of few cores the growth
ends where they are used up, so the CPU that a run takes is told for each part: a fleet is sized by
that. What the parts take at rest is taken off.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from tests.benchmarks.fleet_record import FleetRecord, RecordSize
from tests.benchmarks.instant_services import OWNER, serve_instant_claude, serve_instant_github
from tests.benchmarks.measured_process import MeasuredProcess
from tests.benchmarks.process_usage import read_memory_mb, read_tree_cpu_s
from tests.benchmarks.table import Row
from tests.crash.forked_bot import name_variables, run_forked_bot
from tests.postgres_server import create_cluster, find_postgres
from tests.stage import settings_for

WORKERS = 3
REPOSITORIES, RUNS_EACH = 12, 6  # a repository has one run at work: so all slots have something
REST_S, PATIENCE_S = 10.0, 600.0
SERVER = ("max_connections=300", "shared_buffers=128MB")
BOT, STAND_INS = ("workers", "door", "PostgreSQL"), ("GitHub", "Claude")


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds by part, and transactions of the database, in some seconds."""

    seconds: float
    cpu_s: Mapping[str, float]
    transactions: float

    def subtract(self, earlier: Spent, share: float = 1.0) -> Spent:
        """Take off a share of what was spent before, or at rest."""
        cpu_s = {part: used - share * earlier.cpu_s[part] for part, used in self.cpu_s.items()}
        seconds = self.seconds - share * earlier.seconds
        return Spent(seconds, cpu_s, self.transactions - share * earlier.transactions)


@dataclass(frozen=True, slots=True)
class Round:
    """Runs that were asked for at once."""

    runs: int
    to_last_pull_s: float
    spent: Spent  # by the runs alone
    at_rest: Spent

    def tell_cpu(self, parts: Sequence[str]) -> str:
        """Tell the CPU seconds of a run in each part."""
        return ", ".join(f"{part} {self.spent.cpu_s[part] / self.runs:.2f} s" for part in parts)

    def tell_rest(self) -> str:
        """Tell the share of a core that each part takes at rest."""
        rest = self.at_rest
        shares = (f"{part} {rest.cpu_s[part] / rest.seconds:.1%}" for part in BOT)
        return ", ".join(shares)


class MeasuredFleet:
    """A door and workers, and what they work between."""

    def __init__(self, home: Path, database_url: str, postgres: int) -> None:
        self._home = home
        self._up = ExitStack()
        self.record = FleetRecord(database_url)
        self._runs = 0
        names = [f"{OWNER}greeter{number}" for number in range(REPOSITORIES)]
        self.github = self._stand_in(serve_instant_github, home, names)
        claude = self._stand_in(serve_instant_claude)
        url, keys, _ = self.github.greeting
        more = {"port": 0, "page_port": 0, "log_level": "ERROR", "database_url": database_url}
        values = settings_for(keys, url, claude.greeting, home, **more)
        self._settings = name_variables(values)
        self.pids = {
            "workers": [],
            "door": [],
            "PostgreSQL": [postgres],
            "GitHub": [self.github.pid],
            "Claude": [claude.pid],
        }
        self.github.ask("hook", self.start("door", "door"))

    def start(self, command: str, part: str) -> str:
        """Start a process of the bot; returns where it takes webhooks."""
        home = self._home / f"{command}{len(self.pids[part])}"
        settings = {**self._settings, "GREENLIT_HOME": str(home / "bot")}
        bot = self._up.enter_context(run_forked_bot(home, settings, command))
        process: Any = bot.process
        self.pids[part].append(process._process.pid)
        return bot.webhook_url

    def close(self) -> None:
        """End all processes."""
        self._up.close()

    def measure(self, times: int) -> Round:
        """Ask for so many runs in each repository, and measure until nothing is left to do."""
        at_rest = self.rest()
        began = self._count()
        seconds = self.solve(times)
        spent = self._count().subtract(began)
        only_runs = spent.subtract(at_rest, spent.seconds / at_rest.seconds)
        return Round(times * REPOSITORIES, seconds, only_runs, at_rest)

    def solve(self, times: int) -> float:
        """Ask for the runs; returns the seconds until their last pull request was open."""
        self._runs += times * REPOSITORIES
        began = time.monotonic()
        self.github.ask("label", times)
        self._wait_until(lambda: self.github.ask("count pulls") >= self._runs)
        seconds = time.monotonic() - began
        self._wait_until(lambda: not self.record.count_live())
        return seconds

    def rest(self) -> Spent:
        """Measure what is spent while there is nothing to do."""
        before = self._count()
        time.sleep(REST_S)
        return self._count().subtract(before)

    def _wait_until(self, is_done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not is_done():
            if time.monotonic() > end:
                raise TimeoutError(f"{self.record.count_live()} runs live")
            time.sleep(0.25)

    def _count(self) -> Spent:
        cpu_s = {part: read_tree_cpu_s(*pids) for part, pids in self.pids.items()}
        return Spent(time.monotonic(), cpu_s, self.record.count_transactions())

    def _stand_in(self, serve: Callable[..., None], *values: object) -> MeasuredProcess:
        stand_in = MeasuredProcess(serve, *values)
        self._up.callback(stand_in.end)
        return stand_in


def rows(work: Path) -> list[Row]:
    """With each worker that is added, the same number of runs once more; then what they left."""
    programs = find_postgres()
    if programs is None:
        return [Row("PostgreSQL is not installed", "", "", "")]
    with create_cluster(programs) as cluster, cluster.run(SERVER) as server:
        fleet = MeasuredFleet(work, server.create_database(), server.pid)
        with closing(fleet):
            return _measure(fleet)


def _measure(fleet: MeasuredFleet) -> list[Row]:
    connections = [fleet.record.count_connections()]
    shown: list[Row] = []
    for workers in range(1, WORKERS + 1):
        fleet.start("work", "workers")
        fleet.solve(1)  # the mirrors are fetched
        if workers == 1:
            size, before = fleet.record.measure(), _count_traffic(fleet)
        shown += _describe_round(workers, fleet.measure(RUNS_EACH))
        connections.append(fleet.record.count_connections())
    runs = (RUNS_EACH * WORKERS + WORKERS - 1) * REPOSITORIES
    shown += _describe_connections(connections)
    shown += _describe_record(fleet.record, size, runs)
    shown += _describe_traffic(_count_traffic(fleet) - before, runs)
    shown += [
        Row(f"memory: {part}, each", f"{_average_memory_mb(fleet.pids[part]):.0f} MiB", "", "")
        for part in ("workers", "door")
    ]
    return shown


def _describe_round(workers: int, measured: Round) -> list[Row]:
    spent, rest = measured.spent, measured.at_rest
    a_minute = 60 * measured.runs / measured.to_last_pull_s
    most = 60 * (os.cpu_count() or 1) * measured.runs / sum(spent.cpu_s.values())
    title = f"{workers} worker{'s' if workers > 1 else ''}"
    at_rest = f"{measured.tell_rest()}, {rest.transactions / rest.seconds:.0f} transactions/s"
    return [
        Row(f"{title}: runs in a minute", f"{a_minute:.0f} (the cores do {most:.0f})", "", ""),
        Row("  CPU of a run", measured.tell_cpu(BOT), "", ""),
        Row("  CPU of a run, of the stand-ins", measured.tell_cpu(STAND_INS), "", ""),
        Row("  transactions of a run", f"{spent.transactions / measured.runs:.0f}", "", ""),
        Row("  at rest, of a core", at_rest, "", ""),
    ]


def _describe_connections(connections: Sequence[int]) -> list[Row]:
    door, *behind = connections
    added = ", ".join(
        str(after - before) for before, after in zip(connections, behind, strict=False)
    )
    return [Row("connections of the door, and of each worker", f"{door}; {added}", "", "")]


def _describe_record(record: FleetRecord, before: RecordSize, runs: int) -> list[Row]:
    after = record.measure()
    kib = (after.total_bytes - before.total_bytes) / runs / 1024
    log_kib = (after.log_bytes - before.log_bytes) / runs / 1024
    growth = after.list_growth(before)
    tables = ", ".join(
        f"{table.partition('.')[2]} {rows / runs:.1f}" for table, rows in growth.items() if rows
    )
    title = f"record of a run, of {runs}"
    return [
        Row(title, f"{kib:.0f} KiB, and {log_kib:.0f} KiB of write-ahead log", "", ""),
        Row("  rows", tables, "", ""),
    ]


def _count_traffic(fleet: MeasuredFleet) -> Counter[str]:
    deliveries = Counter({"deliveries": fleet.github.ask("count deliveries")})
    return deliveries + fleet.github.ask("count requests")


def _describe_traffic(traffic: Counter[str], runs: int) -> list[Row]:
    kinds = ", ".join(f"{count / runs:.1f} {kind}" for kind, count in traffic.most_common())
    return [Row("GitHub: for a run", kinds, "", "")]


def _average_memory_mb(pids: Sequence[int]) -> float:
    return mean(map(read_memory_mb, pids))
