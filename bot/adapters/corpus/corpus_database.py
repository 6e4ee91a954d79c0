"""The corpus's database: its repositories, their files, and the searches that found them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from bot.adapters.corpus.engine import begin_read, begin_write, open_engine
from bot.adapters.corpus.known_files import KnownFilesDatabase
from bot.adapters.corpus.rows import read_file, read_repository, save_files, save_found
from bot.adapters.corpus.search_database import SearchDatabase
from bot.adapters.corpus.tables import files, repositories
from bot.corpus.corpus_records import CorpusRepository, FileRecord, FileTotals
from bot.values.found_repository import FoundRepository


def open_corpus_database(url: str, clock: Callable[[], float] = time.time) -> CorpusDatabase:
    """Open the database at sqlite:///... or postgresql://..., with its tables made or brought up.

    Raises CorpusUnavailable.
    """
    return CorpusDatabase(open_engine(url), clock)


class CorpusDatabase:
    """The repositories of the corpus and their files. Safe among threads and processes.

    Each method is one transaction: after a crash all of it is there, or nothing.
    """

    def __init__(self, engine: sa.Engine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self.searches = SearchDatabase(engine, self._read_clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    # --- repositories

    def save_repositories(self, found_repositories: Iterable[FoundRepository]) -> None:
        """Add repositories, or replace what is known of them; clones and files stay."""
        with begin_write(self._engine) as connection:
            save_found(connection, found_repositories, self._read_clock())

    def fetch_repositories(self, names: Collection[str] = ()) -> list[CorpusRepository]:
        """Fetch all repositories, or those with these names (with their owners), by stars.

        Letters count alike in both cases, as on GitHub.
        """
        query = sa.select(repositories).order_by(
            sa.func.coalesce(repositories.c.stars, 0).desc(), repositories.c.key
        )
        if lowered := [name.lower() for name in names]:
            query = query.where(sa.func.lower(repositories.c.name_with_owner).in_(lowered))
        with begin_read(self._engine) as connection:
            return [read_repository(row) for row in connection.execute(query)]

    def fetch_repository(self, key: str) -> CorpusRepository | None:
        """Fetch the repository with this key."""
        query = sa.select(repositories).where(repositories.c.key == key)
        with begin_read(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return read_repository(row) if row else None

    def count_repositories(self) -> int:
        """Count the repositories."""
        with begin_read(self._engine) as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(repositories))
        return count or 0

    def record_clone(
        self,
        repository_id: int,
        commit: str,
        records: Iterable[FileRecord],
        licence: str,
        allowed_licences: str = "",
    ) -> None:
        """Record that a repository is cloned, its files at the commit, and its licence."""
        changes = {
            "clone_state": "cloned",
            "refusal": "",
            "commit": commit,
            "own_licence": licence,
            "allowed_licences": allowed_licences,
            "cloned_at": self._read_clock(),
        }
        with begin_write(self._engine) as connection:
            _update_repository(connection, repository_id, changes)
            save_files(connection, repository_id, records)

    def record_refusal(self, repository_id: int, sentence: str, licence: str) -> None:
        """Record why a repository is not in the corpus, for its licence; it has no files then."""
        changes = {
            "clone_state": "refused",
            "refusal": sentence,
            "commit": "",
            "own_licence": licence,
            "cloned_at": None,
        }
        with begin_write(self._engine) as connection:
            _update_repository(connection, repository_id, changes)
            save_files(connection, repository_id, ())

    def delete_repository(self, repository_id: int) -> None:
        """Delete a repository and its files."""
        with begin_write(self._engine) as connection:
            connection.execute(sa.delete(repositories).where(repositories.c.id == repository_id))

    # --- files

    def open_known_files(self, except_repository: int) -> KnownFilesDatabase:
        """Give what finds copies of the kept files of all repositories but one."""
        return KnownFilesDatabase(self._engine, except_repository)

    def fetch_files(self, repository_id: int) -> list[FileRecord]:
        """Fetch the files of a repository, kept and dropped, by path."""
        query = sa.select(files).where(files.c.repository_id == repository_id)
        with begin_read(self._engine) as connection:
            return [read_file(row) for row in connection.execute(query.order_by(files.c.path))]

    def fetch_totals(self) -> list[FileTotals]:
        """Add up the files of each repository by state and reason."""
        sums = [
            sa.func.sum(column)
            for column in (files.c.size_bytes, files.c.lines, files.c.words, files.c.characters)
        ]
        groups = (files.c.repository_id, files.c.state, files.c.reason)
        query = sa.select(*groups, sa.func.count(), *sums).group_by(*groups).order_by(*groups)
        with begin_read(self._engine) as connection:
            rows = connection.execute(query).all()
        return [FileTotals(*row[:3], *map(int, row[3:])) for row in rows]

    def _read_clock(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).isoformat().replace("+00:00", "Z")


def _update_repository(
    connection: sa.Connection, repository_id: int, changes: Mapping[str, str | None]
) -> None:
    statement = sa.update(repositories).where(repositories.c.id == repository_id)
    if not connection.execute(statement.values(**changes)).rowcount:
        raise KeyError(f"The corpus has no repository {repository_id}.")
