"""What PostgreSQL itself counts of a record that is worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from bot.adapters.dbos.journal import LIVE

# A session's transactions are counted when it has been idle for a second.
TRANSACTIONS = """
select xact_commit + xact_rollback from pg_stat_database where datname = current_database()
"""
CONNECTIONS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""
TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname in ('dbos', 'greenlit')
"""
BYTES = "select sum(pg_total_relation_size(name)) from unnest(%s::text[]) as name"
WAL = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True, slots=True)
class RecordSize:
    """The rows of each table, the bytes of all with their indexes, and the log that was written."""

    rows: Mapping[str, int]
    total_bytes: int
    log_bytes: int

    def list_growth(self, earlier: RecordSize) -> dict[str, int]:
        """List the tables that have grown, the most first, with the rows that came."""
        grown = {table: rows - earlier.rows[table] for table, rows in self.rows.items()}
        return {table: grown[table] for table in sorted(grown, key=lambda table: -grown[table])}


class FleetRecord:
    """A record in a PostgreSQL, looked at beside its processes."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

    def count_live(self) -> int:
        """Count the runs that have not ended."""
        query = "select count(*) from dbos.workflow_status where status = any(%s)"
        return self._ask(query, list(LIVE))

    def count_transactions(self) -> int:
        """Count the transactions so far, of all sessions."""
        return self._ask(TRANSACTIONS)

    def count_connections(self) -> int:
        """Count the connections that are open to it."""
        return self._ask(CONNECTIONS)

    def measure(self) -> RecordSize:
        """Measure how large it is."""
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            tables = [table for (table,) in connection.execute(TABLES).fetchall()]
        rows = {table: self._ask(f"select count(*) from {table}") for table in tables}
        return RecordSize(rows, self._ask(BYTES, tables), self._ask(WAL))

    def list_ends(self) -> list[float]:
        """List when the runs ended, in seconds since the epoch, oldest first."""
        query = (
            "select completed_at / 1000.0 from dbos.workflow_status "
            "where completed_at is not null order by 1"
        )
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            return [float(moment) for (moment,) in connection.execute(query).fetchall()]

    def _ask(self, query: str, *values: Any) -> int:
        """Ask for one number."""
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            row = connection.execute(query, values).fetchone()
        return int(row[0]) if row and row[0] is not None else 0
