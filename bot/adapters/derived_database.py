"""Keep what was derived in one SQLite file. All of it may be lost at any time.

A file that is damaged or has another format is replaced by an empty one; one that cannot be written
is done without.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
FORMAT = "CREATE TABLE IF NOT EXISTS format (name TEXT);"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DerivedDatabase:
    """One SQLite file with these tables; safe among threads and processes.

    `format` names what the tables hold: a file with another one is replaced.
    """

    file: Path
    schema: str
    format: str
    timeout_s: float = TIMEOUT_S

    def transact(self, act: Callable[[sqlite3.Connection], T], fallback: T) -> T:
        """Run `act` in a transaction; replace a damaged file, return `fallback` on other errors."""
        for _ in range(2):
            try:
                with closing(self._connect()) as db, db:
                    return act(db)
            # Locked for long, a full disk, a folder that is not ours.
            except (sqlite3.OperationalError, OSError) as error:
                log.warning("going without %s: %s", self.file, error)
                return fallback
            except sqlite3.DatabaseError as error:
                log.warning("beginning %s anew: %s", self.file, error)
                delete_database(self.file)
        return fallback

    def _connect(self) -> sqlite3.Connection:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = sqlite3.connect(self.file, timeout=self.timeout_s)
        try:
            db.execute("PRAGMA auto_vacuum = FULL")
            db.execute("PRAGMA synchronous = OFF")  # the data may be lost
            self._ensure_format(db)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _ensure_format(self, db: sqlite3.Connection) -> None:
        """Create the tables of a new file. Raises DatabaseError for a file of another format."""
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            db.executescript(f"BEGIN IMMEDIATE; {FORMAT} {self.schema} COMMIT;")
        row = db.execute("SELECT name FROM format").fetchone()
        if row is None:
            db.execute("INSERT INTO format VALUES (?)", [self.format])
            db.commit()
        elif row != (self.format,):
            raise sqlite3.DatabaseError(f"its format is {row[0]}")


def delete_database(file: Path) -> None:
    """Delete the file, and what SQLite keeps beside it."""
    for name in (file, file.with_name(f"{file.name}-journal")):
        name.unlink(missing_ok=True)
