"""Connect to the corpus's database, SQLite or PostgreSQL, and bring its tables up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from bot.adapters.corpus.tables import SCHEMA

BUSY_S = 30
MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = 0x636F72707573  # "corpus": the number of the advisory lock under which tables are changed
WRITES = "corpus_writes"
INSUFFICIENT_PRIVILEGE = "42501"  # of PostgreSQL
OTHER = "Mend that, or name another in GREENLIT_DATABASE_URL."
KINDS = "It begins with sqlite:/// or postgresql://."


class CorpusUnavailable(Exception):
    """The database of the corpus cannot be used; the text says why, and what to do."""


def open_engine(url: str) -> sa.Engine:
    """Connect, and bring the tables up to date. Raises CorpusUnavailable."""
    engine = _create_engine(url)
    try:
        with _explain_failure(engine):
            _upgrade_tables(engine)
    except CorpusUnavailable:
        engine.dispose()
        raise
    except CommandError:
        engine.dispose()
        name = engine.url.render_as_string(hide_password=True)
        text = f"The corpus in {name} is of a newer Greenlit: install that, or name another."
        raise CorpusUnavailable(text) from None
    return engine


@contextmanager
def begin_write(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Begin a transaction that writes: in SQLite it waits for the only writer's place at once.

    Raises CorpusUnavailable.
    """
    with _explain_failure(engine), engine.execution_options(**{WRITES: True}).begin() as connection:
        yield connection


@contextmanager
def begin_read(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Begin a transaction that only reads. Raises CorpusUnavailable."""
    with _explain_failure(engine), engine.begin() as connection:
        yield connection


@contextmanager
def _explain_failure(engine: sa.Engine) -> Iterator[None]:
    """Raise CorpusUnavailable for a full disk, a server that is gone, a file that is damaged."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        if _is_statement_wrong(error):
            raise
        raise CorpusUnavailable(_explain(engine.url, error)) from None


def _is_statement_wrong(error: sa.exc.DatabaseError) -> bool:
    """Tell a mistake of ours from a database that cannot be used, or cannot be reached."""
    if getattr(error.orig, "sqlstate", "") == INSUFFICIENT_PRIVILEGE or error.statement is None:
        return False
    return type(error) not in (sa.exc.OperationalError, sa.exc.DatabaseError)


def _create_engine(text: str) -> sa.Engine:
    url = _read_url(text)
    if url.get_backend_name() == "postgresql":
        engine = sa.create_engine(url, pool_pre_ping=True)
        return engine.execution_options(schema_translate_map={None: SCHEMA})
    make_folder(Path(str(url.database)).parent)
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _set_up_connection)
    sa.event.listen(engine, "begin", _begin)
    return engine


def make_folder(folder: Path) -> None:
    """Make a folder that is its user's alone, where none is. Raises CorpusUnavailable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CorpusUnavailable(
            f"{folder} cannot be made: {error.strerror}. GREENLIT_HOME names another place."
        ) from None


def _read_url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):  # it is not shown: a password may be in it
        raise CorpusUnavailable(
            f"GREENLIT_DATABASE_URL has a value that is no address of a database. {KINDS}"
        ) from None
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise CorpusUnavailable(f"The corpus cannot be kept in {backend}. {KINDS}")
    if url.database in (None, "", ":memory:"):
        raise CorpusUnavailable(f"{text} names no file: the corpus would be gone at the end.")
    return url


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # ours to begin
    for pragma in (f"busy_timeout={BUSY_S * 1000}", "journal_mode=WAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # One that reads first and writes then would fail, not wait, where another has written between.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade_tables(engine: sa.Engine) -> None:
    """Run the migrations that are missing, one process at a time."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if _read_version(connection) == ScriptDirectory.from_config(config).get_current_head():
            return
    with begin_write(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            # One that an administrator made needs no right to make schemas.
            if not sa.inspect(connection).has_schema(SCHEMA):
                connection.execute(sa.schema.CreateSchema(SCHEMA))
            connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _read_version(connection: sa.Connection) -> str | None:
    options = {"version_table_schema": find_version_schema(connection)}
    version: str | None = MigrationContext.configure(
        connection, opts=options
    ).get_current_revision()
    return version


def find_version_schema(connection: sa.Connection) -> str | None:
    """Tell the schema in which alembic keeps which version the tables have."""
    return SCHEMA if connection.dialect.name == "postgresql" else None


def _explain(url: sa.URL, error: sa.exc.DBAPIError) -> str:
    """Say in a sentence why the database cannot be used, without the password in its address."""
    why = str(error.orig).strip().partition("\n")[0].rstrip(".")
    name = url.render_as_string(hide_password=True)
    return f"The corpus's database {name} cannot be used: {why}. {OTHER}"
