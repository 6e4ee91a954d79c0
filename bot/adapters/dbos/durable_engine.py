"""The engine: stories made durable by DBOS, on a SQLite file or on a PostgreSQL that many share.

One process runs a home. Where several share a record, each is a member of their fleet
(fleet_member.py), which takes over a dead one's runs; the limits across them stand in the record
(shared_slots.py).

A story's name, the names of its steps and the order of what it does are the shape of its record.
While runs of it live, change it only behind what they have done, or give the new story a new name.
The application's version is constant: a deploy strands nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig

from bot.adapters.dbos.ci_watch import BatchedCiWatch
from bot.adapters.dbos.create_dbos import APPLICATION, THREADS, create_dbos, make_config
from bot.adapters.dbos.durable_run import DurableRun
from bot.adapters.dbos.engine_loop import find_engine_loop
from bot.adapters.dbos.enqueue_batcher import EnqueueBatcher
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_membership import Membership, join_fleet
from bot.adapters.dbos.fleet_sql import QUEUE
from bot.adapters.dbos.journal import DbosJournal, filter_expected_messages
from bot.adapters.dbos.queue_worker import QueueWorker
from bot.adapters.dbos.read_load import list_live_runs, read_load
from bot.adapters.dbos.record import Record, open_record
from bot.adapters.dbos.retention import forget_runs
from bot.adapters.dbos.run_lookup import find_last_run, find_live_keys, find_subject
from bot.adapters.dbos.run_messages import RunMessages
from bot.adapters.dbos.run_starts import enqueue_run, read_value_kind
from bot.adapters.dbos.run_trace import RunTrace
from bot.adapters.dbos.runtime import EngineOptions, Runtime, join_queue_threads
from bot.adapters.dbos.slots import ShutdownGate, Slots
from bot.adapters.dbos.sqlite import lock_home
from bot.log_fields import log_fields
from bot.ports import NoCiWatch, Ports
from bot.run import SignalRun, StartRun, Story, from_json, to_json
from bot.values import Branch, LastRun, ProcessLoad, Repo, RunKey, Signal, Subject

MOST_DEATHS = 100  # of the process during one run; every restart while it waits counts too


class DurableEngine(DbosJournal):
    """Engine and Journal. A process can have launched only one at a time: DBOS is one of a kind."""

    def __init__(
        self,
        home: Path,
        ports: Ports,
        stories: Iterable[Story],
        options: EngineOptions | None = None,
        record: Record | None = None,
        fence: Fence | None = None,
    ) -> None:
        """Without a record, that is a SQLite file in the home. `fence` keeps the ports from writing
        once others may have taken over.
        """
        self._home = home
        self._record = record or open_record(home)
        self._fence = fence or Fence()
        self._membership: Membership | None = None
        self._options = options or EngineOptions()
        self._stories = {story.__name__: story for story in stories}
        threads = self._options.slots + THREADS
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="step")
        self._ci_watch = self._build_ci_watch(ports.caps.ci_poll_s)
        self._runtime = self._build_runtime(replace(ports, ci_watch=self._ci_watch or NoCiWatch()))
        self._cleanup = ExitStack()

    def launch(self) -> None:
        """Take the home and go on with every run that was live. Raises HomeInUse."""
        # In a thread of its own: DBOS would adopt a running loop, and stories must not share the
        # door's.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(self._launch).result()

    def close(self) -> None:
        """Let the steps under way end and be recorded, then stop.

        Live runs go on at the next launch.
        """
        self._cleanup.close()

    def is_alive(self, patience_s: float = 3.0) -> bool:
        """Tell whether the loop that runs the stories answers."""
        return self._loop.is_alive(patience_s)

    async def start(self, start: StartRun) -> RunKey:
        """Start a run, or find the one that this request started before.

        Raises ValueError when there is no such story, or the key is that of another story's run.
        """
        key, _is_new = await self._start(start, start.key)
        return key

    async def signal(self, signal: SignalRun) -> tuple[RunKey, ...]:
        """Signal the live run that the signal is for, and return its key; none when none lives."""
        return await self._loop.run(self._messages.signal(signal, signal.key))

    async def cancel(self, key: RunKey) -> None:
        """End a run after the step that it is in, without a word to anybody."""
        await self._loop.run(self._messages.cancel(key))

    def read_load(self, *, with_record: bool = True) -> ProcessLoad:
        """Read what there is to do; without the record, as when it is away, of this process."""
        return read_load(self._runtime, self._record if with_record else None)

    def list_live_runs(self) -> set[str]:
        """List the keys of the runs that live here."""
        return list_live_runs(self._runtime, self._record)

    def forget(self, older_than_s: float) -> int:
        """Delete the runs that ended so long ago, as `forget_runs` does; returns how many."""
        return forget_runs(self._record, older_than_s)

    def _build_ci_watch(self, poll_s: float) -> BatchedCiWatch | None:
        fetch = self._options.fetch_marks
        if fetch is None:
            return None
        metrics, count = self._options.metrics, self._count_sharers
        return BatchedCiWatch(fetch, self._send_signal, poll_s, metrics, count)

    def _count_sharers(self) -> int:
        return self._membership.member.working if self._membership else 1

    def _build_runtime(self, ports: Ports) -> Runtime:
        return Runtime(
            ports=ports,
            executor=self._executor,
            shutdown_gate=ShutdownGate(),
            slots=Slots(self._options.slots, self._options.slots_per_repository),
            options=self._options,
            start=self._start,
            signal=self._signal,
            find_last=self._find_last_run,
            find_last_state=self.last_state,
            find_attempts=self.attempts,
            find_subject=self._find_subject,
        )

    def _launch(self) -> None:
        with ExitStack() as cleanup:
            cleanup.enter_context(lock_home(self._home))
            cleanup.enter_context(filter_expected_messages())
            cleanup.callback(self._executor.shutdown)
            self._record.migrate()
            database = self._record.open()
            cleanup.callback(database.dispose)
            self._join_fleet(database, cleanup)
            for_runs = self._record.open_for_runs(database)
            cleanup.callback(for_runs.dispose)
            dbos = create_dbos(self._make_config(for_runs), cleanup)
            self._runtime.slots.hold_for(find_live_keys(database, self._stories))
            self._open_queue(database)
            self._register_stories()
            DBOS.launch()
            self._dbos = dbos
            self._database = database
            self._begin(cleanup)
            self._cleanup = cleanup.pop_all()

    def _begin(self, cleanup: ExitStack) -> None:
        """Work on runs, and hear what they are told, until the clean-up."""
        runtime, membership = self._runtime, self._membership
        if self._options.slots:
            self._queue_worker.begin(self._dbos)
        member = membership.member if membership else None
        self._messages = RunMessages(self._dbos, runtime.waits, member)
        self._loop = find_engine_loop()
        self._loop.call_later(self._options.most_replay_s, runtime.slots.settle_all)
        cleanup.callback(self._shut)
        self._start_ci_watch(cleanup)
        if membership:
            ring = self._queue_worker.ring
            membership.begin(self._dbos, self._loop, runtime.waits, self._tell_set_aside, ring)
            cleanup.callback(membership.member.rest)

    def _join_fleet(self, database: sa.Engine, cleanup: ExitStack) -> None:
        """Become a member of those who share the record, until the clean-up."""
        membership = join_fleet(
            self._home, self._record, database, self._options, self._fence, self._stories
        )
        if membership:
            cleanup.callback(membership.member.leave)
            self._runtime = replace(self._runtime, slots=membership.slots)
        self._membership = membership

    def _open_queue(self, database: sa.Engine) -> None:
        """Prepare to put runs into the queue, and to run those of this process's own."""
        own_queue = self._membership.member.own_queue if self._membership else QUEUE
        self._queue_worker = QueueWorker(own_queue)
        self._batcher = EnqueueBatcher(
            database, APPLICATION, self._options.poll_s, self._queue_worker.ring, own_queue
        )
        DBOS.listen_queues([])  # the worker does

    def _register_stories(self) -> None:
        for name, story in self._stories.items():
            durable = self._make_durable(story)
            DBOS.workflow(name=name, max_recovery_attempts=MOST_DEATHS)(durable)

    async def _tell_set_aside(self, key: RunKey) -> None:
        """Start what tells people of a run that was set aside."""
        if self._membership is None:
            return
        start = await self._membership.describe_death(key, self._stories)
        if start:
            await self._start_there(start, start.key)
        await asyncio.to_thread(self._membership.member.note_told, key)

    def _start_ci_watch(self, cleanup: ExitStack) -> None:
        watch = self._ci_watch
        if watch is None:
            return
        self._loop.wait_for(watch.start(self._runtime.waits, self._executor))
        cleanup.callback(lambda: self._loop.wait_for(watch.stop()))

    def _shut(self) -> None:
        self._record.stop_waiting()
        # DBOS ends its loop first and its queues then, which would hand runs to a loop that is
        # gone.
        self._queue_worker.stop()
        join_queue_threads(self._dbos.background_thread_stop_events)
        self._loop.wait_for(self._runtime.shutdown_gate.shut())

    def _make_config(self, database: sa.Engine) -> DBOSConfig:
        executor = self._membership.member.name if self._membership else "local"
        return make_config(self._record.url, database, executor, self._options.inbox_poll_s)

    def _make_durable(self, story: Story) -> Callable[[Any, str], Awaitable[Any]]:
        kind = read_value_kind(story)

        async def body(data: Any, started_by: str) -> Any:
            await self._batcher.yield_to_intake()
            run = DurableRun(self._runtime, RunKey(DBOS.workflow_id or ""))
            value = from_json(data, kind)
            trace = RunTrace(self._options.traces, run.key, story, value)
            with log_fields(**trace.list_fields()):
                outcome = run.add_cost(await run.run_story(story, value))
                await trace.end(run, outcome, self._database, started_by)
            return to_json(outcome)

        return body

    async def _start(self, start: StartRun, started_by: str) -> tuple[RunKey, bool]:
        return await self._loop.run(self._start_there(start, started_by))

    async def _signal(self, signal: SignalRun, key: str) -> bool:
        return bool(await self._loop.run(self._messages.signal(signal, key)))

    async def _find_last_run(self, subject: Subject) -> LastRun | None:
        """Find it in the record; what it waits for just now stands only in its process."""
        last = await find_last_run(subject)
        waits = self._runtime.waits.get(last.key) if last else None
        if last is None or waits is None:
            return last
        return replace(last, report=waits.reports.report or last.report)

    def _find_subject(self, repo: Repo, branch: Branch) -> Subject | None:
        if not self._database:
            return None
        return find_subject(self._database, self._record, repo, branch)

    def _find_report_lines(self, keys: Sequence[str]) -> dict[str, str]:
        """Read them from the record; what a run waits for just now stands only in its process."""
        lines = super()._find_report_lines(keys)
        for key, waits in self._runtime.waits.copy().items():
            if key in keys and waits.reports.report:
                lines[key] = waits.reports.report.line
        return lines

    async def _start_there(self, start: StartRun, started_by: str) -> tuple[RunKey, bool]:
        if self._stories.get(start.story.__name__) is not start.story:
            raise ValueError(f"there is no story {start.story.__name__!r}: it must be listed")
        return await enqueue_run(self._batcher, start, started_by)

    async def _send_signal(self, key: RunKey, signal: Signal, once: str) -> None:
        await self._messages.send_signal(key, signal, once)
