"""Here lives the engine: stories made durable by DBOS, on a SQLite file in the bot's home or on
PostgreSQL.

One process runs a home. What several would need is not here: taking over a dead one's runs, and
limits across them.
A story's name and the order of what it does are the shape of its record. While runs of it live,
change it only behind
what they have done, or give the new story a new name. The application's version is constant: a
deploy strands nobody.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, WorkflowStatus

from bot.adapters.dbos.durable_run import INBOX, DurableRun, Farewell, Patience, Workshop
from bot.adapters.dbos.intake import Intake
from bot.adapters.dbos.journal import LIVE, Json, Record, calm, run_number
from bot.adapters.dbos.slots import Gate, Slots
from bot.adapters.dbos.sqlite import locked, opened
from bot.ports import Ports
from bot.run import SignalRun, StartRun, Story, from_json, to_json
from bot.values import RunKey, Subject

T = TypeVar("T")

APPLICATION = "greenlit"
VERSION = "1"
PATIENCE = Patience()
MOST_DEATHS = 100  # of the process during one run; every restart while it waits counts too
KEPT_S = (
    4 * 86400
)  # GitHub redelivers for three days, and a key that is forgotten would start again
DELETE_AT_ONCE = 200
THREADS = 16
WAITERS_POLL_S = (
    1.0  # a net below `_send`, which wakes a waiting run at once; `close` takes as long
)


class Durable(Record):
    """Engine and Journal. A process can have launched only one at a time: DBOS is one of a kind."""

    def __init__(  # noqa: PLR0913 - what an operator may turn
        self,
        home: Path,
        ports: Ports,
        stories: Iterable[Story],
        *,
        slots: int = 4,
        slots_per_repository: int = 1,
        farewell: Farewell | None = None,
        poll_s: float = 0.1,
        waiters_poll_s: float = WAITERS_POLL_S,
        database_url: str | None = None,
        retry: Patience = PATIENCE,
    ) -> None:
        self._home = home
        self._url = database_url or f"sqlite:///{home.absolute() / 'engine.sqlite'}"
        self._poll_s = poll_s
        self._waiters_poll_s = waiters_poll_s
        self._stories = {story.__name__: story for story in stories}
        self._hands = ThreadPoolExecutor(slots + THREADS, thread_name_prefix="step")
        self._shop = Workshop(
            ports,
            self._hands,
            Gate(),
            Slots(slots, slots_per_repository),
            retry,
            farewell,
            self._begin,
            self._pass_on,
        )
        self._undo = ExitStack()

    def launch(self) -> None:
        """Take the home and go on with every run that was live. Raises HomeInUse."""
        # In a thread of its own: DBOS would adopt a running loop, and stories must not share the
        # door's.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(self._launch).result()

    def close(self) -> None:
        """Let the steps under way end and be remembered, then stop. Live runs go on at the next
        launch.
        """
        self._undo.close()

    async def start(self, start: StartRun) -> RunKey:
        """Raises ValueError when there is no such story, or the key is that of another story's run."""
        key, _new = await self._begin(start, start.key)
        return key

    async def signal(self, signal: SignalRun) -> bool:
        return await self._pass_on(signal, signal.key)

    async def cancel(self, key: RunKey) -> None:
        """End a run after the step that it is in, without a word to anybody."""
        await self._apart(self._cancel(key))

    def forget(self, older_than_s: float) -> int:
        """Delete the runs that ended so long ago, but none younger than KEPT_S. Returns how many
        went.

        A subject's newest run stays: the number of the next one, and with it its branch and its
        comment, must be new.
        """
        before = datetime.now(UTC) - timedelta(seconds=max(older_than_s, KEPT_S))
        every = DBOS.list_workflows(load_input=False, load_output=False)
        numbered = [status.workflow_id for status in every if run_number(status.workflow_id)]
        newest = set(
            {key.rpartition("/")[0]: key for key in numbered}.values()
        )  # they are listed oldest first
        ended = DBOS.list_workflows(
            completed_before=before.isoformat(), load_input=False, load_output=False
        )
        old = [status.workflow_id for status in ended if status.workflow_id not in newest]
        for first in range(0, len(old), DELETE_AT_ONCE):
            DBOS.delete_workflows(old[first : first + DELETE_AT_ONCE])
        return len(old)

    def _launch(self) -> None:
        with ExitStack() as undo:
            undo.enter_context(locked(self._home))
            undo.enter_context(calm())
            undo.callback(self._hands.shutdown)
            DBOS.migrate(
                self._url
            )  # by an engine of DBOS's own: its migrations begin their transactions themselves
            database = opened(self._url)
            undo.callback(database.dispose)
            dbos = DBOS(config=self._config(database))
            if dbos._launched:  # noqa: SLF001 - DBOS() quietly gives the other one
                raise RuntimeError("another engine is launched in this process")
            undo.callback(DBOS.destroy, destroy_registry=True)
            self._intake = Intake(database, APPLICATION, self._poll_s)
            for name, story in self._stories.items():
                DBOS.workflow(name=name, max_recovery_attempts=MOST_DEATHS)(self._durable(story))
            DBOS.launch()
            self._dbos = dbos
            self._loop: asyncio.AbstractEventLoop = DBOS.run_step(None, _this_loop)
            undo.callback(self._shut)
            self._undo = undo.pop_all()

    def _shut(self) -> None:
        # DBOS ends its loop first and its queues then, which would hand runs to a loop that is
        # gone.
        for stop in self._dbos.background_thread_stop_events:
            stop.set()
        for thread in threading.enumerate():
            if thread.name.startswith("queue-worker-"):
                thread.join()
        asyncio.run_coroutine_threadsafe(self._shop.gate.shut(), self._loop).result()

    def _config(self, database: sa.Engine) -> DBOSConfig:
        return DBOSConfig(
            name=APPLICATION,
            system_database_url=self._url,
            application_version=VERSION,
            executor_id="local",
            serializer=Json(),
            log_level="WARNING",
            max_executor_threads=THREADS,
            notification_listener_polling_interval_sec=self._waiters_poll_s,
            run_migrations=False,
            system_database_engine=database,
        )

    def _durable(self, story: Story) -> Callable[[Any, str], Awaitable[Any]]:
        kind = _value_kind(story)

        async def body(data: Any, _by: str) -> Any:  # it is in the record for `_runs_of`
            await self._intake.quiet()
            run = DurableRun(self._shop, RunKey(DBOS.workflow_id or ""))
            return to_json(await run.through(story, from_json(data, kind)))

        return body

    async def _begin(self, start: StartRun, by: str) -> tuple[RunKey, bool]:
        return await self._apart(self._begin_apart(start, by))

    async def _pass_on(self, tell: SignalRun, key: str) -> bool:
        return await self._apart(self._pass_on_apart(tell, key))

    async def _apart(self, doing: Coroutine[Any, Any, T]) -> T:
        """On DBOS's loop, outside the context of any run. A caller who leaves does not tear it in
        the middle.
        """
        future = contextvars.Context().run(asyncio.run_coroutine_threadsafe, doing, self._loop)
        return await asyncio.shield(asyncio.wrap_future(future))

    async def _begin_apart(self, start: StartRun, by: str) -> tuple[RunKey, bool]:
        name = start.story.__name__
        if self._stories.get(name) is not start.story:
            raise ValueError(f"there is no story {name!r}: it must be listed")
        key = start.key
        while True:
            if start.subject:
                runs = await _runs_of(start.subject)
                for run in [
                    *(run for run in runs if by and run.by == by),
                    *(run for run in runs if run.live),
                ]:
                    return run.key, bool(by) and run.by == by
                key = f"{start.subject}/{max((run.number for run in runs), default=0) + 1}"
            taken = await self._intake.enqueue(name, key, to_json(start.value), by)
            if not taken:
                return RunKey(key), True
            if not start.subject:
                if taken != name:
                    raise ValueError(f"{key} is a run of {taken}, not of {name}")
                return RunKey(key), by == key or await _by(key) == by

    async def _pass_on_apart(self, tell: SignalRun, key: str) -> bool:
        live = [run.key for run in await _runs_of(tell.subject) if run.live]
        for run in live:
            await self._send(run, to_json(tell.signal), key)
        return bool(live)

    async def _cancel(self, key: RunKey) -> None:
        if await DBOS.list_workflows_async(
            workflow_ids=[key], status=list(LIVE), load_input=False, load_output=False
        ):
            await DBOS.cancel_workflow_async(key)
            await self._send(
                key, {"kind": "poke"}, ""
            )  # cancelling alone does not wake a run that waits

    async def _send(self, key: RunKey, note: dict[str, Any], once: str) -> None:
        await DBOS.send_async(key, note, INBOX, idempotency_key=once or None)
        # On SQLite DBOS asks for each waiting run in turn, so it must ask seldom. We are its only
        # sender, and have it
        # ask for this one at once. PostgreSQL notifies.
        record = self._dbos._sys_db  # noqa: SLF001
        waiting: Any = record.notifications_map.get(f"{key}::{INBOX}")
        if waiting is not None:
            await asyncio.to_thread(record.recv_check, key, INBOX, waiting)


@dataclass(frozen=True, slots=True)
class _Known:
    """A run as far as numbering needs it. `by` is the asking that began it."""

    key: RunKey
    number: int
    live: bool
    by: str


async def _runs_of(subject: Subject) -> list[_Known]:
    found = await DBOS.list_workflows_async(workflow_id_prefix=f"{subject}/", load_output=False)
    runs = [_known(status) for status in found]
    return [run for run in runs if run.number and run.key == f"{subject}/{run.number}"]


async def _by(key: str) -> str:
    found = await DBOS.list_workflows_async(workflow_ids=[key], load_output=False)
    return _known(found[0]).by if found else ""


def _known(status: WorkflowStatus) -> _Known:
    by = status.input["args"][1] if status.input else ""
    return _Known(
        RunKey(status.workflow_id), run_number(status.workflow_id), status.status in LIVE, by
    )


def _value_kind(story: Story) -> Any:
    """What a story is given, as the annotation of its second parameter says."""
    return get_type_hints(story)[list(inspect.signature(story).parameters)[1]]


async def _this_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()
