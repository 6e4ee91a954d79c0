"""The tests of the pool's connections to a PostgreSQL: which are asked whether they live."""

import psycopg
import pytest
import sqlalchemy as sa

from bot.adapters.dbos import bounded_connection
from bot.adapters.dbos.postgres import PostgresRecord
from tests.adapters.dbos.engine_stage import eventually

LAST_STATEMENT = "select query from pg_stat_activity where pid = %s"
PROCESS = sa.text("select pg_backend_pid() as process")


@pytest.fixture
def record(database_url):
    """A connection to the record beside the pool."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def pool(database_url):
    """A pool of connections, as the engine opens it."""
    engine = PostgresRecord(database_url).open()
    yield engine
    engine.dispose()


def use(pool):
    """Use a connection for a transaction, and tell the server's process behind it."""
    with pool.begin() as connection:
        return connection.execute(PROCESS).scalar()


def make_idle(pool):
    """Have all that is said of the connection's last use be long ago."""
    with pool.connect() as connection:
        entry = connection.connection._connection_record
    entry.info[bounded_connection._USED_AT] -= bounded_connection.TRUSTED_S


def test_a_connection_that_was_used_just_now_is_not_asked(pool, record):
    """A transaction of the record is no second one beside it."""
    process = use(pool)
    with pool.connect():
        shown = record.execute(LAST_STATEMENT, [process]).fetchone()[0]

    assert "COMMIT" == shown


def test_a_connection_that_was_idle_is_asked(pool, record):
    """It may be cut off without a word."""
    process = use(pool)
    make_idle(pool)
    with pool.connect():
        shown = record.execute(LAST_STATEMENT, [process]).fetchone()[0]

    assert ";" == shown


def test_a_connection_that_the_server_ended_is_replaced(pool, record):
    """Also one that was used just now; whoever comes next finds another one, and no error."""
    process = use(pool)
    record.execute("select pg_terminate_backend(%s)", [process])
    gone = "select count(*) from pg_stat_activity where pid = %s"
    eventually(lambda: record.execute(gone, [process]).fetchone()[0], 0)

    assert process != use(pool)
