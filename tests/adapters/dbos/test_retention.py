"""The tests of what is deleted from a record that processes share."""

from contextlib import closing

import psycopg
import pytest

from bot.adapters.dbos.fleet_sql import RETENTION_LOCK
from bot.adapters.dbos.postgres import PostgresRecord
from tests.adapters.dbos.engine_stage import durable

OLD = "extract(epoch from now() - interval '10 days') * 1000"


@pytest.fixture
def shared(tmp_path, database_url):
    """An engine in this process, on a record that others may share."""
    engine = durable(tmp_path / "home", database_url=database_url, slots=0)
    engine.launch()
    yield engine
    engine.close()


def test_what_is_old_goes_and_what_lives_stays(shared, database_url):
    """Of runs, of commits that they made, and of how often their processes died."""
    with psycopg.connect(database_url, autocommit=True) as record:
        record.execute(
            "insert into dbos.workflow_status (workflow_uuid, status, name, completed_at, priority) "
            f"select 'o/r' || number % 7 || '#1/' || number, 'SUCCESS', 'three', {OLD}, 0 "
            "from generate_series(1, 500) number"
        )
        live = (
            "insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, priority) "
        )
        record.execute(live + "values ('o/live#1/1', 'ENQUEUED', 'three', 'away', 0)")
        record.execute(
            "insert into greenlit.commits (repo, sha, pack, made_at) "
            "values ('o/live', 'a', '', now() - interval '1 year'), "
            "('o/r1', 'b', '', now() - interval '1 year'), ('o/r1', 'c', '', now())"
        )
        record.execute(
            "insert into greenlit.deaths (run, deaths, steps) "
            "values ('o/live#1/1', 1, 1), ('o/r1#1/1', 2, 1)"
        )

        assert 493 == shared.forget(0)
        left = record.execute("select count(*) from dbos.workflow_status").fetchone()
        commits = record.execute("select sha from greenlit.commits order by sha").fetchall()
        deaths = record.execute("select run from greenlit.deaths").fetchall()
        assert ((8,), [("a",), ("c",)], [("o/live#1/1",)]) == (left, commits, deaths)


def test_one_process_at_a_time_deletes(shared, database_url):
    """The others leave it to that one."""
    with closing(PostgresRecord(database_url).connect()) as other:
        other.execute("select pg_advisory_lock(%s)", [RETENTION_LOCK])
        other.execute(
            "insert into dbos.workflow_status (workflow_uuid, status, name, completed_at, priority) "
            f"values ('old', 'SUCCESS', 'three', {OLD}, 0)"
        )

        assert 0 == shared.forget(0)
    assert 1 == shared.forget(0)
