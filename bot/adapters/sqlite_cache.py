"""Cache what was derived from repositories' objects, in one SQLite file for each namespace.

All of it may be lost at any time: a file that is damaged or has another format is replaced by an
empty one, a file that cannot be written is done without, and the least recently used data is
evicted when there is too much.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote
from zlib import crc32

from bot.adapters.derived_database import TIMEOUT_S, DerivedDatabase, delete_database
from bot.ports import SegmentBlob, name_repositories
from bot.values import KeptPart

FOLDER_BYTES = 2_000_000_000
FILE_BYTES = 500_000_000
DAY_S = 86_400
MOST_NAME_CHARS = 200  # a file system takes 255
KEYS_PER_QUERY = 500  # SQLite limits the parameters of a statement
# The number of the schema: a file with another one is replaced.
SCHEMA_VERSION = "1"
SCHEMA = """
CREATE TABLE IF NOT EXISTS segments
    (id INTEGER PRIMARY KEY, keys TEXT, bytes INTEGER, last_used_day INTEGER, checksum INTEGER);
CREATE TABLE IF NOT EXISTS columns (segment INTEGER, name TEXT, data BLOB);
CREATE INDEX IF NOT EXISTS columns_of ON columns (segment);
CREATE TABLE IF NOT EXISTS metadata (key TEXT PRIMARY KEY, segment INTEGER, value BLOB);
CREATE INDEX IF NOT EXISTS segments_of ON metadata (key, segment);
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SqliteCache:
    """The port DerivedCache over a folder; safe among threads and processes."""

    folder: Path
    format: str
    folder_bytes: int = FOLDER_BYTES
    file_bytes: int = FILE_BYTES
    timeout_s: float = TIMEOUT_S

    def load_segments(self, namespace: str, keys: Collection[str]) -> tuple[SegmentBlob, ...]:
        """Return the segments that hold any of these keys."""
        with suppress(OSError):  # there is none, or it cannot be written to
            os.utime(self._file_of(namespace))  # the time of its last use
        return self._transact(namespace, lambda db: tuple(_select_segments(db, keys)), ())

    def load_metadata(self, namespace: str, keys: Collection[str]) -> dict[str, bytes]:
        """Return the metadata of these keys; unknown keys are left out."""
        return self._transact(namespace, lambda db: dict(_select_metadata(db, keys)), {})

    def store(
        self,
        namespace: str,
        segment: SegmentBlob,
        metadata: Mapping[str, bytes],
        replaces: Collection[int] = (),
    ) -> None:
        """Store a segment, and drop those that it replaces or that there is no room for."""

        def write(db: sqlite3.Connection) -> None:
            _insert(db, segment, metadata, replaces)
            _evict_segments(db, self.file_bytes)

        self._transact(namespace, write, None)
        self._evict_files(self._file_of(namespace))

    def list_parts(self, live: Collection[str]) -> list[KeptPart]:
        """List the files, as KeptStore does."""
        busy, parts = name_repositories(live), []
        for file in self.folder.glob("*.sqlite"):
            with suppress(FileNotFoundError):
                used_at, repo = file.stat().st_mtime, _find_repository(file)
                parts.append(KeptPart(file.name, used_at, repo, repo in busy))
        return parts

    def measure(self, part: KeptPart) -> int:
        """Measure a file."""
        with suppress(FileNotFoundError):
            return (self.folder / part.name).stat().st_size
        return 0

    def remove(self, part: KeptPart) -> bool:
        """Delete a file; who has it open reads on."""
        delete_database(self.folder / part.name)
        return True

    def _transact(self, namespace: str, act: Callable[[sqlite3.Connection], T], fallback: T) -> T:
        """Run `act` in a transaction; return `fallback` where it cannot."""
        wanted = f"{self.format}.{SCHEMA_VERSION}"
        file = DerivedDatabase(self._file_of(namespace), SCHEMA, wanted, self.timeout_s)
        return file.transact(act, fallback)

    def _file_of(self, namespace: str) -> Path:
        digest = blake2b(namespace.encode(), digest_size=6).hexdigest()
        readable = quote(namespace, safe="")[:MOST_NAME_CHARS]
        return self.folder / f"{readable}-{digest}.sqlite"

    def _evict_files(self, current: Path) -> None:
        """Delete the least recently changed files, but the current, until the folder is small."""
        with suppress(OSError):
            files = sorted(self.folder.glob("*.sqlite"), key=lambda file: file.stat().st_mtime)
            size = sum(file.stat().st_size for file in files)
            for file in files:
                if size > self.folder_bytes and file != current:
                    size -= file.stat().st_size
                    delete_database(file)


def _find_repository(file: Path) -> str:
    """Find the repository in a file's name: its namespace is that, or "owner/repo by MODEL"."""
    return unquote(file.stem.rpartition("-")[0]).partition(" by ")[0]


def _select_segments(db: sqlite3.Connection, keys: Collection[str]) -> Iterator[SegmentBlob]:
    missing = set(keys)
    today = int(time.time() // DAY_S)
    for number, names, last_used_day, checksum in db.execute(
        "SELECT id, keys, last_used_day, checksum FROM segments ORDER BY id"
    ).fetchall():
        segment_keys = tuple(names.split("\n"))
        if missing.isdisjoint(segment_keys):
            continue
        missing.difference_update(segment_keys)
        columns = dict(db.execute("SELECT name, data FROM columns WHERE segment = ?", [number]))
        if checksum != _checksum(columns):  # SQLite does not check the content of its pages
            raise sqlite3.DatabaseError("its contents are damaged")
        if last_used_day != today:
            db.execute("UPDATE segments SET last_used_day = ? WHERE id = ?", [today, number])
        yield SegmentBlob(segment_keys, columns, number)


def _select_metadata(db: sqlite3.Connection, keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
    wanted = list(keys)
    for start in range(0, len(wanted), KEYS_PER_QUERY):
        batch = wanted[start : start + KEYS_PER_QUERY]
        marks = ",".join("?" * len(batch))
        query = f"SELECT key, value FROM metadata WHERE key IN ({marks})"  # noqa: S608 - only marks
        yield from db.execute(query, batch)


def _insert(
    db: sqlite3.Connection,
    segment: SegmentBlob,
    metadata: Mapping[str, bytes],
    replaces: Collection[int],
) -> None:
    size = segment.count_bytes() + sum(map(len, metadata.values()))
    today = int(time.time() // DAY_S)
    db.execute("BEGIN IMMEDIATE")
    number = db.execute(
        "INSERT INTO segments (keys, bytes, last_used_day, checksum) VALUES (?, ?, ?, ?)",
        ["\n".join(segment.keys), size, today, _checksum(segment.columns)],
    ).lastrowid
    db.executemany(
        "INSERT INTO columns VALUES (?, ?, ?)",
        [(number, *column) for column in segment.columns.items()],
    )
    # What another process wrote meanwhile stays: the same key means the same content.
    db.executemany(
        "INSERT OR IGNORE INTO metadata VALUES (?, ?, ?)",
        [(key, number, value) for key, value in metadata.items()],
    )
    for replaced in replaces:
        db.execute("UPDATE metadata SET segment = ? WHERE segment = ?", [number, replaced])
        _drop_segment(db, replaced)


def _checksum(columns: Mapping[str, bytes]) -> int:
    return sum(crc32(data) for data in columns.values())


def _evict_segments(db: sqlite3.Connection, limit_bytes: int) -> None:
    """Drop the least recently used segments beyond the limit; the newest stays."""
    query = "SELECT id, bytes FROM segments ORDER BY last_used_day DESC, id DESC"
    total_bytes = 0
    for index, (number, segment_bytes) in enumerate(db.execute(query).fetchall()):
        total_bytes += segment_bytes
        if total_bytes > limit_bytes and index:
            _drop_segment(db, number)


def _drop_segment(db: sqlite3.Connection, number: int) -> None:
    db.execute("DELETE FROM segments WHERE id = ?", [number])
    db.execute("DELETE FROM columns WHERE segment = ?", [number])
    db.execute("DELETE FROM metadata WHERE segment = ?", [number])
