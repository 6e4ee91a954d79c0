"""Here lives the Memory: what was derived from the objects of repositories, in one SQLite file for
each of them.

All of it may be lost at any time: a file that is damaged or of another format is begun anew, one
that cannot be
written is done without, and what was used longest ago goes first when there is too much.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from bot.ports import SegmentBlob

log = logging.getLogger(__name__)

FOLDER_BYTES = 2_000_000_000
FILE_BYTES = 500_000_000
PATIENCE_S = 20.0
DAY_S = 86_400
KEYS_AT_ONCE = 500  # the parameters of a statement have an end
SCHEMA = """
CREATE TABLE IF NOT EXISTS format (name TEXT);
CREATE TABLE IF NOT EXISTS packs (number INTEGER PRIMARY KEY, keys TEXT, bytes INTEGER, used INTEGER, sum INTEGER);
CREATE TABLE IF NOT EXISTS columns (pack INTEGER, name TEXT, data BLOB);
CREATE INDEX IF NOT EXISTS columns_of ON columns (pack);
CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, pack INTEGER, note BLOB);
CREATE INDEX IF NOT EXISTS packs_of ON notes (key, pack);
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Remembered:
    """The port Memory over a folder; safe among threads and processes."""

    folder: Path
    format: str
    folder_bytes: int = FOLDER_BYTES
    file_bytes: int = FILE_BYTES
    patience_s: float = PATIENCE_S

    def recall(self, shelf: str, keys: Collection[str]) -> tuple[SegmentBlob, ...]:
        return self._done(shelf, lambda db: tuple(_packs(db, keys)), ())

    def notes(self, shelf: str, keys: Collection[str]) -> dict[str, bytes]:
        return self._done(shelf, lambda db: dict(_notes(db, keys)), {})

    def keep(
        self,
        shelf: str,
        pack: SegmentBlob,
        notes: Mapping[str, bytes],
        instead: Collection[int] = (),
    ) -> None:
        def write(db: sqlite3.Connection) -> None:
            _write(db, pack, notes, instead)
            _shrink(db, self.file_bytes)

        self._done(shelf, write, None)
        self._tidy(self._file(shelf))

    def _done(self, shelf: str, do: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        file = self._file(shelf)
        for _ in range(2):
            try:
                with closing(self._opened(file)) as db, db:
                    return do(db)
            except (
                sqlite3.OperationalError,
                OSError,
            ) as failed:  # locked for long, a full disk, a folder not ours
                log.warning("going without %s: %s", file, failed)
                return otherwise
            except sqlite3.DatabaseError as failed:
                log.warning("beginning %s anew: %s", file, failed)
                _remove(file)
        return otherwise

    def _opened(self, file: Path) -> sqlite3.Connection:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = sqlite3.connect(file, timeout=self.patience_s)
        try:
            db.execute("PRAGMA auto_vacuum = FULL")
            db.execute("PRAGMA synchronous = OFF")  # it may be lost
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            found = db.execute("SELECT name FROM format").fetchone()
            if found is None:
                db.execute("INSERT INTO format VALUES (?)", [self.format])
                db.commit()
            elif found != (self.format,):
                raise sqlite3.DatabaseError(f"its format is {found[0]}")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _file(self, shelf: str) -> Path:
        mark = blake2b(shelf.encode(), digest_size=6).hexdigest()
        return (
            self.folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', shelf)[-40:].strip('-')}-{mark}.sqlite"
        )

    def _tidy(self, mine: Path) -> None:
        """The files of repositories that nobody asked for lately go, until the folder is small
        enough.
        """
        with suppress(OSError):
            found = sorted(self.folder.glob("*.sqlite"), key=lambda file: file.stat().st_mtime)
            size = sum(file.stat().st_size for file in found)
            for file in found:
                if size > self.folder_bytes and file != mine:
                    size -= file.stat().st_size
                    _remove(file)


def _packs(db: sqlite3.Connection, keys: Collection[str]) -> Iterator[SegmentBlob]:
    wanted = frozenset(keys)
    held = {pack for key, pack in db.execute("SELECT key, pack FROM notes") if key in wanted}
    today = int(time.time() // DAY_S)
    for number, names, used, whole in db.execute(
        "SELECT number, keys, used, sum FROM packs ORDER BY number"
    ).fetchall():
        if number in held:
            columns = dict(db.execute("SELECT name, data FROM columns WHERE pack = ?", [number]))
            if whole != _sum(columns):  # SQLite does not look at what it is given
                raise sqlite3.DatabaseError("its contents are damaged")
            if used != today:
                db.execute("UPDATE packs SET used = ? WHERE number = ?", [today, number])
            yield SegmentBlob(tuple(names.split("\n")), columns, number)


def _notes(db: sqlite3.Connection, keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
    wanted = list(keys)
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        some = wanted[start : start + KEYS_AT_ONCE]
        yield from db.execute(
            f"SELECT key, note FROM notes WHERE key IN ({','.join('?' * len(some))})", some
        )


def _write(
    db: sqlite3.Connection, pack: SegmentBlob, notes: Mapping[str, bytes], instead: Collection[int]
) -> None:
    size = sum(map(len, pack.columns.values())) + sum(map(len, notes.values()))
    today = int(time.time() // DAY_S)
    db.execute("BEGIN IMMEDIATE")
    row = ["\n".join(pack.keys), size, today, _sum(pack.columns)]
    number = db.execute(
        "INSERT INTO packs (keys, bytes, used, sum) VALUES (?, ?, ?, ?)", row
    ).lastrowid
    db.executemany(
        "INSERT INTO columns VALUES (?, ?, ?)",
        [(number, *column) for column in pack.columns.items()],
    )
    # What another process wrote meanwhile stays: the same key means the same content.
    db.executemany(
        "INSERT OR IGNORE INTO notes VALUES (?, ?, ?)",
        [(key, number, note) for key, note in notes.items()],
    )
    for old in instead:
        db.execute("UPDATE notes SET pack = ? WHERE pack = ?", [number, old])
        _forget(db, old)


def _sum(columns: Mapping[str, bytes]) -> int:
    return sum(crc32(data) for data in columns.values())


def _shrink(db: sqlite3.Connection, limit_bytes: int) -> None:
    """The packs used longest ago go, the newest stays."""
    packs = db.execute("SELECT number, bytes FROM packs ORDER BY used DESC, number DESC").fetchall()
    size = 0
    for place, (number, held) in enumerate(packs):
        size += held
        if size > limit_bytes and place:
            _forget(db, number)


def _forget(db: sqlite3.Connection, number: int) -> None:
    for statement in ("packs WHERE number", "columns WHERE pack", "notes WHERE pack"):
        db.execute(f"DELETE FROM {statement} = ?", [number])  # noqa: S608 - the three above


def _remove(file: Path) -> None:
    for name in (file, file.with_name(f"{file.name}-journal")):
        name.unlink(missing_ok=True)
