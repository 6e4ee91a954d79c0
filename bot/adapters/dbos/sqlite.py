"""A SQLite file as the record, and the lock that keeps a home to one process."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from dbos import DBOS

from bot.adapters.dbos import delivery_sql, record_version
from bot.adapters.dbos.record_version import VERSION, RecordVersion, check_version
from bot.adapters.home_probes import find_record_trouble
from bot.adapters.private_home import LOCK, RECORD, make_private_home

BUSY_S = 30
FULL_BYTES = 100_000  # with less, what SQLite writes at once finds no room


class HomeInUse(RuntimeError):
    """Another process runs the same home. Two would repeat each other's running steps."""


def lock_home(home: Path) -> TextIO:
    """Make the home and lock it for this process while the file is open. Raises HomeInUse."""
    make_private_home(home)
    lock = (home / LOCK).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise HomeInUse(
            f"{home} is in use by another process (pid {holder}): "
            "stop it first, or set another home"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


class SqliteRecord:
    """The record in a file of the bot's home, which one process works on."""

    is_shared = False

    def __init__(self, home: Path, version: RecordVersion = VERSION) -> None:
        """`version` is that of this process, but for tests of what a newer one does."""
        self._home = home
        self._file = (home / RECORD).absolute()
        self.version = version
        self._waits_for_room = True

    @property
    def name(self) -> str:
        """The file."""
        return str(self._file)

    @property
    def url(self) -> str:
        """Its address, as DBOS takes it."""
        return f"sqlite:///{self._file}"

    def migrate(self) -> None:
        """Bring its tables to this version. Raises RecordTooNewError."""
        check_version(self.read, self.name, self.version)
        # By an engine of DBOS's own: its migrations begin their transactions themselves.
        DBOS.migrate(self.url)
        engine = self.open()
        with engine.begin() as connection:
            for statement in (*delivery_sql.TABLES, *record_version.TABLES, self.version.upgrade):
                connection.exec_driver_sql(statement.format(schema=""))
        engine.dispose()

    def open(self) -> sa.Engine:
        """Open it. Each transaction takes the write lock as it begins, and ends on the disk.

        DBOS's own engine reads before it locks, so a count and the claim that rests on it are not
        one. One connection, handed round: waiting threads are woken in turn, where SQLite's own
        waiting sleeps up to 100 ms.
        """
        engine = sa.create_engine(
            self.url,
            pool_size=1,
            max_overflow=0,
            pool_timeout=BUSY_S,
            connect_args={"check_same_thread": False},
        )
        sa.event.listen(engine, "connect", _set_up_connection)
        sa.event.listen(engine, "begin", _begin_immediately)
        sa.event.listen(engine, "handle_error", self._explain_error)
        return engine

    def _explain_error(self, context: sa.engine.ExceptionContext) -> BaseException | None:
        """Turn the error of a full disk into the one after which DBOS tries again.

        It knows one such error of SQLite, by its words. With any other, the run would stay as it is
        until this process is started anew.
        """
        if not self._waits_for_room or not _is_full(context.original_exception, self._home):
            return None
        text = f"database is locked: the disk with {self._home} is full"
        return sa.exc.OperationalError(context.statement, None, sqlite3.OperationalError(text))

    def open_for_runs(self, own: sa.Engine) -> sa.Engine:
        """Give the same: all share its one connection."""
        self._waits_for_room = True
        return own

    def stop_waiting(self) -> None:
        """Let those go that wait for room on the disk, as the process ends."""
        self._waits_for_room = False

    def read(self, query: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        """Read rows beside the engine; none from a file that is not set up yet, or damaged."""
        address = f"{self._file.as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=BUSY_S)) as database:
                return database.execute(query, dict(values)).fetchall()
        except sqlite3.DatabaseError:  # others tell of it
            return []

    def read_json(self, column: str, *path: str) -> str:
        """Say in SQL what stands in a column's JSON at this path."""
        return f"json_extract({column}, '$.{'.'.join(path)}')"

    def match_span(self, column: str) -> str:
        """Say in SQL that a text is at least :first and below :behind, as bytes are ordered."""
        return f"{column} >= :first and {column} < :behind"

    def find_trouble(self) -> str:
        """Say why it cannot be written; empty when it can."""
        return find_record_trouble(self._home)


def _is_full(error: BaseException, home: Path) -> bool:
    """Tell whether SQLite says that the disk is full. It calls that an I/O error here and there."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_IOERR:
        return shutil.disk_usage(home).free < FULL_BYTES
    return code == sqlite3.SQLITE_FULL


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # ours to begin
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", 1, _read_unix_time)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_S * 1000}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediately(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _read_unix_time(_precision: str) -> float:
    """Read seconds since the epoch, for a SQLite whose own function does not know 'subsec'.

    From Python 3.12 on DBOS takes that for granted (get_sqlite_timestamp_expr), but a Python knows
    no more than the library of its machine: Debian 12 has 3.40, and no run could be written down.
    """
    return time.time()
