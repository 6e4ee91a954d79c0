"""Here lives the intake: new runs are written down together, so that a burst of them costs few
trips to the disk.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions, error

from bot.adapters.dbos.journal import Json

QUEUE = "runs"  # without limits: a run that waits is no work
MOMENT_S = 0.1
MOST_MOMENTS = 10


@dataclass(slots=True, eq=False)
class _New:
    """A run to be. `taken` is None until it is on disk."""

    options: EnqueueOptions
    data: Any
    by: str
    taken: str | None = None


class Intake:
    """What comes in while one batch is written makes the next. Lives on one loop."""

    def __init__(self, database: sa.Engine, application: str, poll_s: float) -> None:
        self._database = database
        self._client = DBOSClient(
            system_database_engine=database,
            serializer=Json(),
            application_name=application,
            lazy=True,
        )
        self._pen = ThreadPoolExecutor(
            1, thread_name_prefix="intake"
        )  # DBOS's threads are full in a burst
        self._waiting: list[_New] = []
        # Before DBOS is launched: it looks for queues that are new to it only once a second.
        self._client.register_queue(QUEUE, polling_interval_sec=poll_s)
        self._writing = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._heard = 0.0

    async def enqueue(self, story: str, key: str, data: Any, by: str) -> str:
        """Put a run into the queue, on disk when this returns. "", or the story whose run has the
        key already.
        """
        options = EnqueueOptions(
            workflow_name=story,
            queue_name=QUEUE,
            workflow_id=key,
            workflow_id_reuse_policy="reject",
        )
        new = _New(options, data, by)
        self._waiting.append(new)
        self._heard = asyncio.get_running_loop().time()
        async with self._writing:
            if new.taken is None:
                batch, self._waiting = list(dict.fromkeys([*self._waiting, new])), []
                await asyncio.get_running_loop().run_in_executor(self._pen, self._write, batch)
        return new.taken or ""

    async def quiet(self) -> None:
        """Let the door go first: in turn, return once nothing has come in for a moment, or after
        some all the same.
        """
        async with self._turn:
            for _ in range(MOST_MOMENTS):
                if asyncio.get_running_loop().time() > self._heard + MOMENT_S:
                    return
                await asyncio.sleep(MOMENT_S / 2)

    def _write(self, batch: list[_New]) -> None:
        with self._database.begin() as transaction:
            answers = [self._put(transaction, new) for new in batch]
        for new, taken in zip(batch, answers, strict=True):
            new.taken = taken

    def _put(self, transaction: sa.Connection, new: _New) -> str:
        try:
            self._client.enqueue_in_transaction(transaction, new.options, new.data, new.by)
        except error.DBOSWorkflowIDInUseError as used:
            return str(used.workflow_name)
        return ""
