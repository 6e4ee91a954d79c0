"""Copy the runs that ended from a SQLite record into one on a PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bot.adapters.dbos.postgres import SCHEMA, PostgresRecord
from bot.adapters.private_home import RECORD

# In this order: a row is there before those that name it.
TABLES = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
RUNS_AT_ONCE = 200
FIND_TABLE = "select 1 from sqlite_schema where name = 'workflow_status'"
ENDED = "status not in ('DELAYED', 'ENQUEUED', 'PENDING')"
COLUMNS = """
select column_name, data_type from information_schema.columns
where table_schema = %s and table_name = %s
"""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CopiedRuns:
    """How many runs were copied, how many were there already, and how many still live."""

    copied: int
    known: int
    live: int


def copy_ended_runs(home: Path, record: PostgresRecord) -> CopiedRuns:
    """Copy them in batches, each whole or not at all; what was copied before is left as it is.

    Raises sqlite3.Error and psycopg.Error.
    """
    address = f"{(home / RECORD).absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(record.connect()) as target,
    ):
        source.row_factory = sqlite3.Row
        if source.execute(FIND_TABLE).fetchone() is None:  # of a process that had a PostgreSQL
            return CopiedRuns(0, 0, 0)
        copied = known = 0
        for keys in _list_ended(source):
            with target.transaction():
                counts = [_copy_table(source, target, table, keys) for table in TABLES]
            copied += counts[0]
            known += len(keys) - counts[0]
        query = f"select count(*) from workflow_status where not ({ENDED})"  # noqa: S608 - ours
        (live,) = source.execute(query).fetchone()
    return CopiedRuns(copied, known, live)


def _list_ended(source: sqlite3.Connection) -> Iterator[list[str]]:
    query = f"select workflow_uuid from workflow_status where {ENDED} order by created_at"  # noqa: S608 - ours
    cursor = source.execute(query)
    while rows := cursor.fetchmany(RUNS_AT_ONCE):
        yield [row[0] for row in rows]


def _copy_table(
    source: sqlite3.Connection,
    target: psycopg.Connection[Any],
    table: str,
    keys: Sequence[str],
) -> int:
    """Copy the rows of these runs; returns how many were new."""
    kinds = dict(target.execute(COLUMNS, [SCHEMA, table]).fetchall())
    marks = ",".join("?" * len(keys))
    query = f"select * from {table} where workflow_uuid in ({marks})"  # noqa: S608 - ours
    rows = [_convert(dict(row), kinds) for row in source.execute(query, keys)]
    if not rows:
        return 0
    names = list(rows[0])
    statement = sql.SQL("insert into {} ({}) values ({}) on conflict do nothing").format(
        sql.Identifier(SCHEMA, table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder(name) for name in names),
    )
    with target.cursor() as cursor:
        cursor.executemany(statement, rows)
        return cursor.rowcount


def _convert(row: Row, kinds: Mapping[str, str]) -> Row:
    """Give values the types of PostgreSQL's columns; SQLite has no truth values and no JSON."""
    return {
        name: bool(value) if kinds[name] == "boolean" and value is not None else value
        for name, value in row.items()
        if name in kinds
    }
