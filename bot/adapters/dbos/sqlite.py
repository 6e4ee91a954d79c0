"""Here live the database of the record, and the lock that keeps a home to one process."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

BUSY_S = 30


class HomeInUse(RuntimeError):
    """Another process runs the same home. Two would repeat each other's running steps."""


def locked(home: Path) -> TextIO:
    """Make the home and lock it for this process, for as long as the file is open. Raises
    HomeInUse.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (home / "engine.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise HomeInUse(
            f"{home} is in use by another process (pid {holder}): stop it first, or set another home"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def opened(url: str) -> sa.Engine:
    """The record's database."""
    if url.startswith("sqlite"):
        return _file_engine(url)
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"), pool_size=20, pool_pre_ping=True
    )


def _file_engine(url: str) -> sa.Engine:
    """An engine in which each transaction takes the write lock when it begins, and is on the disk
    when it ends.

    DBOS's own engine reads before it locks, so a count and the claim that rests on it are not one.
    One connection, handed round: waiting threads are woken in turn, where SQLite's own waiting
    sleeps up to 100 ms.
    """
    engine = sa.create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_S,
        connect_args={"check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # ours to begin
        if sqlite3.sqlite_version_info < (3, 42):
            connection.create_function("unixepoch", 1, _now)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_S * 1000}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _now(_precision: str) -> float:
    """Seconds since the epoch, for a SQLite whose own function does not know 'subsec'.

    From Python 3.12 on DBOS takes that for granted (get_sqlite_timestamp_expr), but a Python knows
    no more than the
    library of its machine: Debian 12 has 3.40, and no run could be written down.
    """
    return time.time()
