"""One process of those that share a record: it says that it lives, takes runs, and takes over.

The engine calls back nobody whose process died: what it ran would wait for ever.
"""

from __future__ import annotations

import logging
import math
import os
import socket
import threading
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.fence import Fence, read_clock
from bot.adapters.dbos.fleet_listener import Listener, hear_until_starts
from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record_errors import flatten_error
from bot.adapters.dbos.recorded_limits import read_limits
from bot.adapters.dbos.shared_slots import SlotLimits, grant_slots

log = logging.getLogger("greenlit")


@dataclass(slots=True)
class FleetMember:
    """This process among those that share the record. `slots` is 0 where it works on no runs."""

    record: PostgresRecord
    stories: Collection[str]  # that this process knows: it takes no runs of others
    slots: int
    limits: SlotLimits
    fence: Fence
    timing: FleetTiming = field(default_factory=FleetTiming)
    name: str = field(default_factory=lambda: name_worker(socket.gethostname(), ""))
    working: int = 1  # of the processes that share the record, as the record told last
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _heard_since: float = 0.0  # by the record, without a silence in which others may have died
    _idle_since: dict[str, float] = field(default_factory=dict)  # runs that are not begun yet
    _is_record_away: bool = False
    _is_outdated: bool = False

    @property
    def own_queue(self) -> str:
        """The queue with the runs that this process has taken."""
        return fleet_sql.OWN_QUEUE.format(worker=self.name)

    @property
    def home(self) -> str:
        """The mark of where it keeps its mirrors; the next process on the same home has it, too."""
        return self.name.split("-")[-2]

    def join(self) -> None:
        """Write down that this process lives, before it takes anything."""
        machine = f"{socket.gethostname()} pid {os.getpid()}"
        names = {"worker": self.name, "machine": machine, "slots": self.slots}
        with closing(self._connect()) as connection:
            self._say(connection, fleet_sql.ENTER, names | {"launch_s": self.timing.launch_s})
        self.fence.patience_s = self.timing.fence_after_s

    def begin(self, listener: Listener) -> None:
        """Say that this process lives, and take runs, until `leave`."""
        self._thread = threading.Thread(
            target=self._serve, args=(listener,), name="fleet", daemon=True
        )
        self._thread.start()

    def tell(self, run: str) -> None:
        """Have the process in which a run lives look into its inbox. It is a hint, and may fail."""
        try:
            with closing(self._connect()) as connection:
                connection.execute("select pg_notify(%s, %s)", [fleet_sql.SIGNALS, run])
        except psycopg.Error as error:
            log.warning("%s hears of its signal a little later: %s", run, flatten_error(error))

    def note_told(self, run: str) -> None:
        """Note that people will be told, or need not be, that a run is set aside."""
        with closing(self._connect()) as connection:
            connection.execute(fleet_sql.NOTE_TOLD, {"run": run})

    def rest(self) -> None:
        """Take no more runs and no more slots, as this process is about to leave."""
        self.slots = 0

    def leave(self) -> None:
        """Stop, and let the others take over at once what is left."""
        self._stopping.set()
        try:
            with closing(self._connect()) as connection:
                # Wakes the thread, which listens.
                connection.execute("select pg_notify(%s, '')", [fleet_sql.STARTS])
                self._join_thread()
                self._bury(connection, self.name)
        except psycopg.Error:  # then they find it out by themselves
            log.warning("the record is away; the runs go on elsewhere a little later")
            self._join_thread()

    def _join_thread(self) -> None:
        if self._thread:
            self._thread.join()

    def _connect(self) -> psycopg.Connection[Any]:
        return self.record.connect(self.timing.answer_s)

    def _say(
        self, connection: psycopg.Connection[Any], statement: str, names: Mapping[str, object]
    ) -> tuple[Any, ...] | None:
        """Say that this process lives, and return what comes back with the time by the record's
        clock; None where the others took it for dead.
        """
        asked_at, asked_clock_at = read_clock(), self.fence.clock.machine()
        row = connection.execute(statement, names).fetchone()
        if row is not None:
            self.fence.clock.note(row[0], asked_clock_at)
            self.fence.note_beat(asked_at)
        return row

    def _serve(self, listener: Listener) -> None:
        while not self._stopping.is_set():
            try:
                with closing(self._connect()) as connection:
                    self._note_record_back()
                    self._listen(connection, listener)
            except psycopg.Error as error:
                self._note_record_away(error)
                self._stopping.wait(self.timing.retry_s)

    def _note_record_back(self) -> None:
        if self._is_record_away:
            log.info("the database of the record is back")
        self._is_record_away = False

    def _note_record_away(self, error: psycopg.Error) -> None:
        if not self._is_record_away:
            log.warning("the database of the record is away: %s", flatten_error(error))
        self._is_record_away = True

    def _listen(self, connection: psycopg.Connection[Any], listener: Listener) -> None:
        for channel in (fleet_sql.STARTS, fleet_sql.GRANTS, fleet_sql.SIGNALS):
            connection.execute(f"listen {channel}")
        self._heard_since = beat_at = read_clock()
        looked_at = -math.inf
        # Each wake of a run is recorded, so none is woken by a record that takes no beat.
        self._beat(connection, listener)
        # What was said while nobody listened is in the tables.
        listener.on_signal("")
        for (run,) in connection.execute(fleet_sql.UNHEARD).fetchall():
            listener.on_signal(run)
        listener.on_taken()
        while not self._stopping.is_set():
            now = read_clock()
            if now - beat_at >= self.timing.beat_s:
                if now - beat_at > self.timing.fence_after_s:
                    self._heard_since = now
                beat_at = now
                self._beat(connection, listener)
            if now - looked_at >= self.timing.dead_after_s:
                looked_at = now
                self._put_back_strays(connection, listener)
                self._have_told(connection, listener)
            if not self._stopping.is_set():
                self._work(connection, listener, beat_at + self.timing.beat_s)

    def _work(self, connection: psycopg.Connection[Any], listener: Listener, until: float) -> None:
        """Take runs, and listen until the next beat; not as long where some may be left to take."""
        pause_s = self._take(connection)
        if pause_s < math.inf:
            listener.on_taken()
        hear_until_starts(connection, listener, min(until, read_clock() + pause_s))

    def _beat(self, connection: psycopg.Connection[Any], listener: Listener) -> None:
        """Say that this process lives, and look whether the others do."""
        asked_at = read_clock()
        names = {"worker": self.name, "slots": self.slots, "version": self.record.version.number}
        row = self._say(connection, fleet_sql.BEAT, names)
        if row is None:
            self._stopping.set()
            listener.on_expelled()
            return
        _, limits, is_for_newer, self.working = row
        listener.on_limits(read_limits(limits))
        if is_for_newer and not self._is_outdated:
            self._is_outdated = True
            self.rest()
            listener.on_outdated()
        listener.on_grants("")
        # Where the record was away from all, the others need a moment to come back, too.
        if asked_at - self._heard_since >= self.timing.dead_after_s:
            self._bury_dead(connection, listener)

    def _bury_dead(self, connection: psycopg.Connection[Any], listener: Listener) -> None:
        """Take over from processes that were not heard of."""
        dead = connection.execute(
            fleet_sql.FIND_DEAD, {"dead_after_s": self.timing.dead_after_s}
        ).fetchall()
        for (worker,) in dead:
            self._bury(connection, worker)
        if dead:
            self._have_told(connection, listener)

    def _have_told(self, connection: psycopg.Connection[Any], listener: Listener) -> None:
        """Have people told of what is set aside, also by one that died before it did so."""
        names = {"stories": list(self.stories)}
        for (run,) in connection.execute(fleet_sql.UNTOLD, names).fetchall():
            listener.on_set_aside(run)

    def _bury(self, connection: psycopg.Connection[Any], worker: str) -> None:
        """Hand over what a dead process had, or what this one has."""
        is_orderly = worker == self.name
        names = {
            "worker": worker,
            "own_queue": fleet_sql.OWN_QUEUE.format(worker=worker),
            "queue": fleet_sql.QUEUE,
            "most_deaths": fleet_sql.MOST_STEP_DEATHS,
            "dead_after_s": self.timing.dead_after_s,
            "is_orderly": is_orderly,
        }
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [fleet_sql.SLOT_LOCK])
            if not is_orderly:
                if not cursor.execute(fleet_sql.LOCK_DEAD, names).rowcount:
                    return
                log.warning("%s was not heard of: its runs go on elsewhere", worker)
                cursor.execute(fleet_sql.COUNT_DEATHS, names)
            cursor.execute(fleet_sql.SET_ASIDE, names)
            for (run,) in cursor.fetchall():
                log.error("%s is set aside: process after process died while it worked", run)
            for statement in fleet_sql.LEAVE_ALL:
                cursor.execute(statement, names)
            grant_slots(cursor, self.limits)
            cursor.execute("select pg_notify(%s, '')", [fleet_sql.STARTS])

    def _put_back_strays(self, connection: psycopg.Connection[Any], listener: Listener) -> None:
        """Put runs back that this process has taken, and for a minute does not run."""
        taken = connection.execute(fleet_sql.TAKEN, {"worker": self.name}).fetchall()
        idle = {str(run) for (run,) in taken} - set(listener.find_active())
        now = read_clock()
        self._idle_since = {run: self._idle_since.get(run, now) for run in idle}
        latest = now - self.timing.stray_after_s
        strays = [run for run, since in self._idle_since.items() if since <= latest]
        if not strays:
            return
        for run in strays:
            del self._idle_since[run]
        log.warning("the record was away when these were to go on: %s", ", ".join(sorted(strays)))
        names = {"worker": self.name, "runs": strays, "queue": fleet_sql.QUEUE}
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [fleet_sql.SLOT_LOCK])
            for statement in fleet_sql.PUT_BACK:
                cursor.execute(statement, names)
            grant_slots(cursor, self.limits)

    def _take(self, connection: psycopg.Connection[Any]) -> float:
        """Take this process's share of the runs that nobody has taken.

        Returns after how many seconds some may be left for it, though nothing was heard.
        """
        if not self.slots:
            return math.inf
        names = {
            "worker": self.name,
            "home": self.home,
            "queue": fleet_sql.QUEUE,
            "own_queue": self.own_queue,
            "stories": list(self.stories),
            "slots": self.slots,
            "dead_after_s": self.timing.dead_after_s,
            "leave_s": self.timing.leave_s,
            "begin_s": self.timing.begin_s,
        }
        waiting = connection.execute(fleet_sql.IS_WAITING, names).fetchone()
        if not waiting or not waiting[0]:
            return math.inf
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(%s)", [fleet_sql.TAKE_LOCK])
            is_alone = cursor.fetchone() == (True,)
            if is_alone and cursor.execute(fleet_sql.LOCK_MEMBER, names).rowcount:
                cursor.execute(fleet_sql.TAKE, names)
        return self.timing.take_s if is_alone else self.timing.again_s


def name_worker(machine: str, home_mark: str) -> str:
    """Name a process by its home, and differently from those that were there before it."""
    return f"{machine}-{home_mark}-{uuid4().hex[:12]}"
