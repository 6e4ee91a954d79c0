"""Write new runs down together, so that a burst of them costs few trips to the disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions, error

from bot.adapters.dbos.fleet_sql import QUEUE, STARTS
from bot.adapters.dbos.journal import JsonSerializer

BURST, LULL_S = 8, 0.25  # as many new runs in so short a time are a burst
LOOK_S = 0.05
# For so long a burst is put before a run, and before a look into the queue.
RUN_YIELDS_S, QUEUE_YIELDS_S = 0.5, 2.0


@dataclass(slots=True, eq=False)
class _NewRun:
    """A run to be. `taken_by` is None until it is on disk."""

    options: EnqueueOptions
    data: Any
    started_by: str
    taken_by: str | None = None


class EnqueueBatcher:
    """What comes in while one batch is written makes the next. Lives on one loop."""

    def __init__(
        self,
        database: sa.Engine,
        application: str,
        poll_s: float,
        on_written: Callable[[], None],
        own_queue: str = QUEUE,
    ) -> None:
        """`own_queue` is the queue that this process works on, where others take from it too: they
        all hear what is written. Where it has the record for itself, `on_written` is called.
        """
        self._database = database
        self._on_written = on_written
        self._is_shared = own_queue != QUEUE
        self._client = DBOSClient(
            system_database_engine=database,
            serializer=JsonSerializer(),
            application_name=application,
            lazy=True,
        )
        # A thread of its own: DBOS's threads are full in a burst.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="enqueue")
        self._waiting: list[_NewRun] = []
        # Before DBOS is launched: it looks for queues that are new to it only once a second.
        self._client.register_queue(own_queue, polling_interval_sec=poll_s)
        self._writing = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._telling: asyncio.Task[None] | None = None
        self._came_at: deque[float] = deque(maxlen=BURST)

    async def enqueue(self, story: str, key: str, data: Any, started_by: str) -> str:
        """Put a run into the queue; it is on disk when this returns.

        Returns "", or the story whose run has the key already.
        """
        options = EnqueueOptions(
            workflow_name=story,
            queue_name=QUEUE,
            workflow_id=key,
            workflow_id_reuse_policy="reject",
        )
        new = _NewRun(options, data, started_by)
        self._waiting.append(new)
        loop = asyncio.get_running_loop()
        self._came_at.append(loop.time())
        async with self._writing:
            if new.taken_by is None:
                batch, self._waiting = list(dict.fromkeys([*self._waiting, new])), []
                await loop.run_in_executor(self._writer, self._write, batch)
                self._tell_of_batch(loop)
        return new.taken_by or ""

    def _tell_of_batch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the batch worked on; in a burst one task tells of all batches once it is over."""
        if self._is_shared or self._telling:
            return
        self._telling = loop.create_task(self._tell_when_calm())

    async def _tell_when_calm(self) -> None:
        await self._wait_until_calm(QUEUE_YIELDS_S)
        self._telling = None
        self._on_written()

    async def yield_to_intake(self) -> None:
        """Delay a run in a burst of new ones for a moment: they are written down first."""
        async with self._turn:
            await self._wait_until_calm(RUN_YIELDS_S)

    async def _wait_until_calm(self, patience_s: float) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(round(patience_s / LOOK_S)):
            if not self._writing.locked() and not self._is_burst(loop.time()):
                return
            await asyncio.sleep(LOOK_S)

    def _is_burst(self, now: float) -> bool:
        return len(self._came_at) == BURST and now < self._came_at[0] + LULL_S

    def _write(self, batch: list[_NewRun]) -> None:
        with self._database.begin() as transaction:
            answers = [self._enqueue(transaction, new) for new in batch]
            if self._is_shared:
                transaction.execute(sa.select(sa.func.pg_notify(STARTS, "")))
        for new, taken_by in zip(batch, answers, strict=True):
            new.taken_by = taken_by

    def _enqueue(self, transaction: sa.Connection, new: _NewRun) -> str:
        try:
            self._client.enqueue_in_transaction(transaction, new.options, new.data, new.started_by)
        except error.DBOSWorkflowIDInUseError as used:
            return str(used.workflow_name)
        return ""
