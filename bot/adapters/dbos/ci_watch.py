"""Watch CI for all runs of this process that wait for it, many commits with one query.

No run depends on it. What is seen here is a hint like a webhook's, and each run asks by itself:
seldom as long as it is watched, and as often as ever where it is not.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial

from bot.adapters.dbos.installation_watch import HeadLook, InstallationWatch
from bot.adapters.dbos.record_errors import raise_unreachable
from bot.adapters.dbos.run_waits import RunWaits
from bot.adapters.dbos.step_output import capture
from bot.ports import Metrics
from bot.values import (
    HeadMark,
    HeadMarks,
    InstallationId,
    Repo,
    RunKey,
    Signal,
    WatchedHead,
)

MOST_QUERIES = 4  # that are under way at once, of all installations
KEPT_S = 3600.0  # that it is known how looks at an installation went
OWN_LOOK_POLLS = 5  # a watched run asks by itself so much more seldom

RunsByHead = dict[WatchedHead, list[RunKey]]
FetchMarks = Callable[[Sequence[WatchedHead], Collection[Repo]], HeadMarks]
SendSignal = Callable[[RunKey, Signal, str], Awaitable[None]]  # the text makes it happen once


class BatchedCiWatch:
    """The port `bot.ports.CiWatch`. Lives on one loop; only `compute_pause_s` is for any thread."""

    def __init__(
        self,
        fetch: FetchMarks,
        send: SendSignal,
        poll_s: float,
        metrics: Metrics,
        count_sharers: Callable[[], int] = lambda: 1,
    ) -> None:
        """`count_sharers` tells how many processes with runs of their own share GitHub's limits."""
        self._fetch = fetch
        self._send = send
        self._poll_s = poll_s
        self._metrics = metrics
        self._count_sharers = count_sharers
        self._watches: dict[InstallationId, InstallationWatch] = {}
        self._woken: dict[RunKey, str] = {}  # for which mark a run was woken last
        self._waits: Mapping[str, RunWaits] = {}  # of the live runs of this process, by key
        self._queries = asyncio.Semaphore(MOST_QUERIES)

    def compute_pause_s(self, repo: Repo) -> float:
        """Compute for how long a run of this repository need not ask GitHub by itself.

        The more runs wait, the longer that is: what they ask together stays within a share of the
        installation's limit. A run asks when it has just looked.
        """
        watch = self._watches.get(repo.installation)
        least_s = self._poll_s * OWN_LOOK_POLLS
        if watch is None:
            return least_s
        if watch.is_blind or repo in watch.hidden:
            return 0.0
        watch.note_own_look(time.time())
        return max(least_s, watch.compute_interval_s(watch.heads))

    async def start(self, waits: Mapping[str, RunWaits], executor: Executor) -> None:
        """Watch for the runs that wait, until `stop`; queries run in the executor's threads."""
        self._waits, self._executor = waits, executor
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop, and forget the queries that are under way."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as looks:
            while True:
                await asyncio.sleep(self._poll_s)
                self._begin_looks(looks, time.time())

    def _begin_looks(self, looks: asyncio.TaskGroup, now: float) -> None:
        by_installation = group_heads(self._waits)
        self._update_watches(by_installation, now)
        for installation, runs in by_installation.items():
            watch = self._watches[installation]
            if watch.is_due(now):
                watch.is_looking = True
                looks.create_task(self._look(watch, runs))

    def _update_watches(
        self, by_installation: Mapping[InstallationId, RunsByHead], now: float
    ) -> None:
        """Watch what is waited for, and forget what nobody has waited for since long.

        A run that looks by itself does not wait for a moment, so none is forgotten at once.
        """
        for installation, runs in by_installation.items():
            new = InstallationWatch(installation, self._poll_s)
            watch = self._watches.setdefault(installation, new)
            watch.heads, watch.sharers = len(runs), self._count_sharers()
        self._watches = {
            name: watch
            for name, watch in self._watches.items()
            if watch.is_looking or now < watch.next_at + KEPT_S or name in by_installation
        }
        self._woken = {run: mark for run, mark in self._woken.items() if run in self._waits}

    async def _look(self, watch: InstallationWatch, runs: RunsByHead) -> None:
        """Look at all commits of an installation. How that fails is noted."""
        began = time.time()
        output = await capture(partial(self._ask, watch, runs), "in the watch of CI")
        look = output.get("ok")
        if isinstance(look, HeadLook):
            watch.note_look(look, began)
        else:
            self._metrics.count_ci_query("limited" if "limited" in output else "failed")
            watch.note_failure(output, began)
        watch.is_looking = False

    async def _ask(self, watch: InstallationWatch, runs: RunsByHead) -> HeadLook:
        """Ask batch by batch, and wake the runs whose CI has ended, unless too little is left of
        what GitHub takes.
        """
        heads = sorted(runs, key=lambda head: (head.repo.name, head.sha))
        scope = frozenset(head.repo for head in heads)
        cost, hidden, budget = 0, set[Repo](), None
        most = watch.most_heads
        for batch in (heads[start : start + most] for start in range(0, len(heads), most)):
            marks = await self._query(batch, scope)
            cost, budget = cost + marks.cost, marks.budget or budget
            hidden |= {head.repo for head in batch if head not in marks.by_head}
            for head, mark in marks.by_head.items():
                await self._wake(runs[head], head, mark)
            if watch.is_short(budget):
                break
        return HeadLook(cost, budget, frozenset(hidden))

    async def _query(self, heads: Sequence[WatchedHead], scope: Collection[Repo]) -> HeadMarks:
        """Ask about some commits. Few queries are under way at once: installations take turns."""
        async with self._queries:
            loop = asyncio.get_running_loop()
            marks = await loop.run_in_executor(self._executor, self._fetch, heads, scope)
        if marks.cost:
            self._metrics.count_ci_query("answered")
        return marks

    async def _wake(self, runs: Iterable[RunKey], head: WatchedHead, mark: HeadMark) -> None:
        """Signal the runs that still wait for a commit whose CI has ended, once for each mark."""
        if not mark.has_settled:
            return
        signal = Signal("checks", "watched", sha=head.sha)
        for run in runs:
            if self._woken.get(run) == mark.text or find_head(self._waits.get(run)) != head:
                continue
            self._woken[run] = mark.text
            with raise_unreachable():
                await self._send(run, signal, f"{run} {head.sha} {mark.text}")


def group_heads(waits: Mapping[str, RunWaits]) -> dict[InstallationId, RunsByHead]:
    """Group the runs that wait for CI by installation and commit."""
    groups: defaultdict[InstallationId, RunsByHead] = defaultdict(dict)
    for run, wait in waits.items():
        if head := find_head(wait):
            groups[head.repo.installation].setdefault(head, []).append(RunKey(run))
    return dict(groups)


def find_head(wait: RunWaits | None) -> WatchedHead | None:
    """Find the commit whose CI a run waits for just now."""
    return wait.reports.head if wait else None
