"""Runs that do nothing but wait for CI, before a forge: what is asked of it meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.adapters.dbos.ci_watch import FetchMarks
from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.record import open_record
from bot.adapters.dbos.runtime import EngineOptions
from bot.adapters.github.github_app import GitHubApp
from bot.assembly import SystemClock
from bot.forge import AppKeys, Forge, serve_forge
from bot.forge.forge_server import Wrap
from bot.ports import NoMetrics, Ports
from bot.run import Run, StartRun
from bot.stories.stops import StaysRed, Stopped
from bot.stories.watching import settle_ci
from bot.values import (
    Branch,
    Caps,
    ExpectedCi,
    Finish,
    InstallationId,
    Outcome,
    PushedChange,
    Repo,
    Request,
    RunKey,
    RunState,
    Sha,
    Tree,
)
from tests.place import GRANTED

OTHER_CI = "ci/other"
# A run that asks by itself as good as never, so that all that is asked comes of others.
PATIENT = Caps(ci_poll_s=600.0, ci_grace_s=600.0)
ASKED_AT = "2026-11-20T10:00:00Z"
PATIENCE_S = 60

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CiWait:
    """Whose CI a run waits for, and for how long."""

    request: Request
    head: Sha
    caps: Caps


async def wait_for_ci(run: Run, wait: CiWait) -> Outcome:
    """Wait as every story does that has pushed."""
    state = RunState(
        run.key,
        wait.request,
        caps=wait.caps,
        ci=ExpectedCi("on push"),
        branch=Branch("greenlit/1"),
        tree=Tree(wait.request.repo, wait.head, Branch("main")),
        pushed=PushedChange(wait.head, Finish("T", "", ""), ()),
    )
    try:
        checks = await settle_ci(run, run.keep(state))
    except StaysRed:
        return Outcome("red", "CI did not end")
    except Stopped as stopped:
        return stopped.outcome
    return Outcome("done", "silent" if checks.is_silent else "ended")


class CountedQueries(NoMetrics):
    """Counts the queries of the watch, by how they were answered."""

    def __init__(self) -> None:
        self.queries: Counter[str] = Counter()

    def count_ci_query(self, answer: str) -> None:
        self.queries[answer] += 1


@dataclass
class CiScene:
    """A forge, and an engine whose runs wait for its CI. No webhook is ever sent."""

    forge: Forge
    keys: AppKeys
    engine: DurableEngine
    metrics: CountedQueries
    installation: int = 0
    heads: dict[RunKey, WatchedBranch] = field(default_factory=dict)

    def add_repository(self, name: str) -> None:
        """Add a repository, on which the App is."""
        self.forge.create_repository(name, {"README.md": "# It\n"}, people={"ada": "admin"})
        self.installation = self.forge.install(self.keys, name)

    def begin(self, name: str, caps: Caps = PATIENT, *, silent: bool = False) -> RunKey:
        """Begin a run that waits for a commit of its own, whose CI has begun unless it is silent."""
        issue = self.forge.open_issue(name, "ada", "Greet", "It shouts.")
        text = {"README.md": f"# It, {issue}\n"}
        head = self.forge.push(name, "ada", f"work-{issue}", text, "Change")
        if not silent:
            self.forge.set_status(name, head, OTHER_CI, "pending")
        repo = Repo(name, InstallationId(self.installation))
        request = Request(repo, issue, "ada", ASKED_AT, "d")
        key = RunKey(f"{name}#{issue}/1")
        start = StartRun(wait_for_ci, CiWait(request, Sha(head), caps), key=key)
        asyncio.run(self.engine.start(start))
        self.heads[key] = WatchedBranch(name, head)
        return key

    def end_ci(self, key: RunKey) -> None:
        """Let the CI of a run's commit end, without a word to anybody."""
        head = self.heads[key]
        self.forge.set_status(head.repo, head.sha, OTHER_CI, "success")

    def wait_for_waits(self, count: int) -> None:
        """Wait until so many runs wait for CI at once."""

        def do_they_wait() -> bool:
            return self.engine.read_load(with_record=False).waits.get("ci", 0) == count

        _wait_for(do_they_wait, "the runs never came to wait")

    def wait_for_queries(self, count: int) -> None:
        """Wait until the watch has asked so many times more."""
        wanted = self.metrics.queries.total() + count
        _wait_for(lambda: self.metrics.queries.total() >= wanted, "nobody watches")

    def find_outcome(self, key: RunKey) -> Outcome:
        """Find how a run ended, once it has."""

        def find() -> Outcome | None:
            run = self.engine.run(key)
            return run.outcome if run else None

        return _wait_for(find, f"{key} has not ended")

    def count_requests(self) -> int:
        """Count what was asked of the forge so far."""
        return len(self.forge.list_requests())


@dataclass(frozen=True, slots=True)
class WatchedBranch:
    """The head of a branch, by the repository's full name."""

    repo: str
    sha: str


@contextmanager
def serve_waits(
    home: Path,
    wrap: Wrap,
    poll_s: float,
    make_fetch: Callable[[GitHubApp], FetchMarks | None] = lambda hub: hub.ci_marks.fetch,
    database_url: str = "",
) -> Iterator[CiScene]:
    """Serve a forge and an engine before it, without any run yet, which looks so often."""
    forge = Forge(home / "forge")
    keys = forge.create_app("greenlit", GRANTED, [])
    metrics = CountedQueries()
    with serve_forge(forge, wrap) as url:
        hub = GitHubApp(keys.id, keys.private_key, url, f"{url}/api/v3", pause_between_writes_s=0.0)
        unused: Any = None
        caps = Caps(ci_poll_s=poll_s)
        ports = Ports(unused, unused, SystemClock(), caps=caps, ci=hub.ci, issues=hub.issues)
        options = EngineOptions(metrics=metrics, fetch_marks=make_fetch(hub))
        record = open_record(home / "bot", database_url)
        engine = DurableEngine(home / "bot", ports, [wait_for_ci], options, record)
        (home / "bot").mkdir()
        engine.launch()
        try:
            yield CiScene(forge, keys, engine, metrics)
        finally:
            engine.close()


def _wait_for(find: Callable[[], T | None], otherwise: str) -> T:
    """Ask until there is an answer; fail with these words where there is none for long."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := find()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)
    return answer
