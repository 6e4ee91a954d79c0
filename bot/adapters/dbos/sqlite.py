"""The database of the record, and the lock that keeps a home to one process."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from bot.adapters.private_home import LOCK, make_private_home

BUSY_S = 30


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


def open_database(path: Path) -> sa.Engine:
    """Open the record. Each transaction takes the write lock as it begins, and ends on the disk.

    DBOS's own engine reads before it locks, so a count and the claim that rests on it are not one.
    One connection, handed round: waiting threads are woken in turn, where SQLite's own waiting
    sleeps up to 100 ms.
    """
    engine = sa.create_engine(
        make_url(path),
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_S,
        connect_args={"check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _set_up_connection)
    sa.event.listen(engine, "begin", _begin_immediately)
    return engine


def make_url(path: Path) -> str:
    """Make the record's address, as DBOS takes it."""
    return f"sqlite:///{path.absolute()}"


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # ours to begin
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", 1, _read_clock)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_S * 1000}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediately(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _read_clock(_precision: str) -> float:
    """Read seconds since the epoch, for a SQLite whose own function does not know 'subsec'.

    From Python 3.12 on DBOS takes that for granted (get_sqlite_timestamp_expr), but a Python knows
    no more than the library of its machine: Debian 12 has 3.40, and no run could be written down.
    """
    return time.time()
