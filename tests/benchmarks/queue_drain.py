"""The measurement of a long queue: so many starts, and how fast one, two and three workers end it.

The stories do nothing, or one step in a slot of work: what is left is what the engine, the sharing
of the queue and the line for slots take. `python -m tests.benchmarks.queue_drain --starts 1000`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.runtime import EngineOptions
from bot.ports import Ports
from bot.run import Run, StartRun, Story, step
from bot.values import InstallationId, Outcome, Repo
from tests.benchmarks.burst_of_starts import start_all
from tests.benchmarks.fleet import SERVER
from tests.benchmarks.fleet_record import FleetRecord
from tests.benchmarks.measured_process import MeasuredProcess
from tests.benchmarks.process_usage import read_tree_cpu_s
from tests.benchmarks.table import Row, show
from tests.postgres_server import PostgresServer, create_cluster, find_postgres

WORKERS = (1, 2, 3)
STARTS, SLOTTED_STARTS = 10_000, 1_000
OWNERS, REPOSITORIES, SLOTS = 20, 100, 8
PATIENCE_S = 1_200.0


@step("note")
def note(ports: Ports, repo: str) -> str:
    """The one step: nothing but itself."""
    return repo


async def do_nothing(run: Run, repo: str) -> Outcome:
    """End at once."""
    return Outcome("done", repo)


async def take_a_slot(run: Run, repo: str) -> Outcome:
    """Do one step in a slot of work."""
    async with run.slot(Repo(repo, InstallationId(1))):
        await run(note, repo)
    return Outcome("done", repo)


@dataclass(frozen=True, slots=True)
class Drain:
    """A queue that was filled, and worked on until it was empty."""

    starts: int
    fill_s: float
    seconds: float
    worker_cpu_s: float
    database_cpu_s: float
    transactions: int


def rows(work: Path, starts: int = STARTS, slotted_starts: int = SLOTTED_STARTS) -> list[Row]:
    """Starts of both stories, by one worker, two and three."""
    programs = find_postgres()
    if programs is None:
        return [Row("PostgreSQL is not installed", "", "", "")]
    shown: list[Row] = []
    with create_cluster(programs) as cluster, cluster.run(SERVER) as server:
        for story, count in ((do_nothing, starts), (take_a_slot, slotted_starts)):
            for workers in WORKERS if count else ():
                folder = work / f"{story.__name__}{workers}"
                drain = _drain(folder, server, story, count, workers)
                shown += _describe(story.__name__, workers, drain)
    return shown


def _drain(folder: Path, server: PostgresServer, story: Story, starts: int, workers: int) -> Drain:
    url = server.create_database()
    PostgresRecord(url).migrate()
    fill_s = _fill(folder / "door", url, story, starts)
    record = FleetRecord(url)
    database_cpu_s, transactions = read_tree_cpu_s(server.pid), record.count_transactions()
    began = time.time()
    with ExitStack() as up:
        working = [
            MeasuredProcess(serve_worker, folder / str(number), url) for number in range(workers)
        ]
        for worker in working:
            up.callback(worker.end)
        while record.count_live() and time.time() < began + PATIENCE_S:
            time.sleep(0.5)
        worker_cpu_s = sum(read_tree_cpu_s(worker.pid) - worker.greeting for worker in working)
    database_cpu_s = read_tree_cpu_s(server.pid) - database_cpu_s
    seconds = _measure_middle(record.list_ends())
    transactions = record.count_transactions() - transactions
    return Drain(starts, fill_s, seconds, worker_cpu_s, database_cpu_s, transactions)


def _measure_middle(ends: list[float]) -> float:
    """Tell how long all take, from the middle eight tenths: when each worker is up, and none is
    done yet.
    """
    tenth = len(ends) // 10
    return (ends[-tenth - 1] - ends[tenth]) / 0.8


def _fill(home: Path, url: str, story: Story, starts: int) -> float:
    """Put the starts into the queue, as a door does, and return the seconds that took."""
    with _launched(home, url, slots=0) as door:
        began = time.monotonic()
        asyncio.run(start_all(door, _list_starts(story, starts)))
        return time.monotonic() - began


def _list_starts(story: Story, count: int) -> Iterator[StartRun]:
    for number in range(count):
        repo = f"o{number % OWNERS}/r{number % REPOSITORIES}"
        yield StartRun(story, repo, key=f"{repo}#{number}/1")


def serve_worker(orders: Connection[Any, Any], home: Path, url: str) -> None:
    """Work on what is in the queue; says first how much CPU its start took."""
    with _launched(home, url, SLOTS):
        orders.send(time.process_time())
        while orders.recv() is not None:
            orders.send(None)


@contextmanager
def _launched(home: Path, url: str, slots: int) -> Iterator[DurableEngine]:
    unused: Any = None
    home.mkdir(parents=True)
    options = EngineOptions(slots=slots)
    stories = (do_nothing, take_a_slot)
    record = PostgresRecord(url)
    engine = DurableEngine(home, Ports(unused, unused, unused), stories, options, record)
    engine.launch()
    with closing(engine):
        yield engine


def _describe(story: str, workers: int, drain: Drain) -> list[Row]:
    a_second = drain.starts / drain.seconds
    title = f"{drain.starts:,} x {story}, {workers} worker{'s' if workers > 1 else ''}"
    each_ms = 1000 / drain.starts
    cpu = (
        f"workers {drain.worker_cpu_s * each_ms:.1f} ms, "
        f"PostgreSQL {drain.database_cpu_s * each_ms:.1f} ms"
    )
    return [
        Row(f"{title}: ended in a second", f"{a_second:.0f}", "", ""),
        Row("  CPU of a run", cpu, "", ""),
        Row("  transactions of a run", f"{drain.transactions / drain.starts:.1f}", "", ""),
        Row("  put into the queue in a second", f"{drain.starts / drain.fill_s:.0f}", "", ""),
    ]


def main() -> None:
    """Measure so many as were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--slotted-starts", type=int, default=SLOTTED_STARTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenlit-bench-") as work:
        show("Queue", rows(Path(work), asked.starts, asked.slotted_starts))


if __name__ == "__main__":
    main()
