"""Turn rows of the corpus's tables into values, and values into rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.adapters.corpus.tables import bands, files, repositories
from bot.corpus.corpus_records import CorpusRepository, FileRecord
from bot.corpus.file_similarity import list_band_keys, read_sketch
from bot.values.found_repository import FoundRepository

FOUND_COLUMNS = tuple(field.name for field in fields(FoundRepository))
FILE_COLUMNS = tuple(field.name for field in fields(FileRecord))


def save_found(
    connection: sa.Connection, found_repositories: Iterable[FoundRepository], now: str
) -> None:
    """Add repositories, or replace what is known of those that are there by their keys."""
    rows = {repository.key: _make_row(repository, now) for repository in found_repositories}
    if not rows:
        return
    _adopt_named(connection, rows.values())
    statement = insert_into(connection, repositories)
    new = {name: statement.excluded[name] for name in (*FOUND_COLUMNS, "name_with_owner")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_=new), list(rows.values())
    )


def insert_into(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that can say what happens to a row that is there, as both databases know."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def _adopt_named(connection: sa.Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Give a repository that was cloned by its name alone the key that GitHub's number makes."""
    keys = {
        f"github:{row['name_with_owner'].lower()}": row["key"]
        for row in rows
        if row["key"].removeprefix("github:").isdecimal()
    }
    wanted = {*keys, *keys.values()}
    query = sa.select(repositories.c.key).where(repositories.c.key.in_(wanted))
    known = set(connection.scalars(query))
    for named, numbered in keys.items():
        if named in known and numbered not in known:
            statement = sa.update(repositories).where(repositories.c.key == named)
            connection.execute(statement.values(key=numbered))


def _make_row(repository: FoundRepository, now: str) -> dict[str, Any]:
    names = {"name_with_owner": repository.name_with_owner, "found_at": now}
    return {**asdict(repository), **names}


def read_repository(row: sa.Row[Any]) -> CorpusRepository:
    """Read a row of the repositories."""
    columns = row._mapping  # noqa: SLF001 - so SQLAlchemy's own documentation reads names
    return CorpusRepository(
        id=columns["id"],
        repository=FoundRepository(**{name: columns[name] for name in FOUND_COLUMNS}),
        found_at=columns["found_at"],
        clone_state=columns["clone_state"],
        refusal=columns["refusal"],
        commit=columns["commit"],
        cloned_at=columns["cloned_at"],
        own_licence=columns["own_licence"],
        allowed_licences=columns["allowed_licences"],
    )


def save_files(
    connection: sa.Connection, repository_id: int, records: Iterable[FileRecord]
) -> None:
    """Put these files in the place of those that the repository had."""
    connection.execute(sa.delete(files).where(files.c.repository_id == repository_id))
    rows = [{"repository_id": repository_id, **_make_file_row(record)} for record in records]
    if rows:
        connection.execute(sa.insert(files), rows)
        _save_bands(connection, repository_id)


def _save_bands(connection: sa.Connection, repository_id: int) -> None:
    """Save the bands of the signatures of a repository's files."""
    query = sa.select(files.c.id, files.c.signature).where(
        files.c.repository_id == repository_id, files.c.signature.is_not(None)
    )
    rows = [
        {"key": key, "file_id": file_id}
        for file_id, signature in connection.execute(query)
        for key in list_band_keys(read_sketch(signature))
    ]
    if rows:
        connection.execute(sa.insert(bands), rows)


def _make_file_row(record: FileRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in FILE_COLUMNS}


def read_file(row: sa.Row[Any]) -> FileRecord:
    """Read a row of the files."""
    columns = row._mapping  # noqa: SLF001 - as above
    return FileRecord(**{name: columns[name] for name in FILE_COLUMNS})
