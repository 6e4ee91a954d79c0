"""Keep the fingerprints of all repositories' files in one SQLite file.

All of it may be lost at any time: it is made anew as the repositories are read again.
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.adapters.derived_database import DerivedDatabase
from bot.values import InstallationId, KeptPart, Repo, Sha
from bot.values.copies import KnownFile, KnownRepository

LIMIT_BYTES = 1_000_000_000  # some five gigabytes of source
ROWS_PER_QUERY = 500  # SQLite limits the parameters of a statement
FORMAT = "fingerprints.1"
SCHEMA = """
CREATE TABLE IF NOT EXISTS repositories
    (id INTEGER PRIMARY KEY, name TEXT UNIQUE, installation INTEGER, sha TEXT, licence TEXT,
     count INTEGER, used_s REAL);
CREATE TABLE IF NOT EXISTS contents (id INTEGER PRIMARY KEY, key TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS files (repository INTEGER, path TEXT, content INTEGER);
CREATE INDEX IF NOT EXISTS files_of ON files (repository);
CREATE INDEX IF NOT EXISTS files_with ON files (content, repository);
CREATE TABLE IF NOT EXISTS fingerprints
    (hash INTEGER, content INTEGER, PRIMARY KEY (hash, content)) WITHOUT ROWID;
"""
SHARED = """
SELECT count(DISTINCT one.content) FROM files AS one JOIN files AS two
ON two.content = one.content AND two.repository = ? WHERE one.repository = ?
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FingerprintDatabase:
    """The port FingerprintIndex over one file; the repositories that were read longest ago go."""

    file: Path
    limit_bytes: int = LIMIT_BYTES

    def list_unknown(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys whose fingerprints are not kept; none if it cannot be read."""
        return self._transact(lambda db: set(keys) - _find_ids(db, keys).keys(), set())

    def add(self, fingerprints: Mapping[str, Collection[int]]) -> None:
        """Keep the fingerprints of contents."""

        def write(db: sqlite3.Connection) -> None:
            insert = "INSERT OR IGNORE INTO contents (key) VALUES (?)"
            db.executemany(insert, [(key,) for key in fingerprints])
            ids = _find_ids(db, fingerprints)
            rows = [(value, ids[key]) for key, values in fingerprints.items() for value in values]
            db.executemany("INSERT OR IGNORE INTO fingerprints VALUES (?, ?)", sorted(rows))

        self._transact(write, None)

    def put_files(self, repository: KnownRepository, files: Mapping[str, str]) -> None:
        """Keep which files a repository has; contents that are not kept are left out."""

        def write(db: sqlite3.Connection) -> None:
            ids = _find_ids(db, set(files.values()))
            known = [(path, ids[key]) for path, key in files.items() if key in ids]
            number, is_same = _put_repository(db, repository, len(known))
            if not is_same:
                db.execute("DELETE FROM files WHERE repository = ?", [number])
                rows = [(number, path, content) for path, content in known]
                db.executemany("INSERT INTO files VALUES (?, ?, ?)", rows)
                _evict(db, number, self.limit_bytes)

        self._transact(write, None)

    def find(self, fingerprints: Collection[int]) -> dict[str, frozenset[int]]:
        """Return the contents that have any of these fingerprints."""

        def read(db: sqlite3.Connection) -> dict[str, frozenset[int]]:
            query = (
                "SELECT key, hash FROM fingerprints JOIN contents ON id = content "
                "WHERE hash IN ({})"
            )
            hits: defaultdict[str, set[int]] = defaultdict(set)
            for key, value in _select(db, query, sorted(fingerprints)):
                hits[key].add(value)
            return {key: frozenset(values) for key, values in hits.items()}

        return self._transact(read, {})

    def list_files(self, keys: Collection[str]) -> tuple[KnownFile, ...]:
        """Return the files with these contents, by repository and path."""

        def read(db: sqlite3.Connection) -> tuple[KnownFile, ...]:
            query = (
                "SELECT name, installation, sha, licence, path, key FROM contents "
                "JOIN files ON content = contents.id "
                "JOIN repositories ON repository = repositories.id WHERE key IN ({})"
            )
            return tuple(_make_file(row) for row in sorted(_select(db, query, sorted(keys))))

        return self._transact(read, ())

    def count_shared(self, repo: Repo, compared: Repo) -> float:
        """Return which part of the smaller one's contents is in both repositories."""

        def read(db: sqlite3.Connection) -> float:
            query = "SELECT id, count FROM repositories WHERE name IN (?, ?)"
            both: dict[int, int] = dict(db.execute(query, [repo.name, compared.name]))
            if repo.name == compared.name or len(both) != len({repo.name, compared.name}):
                return float(repo.name == compared.name)
            shared = int(db.execute(SHARED, list(both)).fetchone()[0])
            return shared / max(1, min(both.values()))

        return self._transact(read, 0.0)

    def forget_others(self, installations: Collection[int]) -> None:
        """Forget the repositories of all other installations."""

        def write(db: sqlite3.Connection) -> None:
            rows = db.execute("SELECT id, installation FROM repositories").fetchall()
            for number, installation in rows:
                if installation not in installations:
                    _drop_repository(db, number)
            _drop_unused(db)

        if self.file.exists():
            self._transact(write, None)

    def list_parts(self, live: Collection[str]) -> list[KeptPart]:  # noqa: ARG002 - as of KeptStore
        """List the file as one part, which is in use: it has a limit of its own."""
        used_at = self.file.stat().st_mtime if self.file.exists() else 0.0
        return [KeptPart(self.file.name, used_at, in_use=True)]

    def measure(self, part: KeptPart) -> int:  # noqa: ARG002 - as above
        """Measure the file."""
        return self.file.stat().st_size if self.file.exists() else 0

    def remove(self, part: KeptPart) -> bool:  # noqa: ARG002 - as above
        """Remove nothing."""
        return False

    def _transact(self, act: Callable[[sqlite3.Connection], T], fallback: T) -> T:
        return DerivedDatabase(self.file, SCHEMA, FORMAT).transact(act, fallback)


def _put_repository(
    db: sqlite3.Connection, repository: KnownRepository, count: int
) -> tuple[int, bool]:
    """Keep what is known of a repository; return its number, and whether it was the same before."""
    name, now = repository.repo.name, time.time()
    known = (repository.repo.installation, repository.sha, repository.licence, count)
    query = "SELECT id, installation, sha, licence, count FROM repositories WHERE name = ?"
    row = db.execute(query, [name]).fetchone()
    if row is None:
        insert = "INSERT INTO repositories VALUES (NULL, ?, ?, ?, ?, ?, ?)"
        return db.execute(insert, [name, *known, now]).lastrowid or 0, False
    update = (
        "UPDATE repositories SET installation = ?, sha = ?, licence = ?, count = ?, used_s = ? "
        "WHERE id = ?"
    )
    db.execute(update, [*known, now, row[0]])
    return row[0], row[1:] == known


def _evict(db: sqlite3.Connection, current: int, limit_bytes: int) -> None:
    """Drop what no repository has any more, then the repositories that were read longest ago, until
    the file is small; not this one.
    """
    query = "SELECT id FROM repositories WHERE id != ? ORDER BY used_s"
    oldest = db.execute(query, [current]).fetchall()
    while _count_bytes(db) > limit_bytes:
        _drop_unused(db)
        if not oldest:
            return
        if _count_bytes(db) > limit_bytes:
            _drop_repository(db, oldest.pop(0)[0])


def _drop_repository(db: sqlite3.Connection, number: int) -> None:
    db.execute("DELETE FROM files WHERE repository = ?", [number])
    db.execute("DELETE FROM repositories WHERE id = ?", [number])


def _drop_unused(db: sqlite3.Connection) -> None:
    """Drop the contents that no repository has any more."""
    db.execute("DELETE FROM contents WHERE id NOT IN (SELECT content FROM files)")
    db.execute("DELETE FROM fingerprints WHERE content NOT IN (SELECT id FROM contents)")


def _count_bytes(db: sqlite3.Connection) -> int:
    names = ("page_count", "freelist_count", "page_size")
    used, free, size = (int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in names)
    return (used - free) * size


def _find_ids(db: sqlite3.Connection, keys: Collection[str]) -> dict[str, int]:
    return dict(_select(db, "SELECT key, id FROM contents WHERE key IN ({})", sorted(keys)))


def _select(
    db: sqlite3.Connection, query: str, values: Sequence[str] | Sequence[int]
) -> Iterator[Any]:
    for start in range(0, len(values), ROWS_PER_QUERY):
        batch = values[start : start + ROWS_PER_QUERY]
        yield from db.execute(query.format(",".join("?" * len(batch))), batch)


def _make_file(row: tuple[str, int, str, str, str, str]) -> KnownFile:
    name, installation, sha, licence, path, key = row
    repo = Repo(name, InstallationId(installation))
    return KnownFile(KnownRepository(repo, Sha(sha), licence), path, key)
