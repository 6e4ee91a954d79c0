"""The slots of work of all processes that share a record: the line stands in the record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.slots import SlotTicket
from bot.values import QueueLength, Waiting

RETRY_S = 0.5

log = logging.getLogger("greenlit")


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """How many runs may work in one repository and in all processes together, and after how long a
    process is dead.
    """

    per_repository: int
    dead_after_s: float
    in_all: int | None = None  # None where only each process has its own limit


@dataclass(eq=False, slots=True)
class _Place:
    """A ticket from when it goes into the line until it leaves: what was read before tells nothing
    of it.
    """

    ticket: SlotTicket


Line = list[tuple[str, str, bool]]  # runs, their repositories, and whether they have a slot


@dataclass(slots=True)
class SharedSlots:
    """The same as `Slots`, for many processes: so many for each of them, for each repository, and
    in all.

    A run works in the process that it lives in; whoever enters the line or leaves it gives out
    what is free, to the runs of all of them. Lives on one loop, and asks the record in a thread.
    While the record is away all wait, and what was given back meanwhile is given back then.
    """

    database: sa.Engine
    worker: str
    limits: SlotLimits
    _places: dict[str, _Place] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)  # what the record is not told yet
    _line: Line = field(default_factory=list)
    _asking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "slots"))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def hold_for(self, keys: Collection[str]) -> None:
        """Do nothing: who asked first stands in the record, whatever comes back first."""

    def settle(self, key: str) -> None:
        """Do nothing, as above."""

    def settle_all(self) -> None:
        """Do nothing, as above."""

    async def enter(self, ticket: SlotTicket) -> bool:
        """Go into the line, or stay in it; True when there is a slot for the ticket now."""
        self._places.setdefault(ticket.key, _Place(ticket))
        await self._ask(ticket)
        return ticket.granted.is_set()

    def leave(self, ticket: SlotTicket) -> None:
        """Give the slot back, or the place in the line up."""
        ticket.granted.clear()
        if self._places.pop(ticket.key, None):
            self._left.add(ticket.key)
            self._ask_beside()

    def look(self, run: str = "") -> None:
        """Look which runs of this process have a slot, and give out what is free.

        With the key of a run only if it waits here.
        """
        waiting = {key for key, place in self._places.items() if not place.ticket.granted.is_set()}
        if run in waiting or (waiting and not run):
            self._ask_beside()

    def count_held(self) -> int:
        """Count the slots at work in this process."""
        return sum(place.ticket.granted.is_set() for place in self._places.copy().values())

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

    def _ask_beside(self) -> None:
        task = asyncio.get_running_loop().create_task(self._ask(None))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, ticket: SlotTicket | None) -> None:
        """Tell the record who left, and who enters; again until it answers."""
        loop = asyncio.get_running_loop()
        while True:
            places, left, self._left = dict(self._places), self._left, set()
            ask = partial(self._ask_record, list(left), ticket)
            try:
                granted, self._line = await loop.run_in_executor(self._asking, ask)
            except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
                log.warning("the slots cannot be read, and are asked for again: %s", error)
                self._left |= left - self._places.keys()  # what came back keeps what it had
                await asyncio.sleep(RETRY_S)
            else:
                break
        for key in granted & places.keys():
            if self._places.get(key) is places[key]:
                places[key].ticket.granted.set()

    def _ask_record(self, left: list[str], ticket: SlotTicket | None) -> tuple[set[str], Line]:
        names: dict[str, object] = {"worker": self.worker, "runs": left}
        with self.database.begin() as transaction:
            cursor = _open_cursor(transaction)
            cursor.execute("select pg_advisory_xact_lock(%s)", [fleet_sql.SLOT_LOCK])
            if left:
                cursor.execute(fleet_sql.LEAVE_LINE, names)
            if ticket:
                asked = {"run": ticket.key, "repo": ticket.repo, "asked_at": ticket.asked_at}
                cursor.execute(fleet_sql.ENTER_LINE, names | asked)
            grant_slots(cursor, self.limits)
            cursor.execute(fleet_sql.GRANTED, names)
            granted = {str(run) for (run,) in cursor.fetchall()}
            cursor.execute(fleet_sql.IN_LINE)
            return granted, cursor.fetchall()


def grant_slots(cursor: Any, limits: SlotLimits) -> None:
    """Give the free slots to the first in the line that can use them, and notify their processes.

    The transaction holds the lock of the slots.
    """
    names = asdict(limits)
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
