"""The measurement of runs that wait for CI: what thousands of them take of one process.

Each has the state of a real run that was recorded, with a head and an issue of its own, in one of
ten installations, and waits as `solve_issue` does; a CI that never ends keeps it. What is asked in
two minutes is shown; each run itself asks in five, or more seldom where many wait.
`python -m tests.benchmarks.waiting_runs --postgres 10000 --sqlite 1000`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot import assembly
from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.runtime import EngineOptions
from bot.run import Run, StartRun, from_json
from bot.settings import Settings
from bot.stories.watching import obey_signals, settle_ci
from bot.values import Outcome, Repo, RunState, Sha, Subject
from tests.benchmarks.burst_of_starts import start_all
from tests.benchmarks.fleet import SERVER
from tests.benchmarks.instant_services import serve_slow_github
from tests.benchmarks.measured_process import MeasuredProcess
from tests.benchmarks.process_usage import read_memory_mb, read_tree_cpu_s
from tests.benchmarks.table import Row, show
from tests.postgres_server import create_cluster, find_postgres
from tests.stage import settings_for

SQLITE_RUNS, POSTGRES_RUNS = 1_000, 10_000
INSTALLATIONS = 10
REPOSITORIES = [f"acme{number}/greeter" for number in range(INSTALLATIONS)]
RECORD = Path(__file__).parents[1] / "stories" / "recorded_run.json"
NEVER_S = 36_000.0  # no look at CI comes within the measurement
WINDOW_S, PATIENCE_S = 60.0, 1_200.0


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A run that pushed this head, and how often it asks what CI says of it."""

    repo: Repo
    number: int
    head: str
    poll_s: float


async def wait_for_checks(run: Run, waiting: WaitingRun) -> Outcome:
    """Wait as a run does that has pushed."""
    state = run.keep(make_state(waiting))
    run.heed(partial(obey_signals, run))
    checks = await settle_ci(run, state)
    return Outcome("done", str(len(checks.checks)))


def make_state(waiting: WaitingRun) -> RunState:
    """Make the state of the run that was recorded, as it was when it had pushed."""
    state: RunState = from_json(json.loads(read_recorded_state()), RunState)
    number = waiting.number
    request = replace(state.request, repo=waiting.repo, number=number, label="")
    caps = replace(state.caps, ci_poll_s=waiting.poll_s, ci_grace_s=0.5, ci_patience_s=int(NEVER_S))
    pushed = replace(state.delivery, head=Sha(waiting.head))
    return replace(
        state, request=request, caps=caps, pushed=pushed, phase="waiting", pull=None, outcome=None
    )


@cache
def read_recorded_state() -> str:
    """Read the last state of the recorded run, as JSON."""
    steps = json.loads(RECORD.read_text())["steps"]
    return json.dumps(dict(steps)["(state)"]["ok"])


@dataclass(frozen=True, slots=True)
class Look:
    """Seconds of CPU by part, and requests to GitHub by kind, until a moment or in some seconds."""

    seconds: float
    cpu_s: Mapping[str, float]
    requests: Counter[str]

    def subtract(self, earlier: Look) -> Look:
        """Tell what came since an earlier look."""
        cpu_s = {part: used - earlier.cpu_s[part] for part, used in self.cpu_s.items()}
        return Look(self.seconds - earlier.seconds, cpu_s, self.requests - earlier.requests)

    def tell_share(self, part: str) -> str:
        """Tell which share of a core a part took."""
        return f"{self.cpu_s[part] / self.seconds:.1%}"

    def tell_requests(self) -> str:
        """Tell how many requests of each kind came in a minute."""
        minutes = self.seconds / 60
        kinds = (f"{count / minutes:,.0f} {kind}" for kind, count in self.requests.items())
        return ", ".join(kinds) or "none"


@dataclass(frozen=True, slots=True)
class Waits:
    """What a process with so many runs that wait takes in a second, and holds."""

    runs: int
    began_cpu_s: float  # until all waited
    before_mb: float
    memory_mb: float
    while_waiting: Look


def rows(
    work: Path, sqlite_runs: int = SQLITE_RUNS, postgres_runs: int = POSTGRES_RUNS
) -> list[Row]:
    """On each kind of record: while no webhook and no look at CI comes, and with the usual looks."""
    usual_s = Settings.model_fields["ci_poll_s"].default
    shown: list[Row] = []
    for poll_s in (NEVER_S, usual_s):
        if sqlite_runs:
            waits = _measure(work / f"sqlite{poll_s:.0f}", sqlite_runs, poll_s)
            shown += _describe("SQLite", waits, poll_s)
    programs = find_postgres()
    if programs is None:
        return [*shown, Row("PostgreSQL is not installed", "", "", "")]
    with create_cluster(programs) as cluster, cluster.run(SERVER) as server:
        for poll_s in (NEVER_S, usual_s) if postgres_runs else ():
            folder, url = work / f"postgres{poll_s:.0f}", server.create_database()
            waits = _measure(folder, postgres_runs, poll_s, url, (server.pid,))
            shown += _describe("PostgreSQL", waits, poll_s)
    return shown


def _measure(
    work: Path, runs: int, poll_s: float, database_url: str = "", database: Sequence[int] = ()
) -> Waits:
    work.mkdir(parents=True)
    github = MeasuredProcess(serve_slow_github, work, REPOSITORIES)
    url, keys, installations = github.greeting
    more = {"database_url": database_url or None, "ci_poll_s": poll_s}
    values = settings_for(keys, url, url, work / "bot", **more)
    bot = MeasuredProcess(serve_waiting, values)
    try:
        heads = github.ask("make heads", runs // INSTALLATIONS)
        before_mb = read_memory_mb(bot.pid)
        bot.ask("start", installations, heads, poll_s)
        _wait_until_waiting(bot, runs)
        pids = {"bot": (bot.pid,), "PostgreSQL": database, "GitHub": (github.pid,)}
        before = _look(github, pids)
        time.sleep(WINDOW_S if poll_s == NEVER_S else 2 * poll_s)
        spent = _look(github, pids).subtract(before)
        return Waits(runs, before.cpu_s["bot"], before_mb, read_memory_mb(bot.pid), spent)
    finally:
        bot.end()
        github.end()


def _look(github: MeasuredProcess, pids: Mapping[str, Sequence[int]]) -> Look:
    cpu_s = {part: read_tree_cpu_s(*of) for part, of in pids.items()}
    return Look(time.monotonic(), cpu_s, github.ask("count requests"))


def _wait_until_waiting(bot: MeasuredProcess, runs: int) -> None:
    """Wait until all of them wait, behind the grace that a silent CI has."""
    end = time.monotonic() + PATIENCE_S
    while (waiting := bot.ask("count waiting")) < runs:
        if time.monotonic() > end:
            raise TimeoutError(f"{waiting} of {runs} wait")
        time.sleep(0.5)
    time.sleep(5)


def serve_waiting(orders: Connection[Any, Any], values: dict[str, Any]) -> None:
    """Be a process of the bot with one story more, which waits."""
    settings = Settings.model_validate(values)
    settings.home.mkdir(parents=True)
    hub = assembly.build_github(settings)
    ports = assembly._build_ports(settings, hub, assembly.SystemClock(), None)
    record, options = assembly.build_record(settings), EngineOptions(fetch_marks=hub.ci_marks.fetch)
    engine = DurableEngine(settings.home, ports, (wait_for_checks,), options, record)
    engine.launch()
    with closing(engine):
        orders.send("up")
        while (order := orders.recv()) is not None:
            orders.send(_obey(engine, order))


def _obey(engine: DurableEngine, order: Sequence[Any]) -> int:
    match list(order):
        case ["start", installations, heads, poll_s]:
            waits = [
                WaitingRun(Repo(name, installations[name]), number, head, poll_s)
                for name, pushed in heads.items()
                for number, head in enumerate(pushed, 1)
            ]
            asyncio.run(start_all(engine, map(_make_start, waits)))
            return len(waits)
        case ["count waiting"]:
            return engine.read_load(with_record=False).waits.get("ci", 0)
    raise ValueError(order)


def _make_start(waiting: WaitingRun) -> StartRun:
    subject = Subject(f"{waiting.repo.name}#{waiting.number}")
    return StartRun(wait_for_checks, waiting, key=f"{subject}/1", subject=subject)


def _describe(record: str, waits: Waits, poll_s: float) -> list[Row]:
    when = "no look at CI" if poll_s == NEVER_S else f"a look each {poll_s:.0f} s"
    title = f"{record}: {waits.runs:,} runs wait, {when}"
    spent = waits.while_waiting
    others = (
        f"PostgreSQL {spent.tell_share('PostgreSQL')}, "
        f"GitHub's stand-in {spent.tell_share('GitHub')}"
    )
    memory = f"{waits.memory_mb:.0f} MiB, {waits.before_mb:.0f} before"
    return [
        Row(f"{title}: memory", memory, "at most 300 MiB", ""),
        Row("  CPU, of a core", spent.tell_share("bot"), "at most 2 %", ""),
        Row("  CPU of the others", others, "", ""),
        Row("  requests to GitHub in a minute", spent.tell_requests(), "", ""),
        Row("  CPU until all waited", f"{waits.began_cpu_s:.0f} s", "", ""),
    ]


def main() -> None:
    """Measure so many runs as were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", type=int, default=SQLITE_RUNS)
    parser.add_argument("--postgres", type=int, default=POSTGRES_RUNS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenlit-bench-") as work:
        show("Runs that wait for CI", rows(Path(work), asked.sqlite, asked.postgres))


if __name__ == "__main__":
    main()
