"""Look whether the bot's folder still works: its record, and the disk below it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.adapters.private_home import RECORD

LEAST_BYTES = 100_000_000  # below that, a mirror or an index may fill the disk in one run
LOCK_S = 3.0
TRIAL = ".trial"


def find_record_trouble(home: Path) -> str:
    """Say why the record cannot be written; empty when it can."""
    uri = f"{(home / RECORD).absolute().as_uri()}?mode=rw"
    try:
        with closing(
            sqlite3.connect(uri, timeout=LOCK_S, uri=True, isolation_level=None)
        ) as record:
            record.execute("BEGIN IMMEDIATE")
            record.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            record.execute("ROLLBACK")
    except sqlite3.Error as error:
        return str(error)
    return ""


def find_disk_trouble(home: Path, least_bytes: int = LEAST_BYTES) -> str:
    """Say why the folder cannot be written to, or that its disk is full; empty when it works."""
    trial = home / TRIAL
    try:
        trial.write_bytes(b"x")
        trial.unlink()
        free = shutil.disk_usage(home).free
    except OSError as error:
        return str(error.strerror)
    if free < least_bytes:
        return f"only {free // 1_000_000} MB are free"
    return ""
