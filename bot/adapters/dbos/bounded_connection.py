"""Connections to PostgreSQL that do not wait for ever, and an engine that waits for its server."""

from __future__ import annotations

import select
from collections.abc import Generator
from threading import Event
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import errors
from psycopg.abc import PQGen

from bot.adapters.dbos.fence import read_clock

ANSWER_S = 35.0  # more than the engine gives its longest queries, which the server ends itself
INTERVAL_S = 0.1
AGAIN_S = 0.5
EVER_S = 1e9
TRUSTED_S = 5.0  # since its last use a connection is taken to live, if nothing came over it
_USED_AT = "used at"

RV = TypeVar("RV")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when a statement is not answered in time.

    TCP finds out a machine that is gone. It does not find out a proxy, or a server that is stopped,
    which takes what is sent and answers nothing.
    """

    patience_s: float = ANSWER_S

    def wait(
        self, gen: PQGen[RV], interval: float = INTERVAL_S, timeout: float | None = None
    ) -> RV:
        """Wait for the answer. Raises OperationalError when it does not come in time."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, min(self.patience_s, EVER_S))
        except errors._WaitTimeout:  # noqa: SLF001 - psycopg's caller is to turn it into another
            self.close()
            text = f"the database has not answered for {self.patience_s:g} s"
            raise psycopg.OperationalError(text) from None

    def notifies(
        self, *, timeout: float | None = None, stop_after: int | None = None
    ) -> Generator[psycopg.Notify, None, None]:
        """Listen. Who does so without a limit may hear nothing for as long as it likes."""
        timeout = EVER_S if timeout is None else timeout
        return super().notifies(timeout=timeout, stop_after=stop_after)


def connect_bounded(
    _dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]
) -> BoundedConnection:
    """Connect for SQLAlchemy, as its event `do_connect` asks."""
    return BoundedConnection.connect(*arguments, **named)


def check_idle_connections(engine: sa.Engine) -> None:
    """Have a pool ask a connection whether it lives, but only where that is in doubt.

    To ask each time, as SQLAlchemy's own check does, is a transaction before every transaction. A
    server that ends says so to each connection: what was used just now and has heard nothing lives.
    """

    def note_use(_connection: Any, entry: Any) -> None:
        entry.info[_USED_AT] = read_clock()

    def check(connection: psycopg.Connection[Any], entry: Any, _proxy: Any) -> None:
        used_at = entry.info.get(_USED_AT)  # None where it is new
        if used_at is None or _is_trusted(connection, used_at):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except psycopg.Error as error:
            raise sa.exc.InvalidatePoolError from error

    sa.event.listen(engine, "checkin", note_use)
    sa.event.listen(engine, "checkout", check)


def _is_trusted(connection: psycopg.Connection[Any], used_at: float) -> bool:
    if connection.closed or read_clock() - used_at > TRUSTED_S:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


class PatientConnector:
    """Connects for SQLAlchemy as soon as the database is there, however long that takes.

    DBOS tries again by itself, but after pauses of up to a minute and a half: so much later than
    the database its runs would be back.
    """

    def __init__(self) -> None:
        self._is_over = Event()

    def connect(
        self, dialect: object, record: object, arguments: list[Any], named: dict[str, Any]
    ) -> BoundedConnection:
        """Connect, again and again. Raises OperationalError once nobody wants to wait any more."""
        while True:
            try:
                return connect_bounded(dialect, record, arguments, named)
            except psycopg.OperationalError:
                if self._is_over.wait(AGAIN_S):
                    raise

    def end(self) -> None:
        """Wait no more."""
        self._is_over.set()
