"""The limits of GitHub to which the processes that share a record keep together."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, TypeVar
from weakref import finalize

import psycopg

from bot.adapters.dbos import limit_sql
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record_errors import flatten_error
from bot.ports import RequestLimit, WriteRate, WriteTurn
from bot.values import InstallationId

T = TypeVar("T")

AWAY_S = 2.0  # for how long a record that did not answer is not asked again
KEPT_OPEN = 2  # connections, between two turns

log = logging.getLogger("greenlit")


class RecordedLimits:
    """What `bot.ports` calls SharedLimits.

    No write fails here for want of the record: whether it may be sent then, the fence decides.
    """

    def __init__(self, record: PostgresRecord, away_s: float = AWAY_S) -> None:
        self._record = record
        self._away_s = away_s
        self._idle: deque[psycopg.Connection[Any]] = deque()
        self._away_until = 0.0
        self._is_away = False
        finalize(self, _close_all, self._idle)

    def take_turn(
        self, installation: InstallationId, rate: WriteRate, *, creates_content: bool
    ) -> WriteTurn | None:
        """Take the next turn to write; None while the record is away."""
        names = {"installation": installation, "creates_content": creates_content, **asdict(rate)}
        return self._ask(lambda connection: _take_turn(connection, names))

    def tell_limit(self, limit: RequestLimit) -> None:
        """Write a limit down. The others read it as they say that they live."""
        self._ask(lambda connection: connection.execute(limit_sql.KEEP_LIMIT, asdict(limit)))

    def _ask(self, ask: Callable[[psycopg.Connection[Any]], T]) -> T | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            answer = self._ask_record(ask)
        except psycopg.Error as error:
            if not self._is_away:
                log.warning("GitHub's limits are not shared for now: %s", flatten_error(error))
            self._is_away, self._away_until = True, time.monotonic() + self._away_s
            return None
        self._is_away = False
        return answer

    def _ask_record(self, ask: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Ask over a connection that is open or, where that broke meanwhile, over a new one."""
        with suppress(IndexError, psycopg.OperationalError):
            return self._ask_over(self._idle.pop(), ask)
        return self._ask_over(self._record.connect(), ask)

    def _ask_over(
        self, connection: psycopg.Connection[Any], ask: Callable[[psycopg.Connection[Any]], T]
    ) -> T:
        try:
            answer = ask(connection)
        except psycopg.Error:
            connection.close()
            raise
        self._idle.append(connection)
        if len(self._idle) > KEPT_OPEN:
            self._idle.popleft().close()
        return answer


def read_limits(rows: Iterable[tuple[int, str, float]] | None) -> tuple[RequestLimit, ...]:
    """Read what LIST_LIMITS brings back; null where GitHub takes all requests."""
    return tuple(
        RequestLimit(InstallationId(installation), resource, float(left_s))
        for installation, resource, left_s in rows or ()
    )


def _take_turn(connection: psycopg.Connection[Any], names: Mapping[str, object]) -> WriteTurn:
    row = connection.execute(limit_sql.TAKE_TURN, names).fetchone()
    if row:
        return WriteTurn(max(0.0, float(row[0])))
    [(wait_s,)] = connection.execute(limit_sql.FIND_TURN, names).fetchall()
    return WriteTurn(max(0.0, float(wait_s)), is_taken=False)


def _close_all(connections: Iterable[psycopg.Connection[Any]]) -> None:
    for connection in connections:
        connection.close()
