"""The slots of work of all processes that share a record: the line stands in the record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.slots import SlotTicket
from bot.values import QueueLength, Waiting

log = logging.getLogger("greenlit")


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """How many runs may work in one repository, and after how long a process is dead."""

    per_repository: int
    dead_after_s: float


@dataclass(slots=True)
class SharedSlots:
    """The same as `Slots`, for many processes: so many for each of them, and for each repository.

    A run works in the process that it lives in; whoever enters the line or leaves it gives out
    what is free, to the runs of all of them. Lives on one loop, and asks the record in a thread.
    """

    database: sa.Engine
    worker: str
    limits: SlotLimits
    _tickets: dict[str, SlotTicket] = field(default_factory=dict)
    _line: list[tuple[str, str, bool]] = field(default_factory=list)
    _asking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "slots"))
    _leaving: set[asyncio.Task[None]] = field(default_factory=set)

    def hold_for(self, keys: Collection[str]) -> None:
        """Do nothing: who asked first stands in the record, whatever comes back first."""

    def settle(self, key: str) -> None:
        """Do nothing, as above."""

    def settle_all(self) -> None:
        """Do nothing, as above."""

    async def enter(self, ticket: SlotTicket) -> bool:
        """Go into the line, or stay in it; True when there is a slot for the ticket now."""
        self._tickets[ticket.key] = ticket
        await self._ask(fleet_sql.ENTER_LINE, ticket)
        return ticket.granted.is_set()

    def leave(self, ticket: SlotTicket) -> None:
        """Give the slot back, or the place in the line up."""
        ticket.granted.clear()
        if self._tickets.pop(ticket.key, None):
            leaving = asyncio.get_running_loop().create_task(self._leave(ticket))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def look(self) -> None:
        """Look which runs of this process have a slot, and give out what is free."""
        await self._ask("", None)

    def count_held(self) -> int:
        """Count the slots at work in this process."""
        return sum(ticket.granted.is_set() for ticket in self._tickets.copy().values())

    def measure_line(self, now: float) -> QueueLength:  # noqa: ARG002 - as of `Slots`
        """Measure nothing: the line stands in the record, and is counted there."""
        return QueueLength()

    def describe(self, ticket: SlotTicket) -> Waiting | None:
        """Tell the place of a ticket among those that wait, as the line was seen last."""
        if ticket.granted.is_set():
            return None
        working = [run for run, repo, granted in self._line if granted and repo == ticket.repo]
        is_held_up = len(working) >= self.limits.per_repository
        line = [
            run
            for run, repo, granted in self._line
            if not granted and (repo == ticket.repo or not is_held_up)
        ]
        place = line.index(ticket.key) + 1 if ticket.key in line else 1
        behind = tuple(working) if is_held_up else ()
        return Waiting("slot", place=place, line_length=max(len(line), 1), behind=behind)

    async def _leave(self, ticket: SlotTicket) -> None:
        try:
            await self._ask(fleet_sql.LEAVE_LINE, ticket)
        except sa.exc.DBAPIError:
            # The record is away. The slot comes free when the run enters the line anew, or when
            # this process is taken for dead.
            log.warning("the slot of %s could not be given back", ticket.key)

    async def _ask(self, statement: str, ticket: SlotTicket | None) -> None:
        loop = asyncio.get_running_loop()
        granted, self._line = await loop.run_in_executor(
            self._asking, self._ask_record, statement, ticket
        )
        for key in granted:
            if waiting := self._tickets.get(key):
                waiting.granted.set()

    def _ask_record(
        self, statement: str, ticket: SlotTicket | None
    ) -> tuple[set[str], list[tuple[str, str, bool]]]:
        with self.database.begin() as transaction:
            cursor = _open_cursor(transaction)
            cursor.execute("select pg_advisory_xact_lock(%s)", [fleet_sql.SLOT_LOCK])
            if ticket:
                names = {"run": ticket.key, "repo": ticket.repo, "asked_at": ticket.asked_at}
                cursor.execute(statement, {**names, "worker": self.worker})
            grant_slots(cursor, self.limits)
            cursor.execute(fleet_sql.GRANTED, {"worker": self.worker})
            granted = {str(run) for (run,) in cursor.fetchall()}
            cursor.execute(fleet_sql.IN_LINE)
            return granted, cursor.fetchall()


def grant_slots(cursor: Any, limits: SlotLimits) -> None:
    """Give the free slots to the first in the line that can use them, and notify their processes.

    The transaction holds the lock of the slots.
    """
    names = {"per_repository": limits.per_repository, "dead_after_s": limits.dead_after_s}
    while True:
        cursor.execute(fleet_sql.NEXT, names)
        row = cursor.fetchone()
        if row is None:
            return
        cursor.execute(fleet_sql.GRANT, {"run": row[0]})
        cursor.execute("select pg_notify(%s, %s)", [fleet_sql.GRANTS, row[0]])


def _open_cursor(transaction: sa.Connection) -> Any:
    """Open psycopg's own cursor: these statements are none of SQLAlchemy's."""
    return transaction.connection.cursor()
