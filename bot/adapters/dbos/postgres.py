"""A PostgreSQL as the record, which many processes on many machines share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

import psycopg
import sqlalchemy as sa
from dbos import DBOS

from bot.adapters.dbos import delivery_sql, limit_sql, record_version
from bot.adapters.dbos.bounded_connection import (
    ANSWER_S,
    EVER_S,
    BoundedConnection,
    PatientConnector,
    check_idle_connections,
    connect_bounded,
)
from bot.adapters.dbos.record_errors import flatten_error
from bot.adapters.dbos.record_version import VERSION, RecordVersion, check_version

SCHEMA = "dbos"  # the engine's own; what is ours stands in `greenlit`
DRIVER = "postgresql+psycopg"
CONNECTIONS = 16  # of a process, for the engine of the runs; DBOS has 20 by itself
OWN_CONNECTIONS = 4  # for what is asked beside it
WAIT_S = 30
# A peer that is gone without a word, as when a machine loses its power, is found out in seconds, by
# the server too: its transaction may hold a lock that all others wait for. So may that of a process
# that is frozen.
_SESSION = {
    "search_path": f"{SCHEMA},greenlit,public",
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": 4,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": "10s",
}
CONNECT_ARGUMENTS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
    "application_name": "greenlit",
}
Connect = Callable[[object, object, list[Any], dict[str, Any]], BoundedConnection]
# Our keys of advisory locks. They are a database's, so the numbers only have to differ.
MIGRATION_LOCK = 7_101_000
# What is added here must leave older processes beside newer ones working: add, never change.
TABLES = f"""
create schema if not exists greenlit;
-- "owner/repo#7/1" is found by how it begins, whatever the database's collation.
create index if not exists greenlit_runs_by_key
  on {SCHEMA}.workflow_status (workflow_uuid text_pattern_ops);
-- A process that works on runs, and when it was last heard of.
create table if not exists greenlit.workers (
  worker text primary key,
  machine text not null,
  slots integer not null,
  began_at timestamptz not null default clock_timestamp(),
  beat_at timestamptz not null default clock_timestamp()
);
-- A run that works, or that waits to; granted_at is null while it waits.
create table if not exists greenlit.slots (
  run text primary key,
  worker text not null,
  owner text not null,
  repo text not null,
  asked_at text not null,
  entered_at timestamptz not null default clock_timestamp(),
  granted_at timestamptz
);
-- A commit that a run made and may not have pushed yet, as a pack of git's.
create table if not exists greenlit.commits (
  repo text not null,
  sha text not null,
  pack bytea not null,
  made_at timestamptz not null default clock_timestamp(),
  primary key (repo, sha)
);
-- The owners of repositories take turns; one of weight 2 may have twice as many at work.
create table if not exists greenlit.owners (
  owner text primary key,
  weight real not null default 1 check (weight > 0),
  served_at timestamptz not null default '-infinity'
);
-- Which home took a run of a repository, so has its mirror; a worker's name has its home's mark.
create table if not exists greenlit.mirrors (
  repo text not null,
  home text not null,
  used_at timestamptz not null default clock_timestamp(),
  primary key (repo, home)
);
-- A run whose process died while it worked: how often in a row, and how far it had come.
create table if not exists greenlit.deaths (
  run text primary key,
  deaths integer not null,
  steps integer not null,
  died_at timestamptz not null default clock_timestamp()
);
"""


LOOK = f"""
select pg_is_in_recovery(), bool_and(
  case when to_regnamespace(name) is null
  then has_database_privilege(current_database(), 'CREATE')
  else has_schema_privilege(name, 'USAGE') and has_schema_privilege(name, 'CREATE') end
), quote_ident(current_database()), quote_ident(current_user)
from unnest(array['{SCHEMA}', 'greenlit']) name
"""  # noqa: S608 - of constants


class PostgresRecord:
    """The record in a PostgreSQL, at an address like postgresql://user:password@host:5432/name."""

    is_shared = True

    def __init__(self, database_url: str, version: RecordVersion = VERSION) -> None:
        """`version` is that of this process, but for tests of what a newer one does."""
        self._url = sa.make_url(database_url).set(drivername=DRIVER)
        self.version = version
        self._connector = PatientConnector()

    @property
    def name(self) -> str:
        """The server and the database."""
        return f"{self._url.host or 'localhost'}:{self._url.port or 5432}/{self._url.database}"

    @property
    def url(self) -> str:
        """Its address, with its password."""
        return self._url.render_as_string(hide_password=False)

    def migrate(self) -> None:
        """Bring its tables to this version. One of several starters does; the others wait.

        Raises RecordTooNewError.
        """
        check_version(self.read, self.name, self.version)
        DBOS.migrate(self.url)
        with closing(self.connect(EVER_S)) as connection:
            connection.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
            connection.execute(TABLES)
            for statement in (*delivery_sql.TABLES, *record_version.TABLES, self.version.upgrade):
                connection.execute(statement.format(schema="greenlit."))
            for statement in limit_sql.TABLES:
                connection.execute(statement)

    def open(self) -> sa.Engine:
        """Open it for who is told when it is away."""
        return self._create_pool(connect_bounded, OWN_CONNECTIONS, WAIT_S)

    def open_for_runs(self, _own: sa.Engine) -> sa.Engine:
        """Open it for the runs, which wait while it is away."""
        self._connector = PatientConnector()
        # Who finds all connections waiting for the database waits with them.
        return self._create_pool(self._connector.connect, CONNECTIONS, EVER_S)

    def stop_waiting(self) -> None:
        """Let those that wait for it go, as the process ends."""
        self._connector.end()

    def _create_pool(self, connect: Connect, size: int, wait_s: float) -> sa.Engine:
        engine = sa.create_engine(
            self._url,
            pool_size=size,
            max_overflow=0,
            pool_timeout=wait_s,
            pool_use_lifo=True,  # what was used last lives, and knows the statements
            connect_args=CONNECT_ARGUMENTS,
        )
        sa.event.listen(engine, "do_connect", connect)
        check_idle_connections(engine)
        return engine

    def connect(self, patience_s: float = ANSWER_S) -> BoundedConnection:
        """Connect beside the engine; each statement is a transaction of its own.

        One that is not answered for so long raises OperationalError, and closes the connection.
        """
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = BoundedConnection.connect(address, autocommit=True, **CONNECT_ARGUMENTS)
        connection.patience_s = patience_s
        return connection

    def read(self, query: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        """Read rows beside the engine; none from a record that is not set up yet."""
        engine = sa.create_engine(self._url, poolclass=sa.NullPool, connect_args=CONNECT_ARGUMENTS)
        sa.event.listen(engine, "do_connect", connect_bounded)
        try:
            with engine.connect() as connection:
                return connection.execute(sa.text(query), values).all()
        except sa.exc.DBAPIError:  # others tell of it
            return []

    def read_json(self, column: str, *path: str) -> str:
        """Say in SQL what stands in a column's JSON at this path, as text."""
        return f"({column}::jsonb #>> '{{{','.join(path)}}}')"

    def match_span(self, column: str) -> str:
        """Say in SQL that a text is at least :first and below :behind, as bytes are ordered."""
        return f"{column} ~>=~ :first and {column} ~<~ :behind"

    def find_trouble(self) -> str:
        """Say why it cannot be written; empty when it can."""
        try:
            with closing(self.connect()) as connection:
                row = connection.execute(LOOK).fetchone()
        except psycopg.Error as error:
            return flatten_error(error)
        if row and row[0]:
            return "it is a standby, which takes no writes"
        if row and not row[1]:
            return (
                f"its role may not write its tables there: GRANT CREATE ON DATABASE {row[2]} TO "
                f"{row[3]}, and where the schemas {SCHEMA} and greenlit are another role's, "
                f"GRANT that one to {row[3]}"
            )
        return ""
