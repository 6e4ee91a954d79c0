"""The slots of work of all processes that share a record: the line stands in the record."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.slots import SlotTicket
from bot.values import QueueLength, Waiting

RETRY_S = 0.5
LINE_S = 1.0  # for so long the line is good as it was seen, for who stands in it

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


@dataclass(slots=True)
class _News:
    """What the record is to be told and asked next."""

    left: set[str] = field(default_factory=set)
    entering: dict[str, SlotTicket] = field(default_factory=dict)
    is_change: bool = False  # slots may be free
    is_hint: bool = False  # another process has given slots


@dataclass(frozen=True, slots=True)
class _Line:
    """The runs in the line, their repositories, and whether they have a slot, as seen last."""

    places: list[tuple[str, str, bool]] = field(default_factory=list)
    waiting: frozenset[str] = frozenset()
    seen_at: float = -math.inf


@dataclass(slots=True)
class SharedSlots:
    """The same as `Slots`, for many processes: so many for each of them, for each repository, and
    in all.

    A run works in the process that it lives in; whoever enters the line or leaves it gives out
    what is free, to the runs of all of them. Lives on one loop, and asks the record in a thread:
    one question at a time, and what comes meanwhile is one question together.
    While the record is away all wait, and what was given back meanwhile is given back then.
    """

    database: sa.Engine
    worker: str
    limits: SlotLimits
    _places: dict[str, _Place] = field(default_factory=dict)
    _news: _News = field(default_factory=_News)
    _line: _Line = field(default_factory=_Line)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
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
        self._news.entering[ticket.key] = ticket
        # What others wait for, too, goes on where this one is cancelled.
        await asyncio.shield(self._ask_beside())
        return ticket.granted.is_set()

    def leave(self, ticket: SlotTicket) -> None:
        """Give the slot back, or the place in the line up."""
        ticket.granted.clear()
        if self._places.pop(ticket.key, None):
            self._news.entering.pop(ticket.key, None)
            self._news.left.add(ticket.key)
            self._ask_beside()

    def look(self, run: str = "") -> None:
        """Look which runs of this process have a slot, and give out what is free.

        With the key of a run, which was given one, only look, and only if it waits here.
        """
        waiting = self._list_waiting()
        if run in waiting or (waiting and not run):
            self._news.is_hint = True
            self._news.is_change = self._news.is_change or not run
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
        places = self._line.places
        working = [run for run, repo, granted in places if granted and repo == ticket.repo]
        is_held_up = len(working) >= self.limits.per_repository
        line = [
            run
            for run, repo, granted in places
            if not granted and (repo == ticket.repo or not is_held_up)
        ]
        place = line.index(ticket.key) + 1 if ticket.key in line else 1
        behind = tuple(working) if is_held_up else ()
        return Waiting("slot", place=place, line_length=max(len(line), 1), behind=behind)

    def _list_waiting(self) -> set[str]:
        return {key for key, place in self._places.items() if not place.ticket.granted.is_set()}

    def _ask_beside(self) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._ask())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _ask(self) -> None:
        """Tell the record what is new, if nobody did; again until it answers."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            while news := self._take_news():
                places = dict(self._places)
                try:
                    granted, self._line = await loop.run_in_executor(
                        self._asking, self._ask_record, news, frozenset(places)
                    )
                except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
                    log.warning("the slots cannot be read, and are asked for again: %s", error)
                    self._put_back(news, places)
                    await asyncio.sleep(RETRY_S)
                else:
                    self._note_granted(granted, places)
                    return

    def _take_news(self) -> _News | None:
        """Take what is new; None where there is nothing to tell, and nobody waits."""
        news, self._news = self._news, _News()
        news.is_change = bool(news.is_change or news.left or news.entering)
        return news if news.is_change or (news.is_hint and self._list_waiting()) else None

    def _put_back(self, news: _News, places: dict[str, _Place]) -> None:
        """Tell it again; who left meanwhile does not enter."""
        self._news.left |= news.left
        self._news.is_change = True
        for key, ticket in news.entering.items():
            if self._places.get(key) is places.get(key):
                self._news.entering[key] = ticket

    def _note_granted(self, granted: set[str], places: dict[str, _Place]) -> None:
        for key in granted & places.keys():
            if self._places.get(key) is places[key]:
                places[key].ticket.granted.set()

    def _ask_record(self, news: _News, here: frozenset[str]) -> tuple[set[str], _Line]:
        with self.database.begin() as transaction:
            cursor = _open_cursor(transaction)
            if news.is_change:
                cursor.execute("select pg_advisory_xact_lock(%s)", [fleet_sql.SLOT_LOCK])
                self._change_line(cursor, news)
            cursor.execute(fleet_sql.GRANTED, {"worker": self.worker})
            granted = {str(run) for (run,) in cursor.fetchall()}
            return granted, self._see_line(cursor, here - granted)

    def _change_line(self, cursor: Any, news: _News) -> None:
        if news.left:
            cursor.execute(fleet_sql.LEAVE_LINE, {"worker": self.worker, "runs": list(news.left)})
        if news.left & news.entering.keys():  # others are served before who comes back
            grant_slots(cursor, self.limits, self.worker)
        if news.entering:
            tickets = news.entering.values()
            names: dict[str, object] = {
                "worker": self.worker,
                "entering": list(news.entering),
                "repos": [ticket.repo for ticket in tickets],
                "asked_at": [ticket.asked_at for ticket in tickets],
            }
            cursor.execute(fleet_sql.ENTER_LINE, names)
        grant_slots(cursor, self.limits, self.worker)

    def _see_line(self, cursor: Any, waiting: frozenset[str]) -> _Line:
        """Read the line where somebody came into it to wait, and else now and then."""
        now = time.monotonic()
        is_old = now - self._line.seen_at >= LINE_S
        if not waiting or (waiting <= self._line.waiting and not is_old):
            return self._line
        cursor.execute(fleet_sql.IN_LINE)
        places = cursor.fetchall()
        return _Line(places, frozenset(run for run, _repo, granted in places if not granted), now)


def grant_slots(cursor: Any, limits: SlotLimits, asker: str = "") -> None:
    """Give the free slots to the first in the line that can use them, and notify their processes,
    but for the one that asks.

    The transaction holds the lock of the slots.
    """
    names = asdict(limits) | {"asker": asker}
    while cursor.execute(fleet_sql.GRANT_NEXT, names).rowcount:
        pass


def _open_cursor(transaction: sa.Connection) -> Any:
    """Open psycopg's own cursor: these statements are none of SQLAlchemy's."""
    return transaction.connection.cursor()
