"""The measurement of retention: what is old is deleted while the door goes on taking starts.

It takes minutes, so it is no part of `make bench`: `python -m tests.benchmarks.retention`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import sqlalchemy as sa

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.record import open_record
from bot.run import StartRun
from tests.adapters.dbos.engine_stage import durable
from tests.adapters.dbos.engine_stories import Task, three
from tests.benchmarks.process_usage import read_memory_mb
from tests.benchmarks.table import Row, show
from tests.postgres_server import create_cluster, find_postgres

ENDED, LIVE, STEPS = 100_000, 1_000, 5
TEN_DAYS_MS = 10 * 86_400_000
RESULT = '{"ok":"' + "x" * 500 + '"}'
NUMBERS = """
with recursive numbers(number) as (
  select 1 union all select number + 1 from numbers where number < :count
)
"""
# Each tenth run is its subject's newest, which stays.
RUNS = """
insert into {schema}workflow_status
  (workflow_uuid, status, name, created_at, updated_at, completed_at, priority, queue_name)
"""
ENDED_RUNS = f"""{RUNS} {NUMBERS}
select 'o/r' || (number / 10 % 50) || '#' || (number / 10) || '/' || (number % 10 + 1), 'SUCCESS',
  'three', :ended_at, :ended_at, :ended_at, 0, 'runs'
from numbers
"""
LIVE_RUNS = f"""{RUNS} {NUMBERS}
select 'o/live' || (number % 50) || '#' || number || '/1', 'PENDING', 'away', :ended_at, :ended_at,
  null, 0, 'runs'
from numbers
"""
STEP_ROWS = f"""
insert into {{schema}}operation_outputs (workflow_uuid, function_id, function_name, output)
{NUMBERS}
select workflow_uuid, number, 'mark', :result from {{schema}}workflow_status, numbers
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it."""

    deleted: int
    seconds: float
    grown_mb: float
    starts_ms: list[float]
    live: int


def rows(work: Path) -> list[Row]:
    """100,000 runs that ended, 1,000 that live, on each kind of record."""
    table = []
    for kind, database_url in _open_records():
        home = work / "retention" / kind / "home"
        home.parent.mkdir(parents=True)
        measured = _measure(home, database_url)
        name = f"retention on {kind}"
        table += [
            Row(
                f"{name}: {measured.deleted:,} runs deleted in", f"{measured.seconds:.0f} s", "", ""
            ),
            Row(f"{name}: memory that it took", f"{measured.grown_mb:.0f} MiB", "", ""),
            Row(f"{name}: live runs left", f"{measured.live:,}", f"{LIVE:,}", ""),
            Row(f"{name}: a start meanwhile, median", _tell(measured.starts_ms, 50), "", ""),
            Row(f"{name}: 99th percentile", _tell(measured.starts_ms, 99), "under 100 ms", ""),
        ]
    return table


def _open_records() -> Iterator[tuple[str, str]]:
    """Give the kinds of records, and the address of each that has one."""
    yield "SQLite", ""
    programs = find_postgres()
    if programs is None:
        return
    with create_cluster(programs) as cluster, cluster.run(["shared_buffers=128MB"]) as server:
        yield "PostgreSQL", server.create_database()


def _measure(home: Path, database_url: str) -> Measured:
    home.mkdir()
    record = open_record(home, database_url)
    record.migrate()
    schema = "dbos." if record.is_shared else ""
    names = {"ended_at": int(time.time() * 1000) - TEN_DAYS_MS, "result": RESULT}
    database = record.open()
    counts = ((ENDED_RUNS, ENDED), (LIVE_RUNS, LIVE), (STEP_ROWS, STEPS))
    with database.begin() as connection:
        for statement, count in counts:
            asked = sa.text(statement.format(schema=schema))
            connection.execute(asked, {**names, "count": count})
    with _launch(home, database_url) as engine:
        deleted, seconds, grown_mb, starts_ms = asyncio.run(_forget(engine, home))
    query = f"select count(*) from {schema}workflow_status where name = 'away'"
    with database.begin() as connection:
        live = connection.execute(sa.text(query)).scalar_one()
    database.dispose()
    return Measured(deleted, seconds, grown_mb, starts_ms, live)


@contextmanager
def _launch(home: Path, database_url: str) -> Iterator[DurableEngine]:
    engine = durable(home, database_url=database_url, slots=0)
    engine.launch()
    yield engine
    engine.close()


async def _forget(engine: DurableEngine, home: Path) -> tuple[int, float, float, list[float]]:
    """Have it forget what is old, and start runs beside it, one after the other."""
    loop = asyncio.get_running_loop()
    starts_ms: list[float] = []
    before_mb = most_mb = read_memory_mb(os.getpid())
    began = time.perf_counter()
    with ThreadPoolExecutor(1) as thread:
        deleting = loop.run_in_executor(thread, engine.forget, 0.0)
        while not deleting.done():
            asked_at = time.perf_counter()
            task = Task(str(home.parent / "diary"))
            await engine.start(StartRun(three, task, key=f"new {len(starts_ms)}"))
            starts_ms.append((time.perf_counter() - asked_at) * 1000)
            most_mb = max(most_mb, read_memory_mb(os.getpid()))
            await asyncio.sleep(0.05)
        return await deleting, time.perf_counter() - began, most_mb - before_mb, starts_ms


def _tell(starts_ms: list[float], percent: int) -> str:
    return f"{quantiles(starts_ms, n=100)[percent - 1]:.0f} ms"


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        show("Retention", rows(Path(folder)))
