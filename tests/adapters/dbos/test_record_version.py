"""Processes of two versions beside each other: the older goes on safely, ends, or does not start."""

import threading
import time
from contextlib import contextmanager

import psycopg
import pytest

from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record_version import VERSION, RecordTooNewError, RecordVersion
from bot.adapters.dbos.sqlite import SqliteRecord
from bot.values import Outcome
from tests.adapters.dbos import engine_stories
from tests.adapters.dbos.engine_stage import durable, ended, parked, start, tell

QUICK = FleetTiming(beat_s=0.1, fence_after_s=0.8, dead_after_s=1.5, take_s=0.05)
# A version that only adds, and one beside which today's processes cannot work.
ADDING = RecordVersion(VERSION.number + 1, VERSION.oldest)
BREAKING = RecordVersion(VERSION.number + 1, VERSION.number + 1)


def bring_up(database_url, version):
    """Do what a process of a newer version does at its start: its engine's tables, then ours."""
    PostgresRecord(database_url, version).migrate()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update dbos.dbos_migrations set version = version + 1000")
        connection.execute("alter table dbos.workflow_status add column newer text")
        connection.execute("alter table greenlit.workers add column newer text default 'x'")
        connection.execute("create table greenlit.newer (id integer primary key)")


@contextmanager
def older(home, database_url, **options):
    """An engine of today's version."""
    engine = durable(home, database_url=database_url, timing=QUICK, **options)
    engine.launch()
    try:
        yield engine
    finally:
        engine.close()


def listening(engine, diary):
    """Start a run that waits for a word."""
    key = start(engine, engine_stories.listen, diary, subject="o/r#7", key="", seconds=60)
    parked(engine, key)
    return key


def test_an_older_process_works_beside_one_that_only_adds(tmp_path, diary, database_url):
    """Started before it or after it: the run that waited goes on, and a new one is begun."""
    with older(tmp_path / "before", database_url) as engine:
        key = listening(engine, diary)
        bring_up(database_url, ADDING)
        time.sleep(5 * QUICK.beat_s)
        tell(engine, "o/r#7", "go")
        outcome = ended(engine, key)
    with older(tmp_path / "after", database_url) as engine:
        start(engine, engine_stories.three, diary, key="o/r#8/1")
        other_outcome = ended(engine, "o/r#8/1")

    assert (Outcome("done", "go"), Outcome("done")) == (outcome, other_outcome)


def test_an_older_process_ends_when_the_record_is_for_newer_ones_alone(
    tmp_path, diary, database_url, caplog
):
    """It says so, takes nothing more, and what it had waits for a process of the newer version."""
    told = threading.Event()
    with older(tmp_path / "old", database_url, on_expelled=told.set) as engine:
        key = listening(engine, diary)
        bring_up(database_url, BREAKING)
        assert told.wait(60)
        start(engine, engine_stories.three, diary, key="o/r#8/1")
    newer = durable(tmp_path / "new", database_url=database_url, timing=QUICK)
    newer._record = PostgresRecord(database_url, BREAKING)
    newer.launch()
    untouched = newer.run("o/r#8/1").state
    tell(newer, "o/r#7", "go")
    outcomes = ended(newer, key), ended(newer, "o/r#8/1")
    newer.close()

    assert (Outcome("done", "go"), Outcome("done")) == outcomes
    assert untouched in ("queued", "running")
    [line] = [text for text in caplog.messages if "newer version of Greenlit" in text]
    assert "it ends, and its runs go on elsewhere" in line


def test_an_older_process_does_not_start_on_such_a_record(tmp_path, database_url):
    """One sentence says what to do, and nothing in the record is touched."""
    bring_up(database_url, BREAKING)
    engine = durable(tmp_path, database_url=database_url)

    with pytest.raises(RecordTooNewError, match="was brought up by a newer version of Greenlit"):
        engine.launch()
    with psycopg.connect(database_url) as connection:
        assert (0,) == connection.execute("select count(*) from greenlit.workers").fetchone()


def test_an_older_process_does_not_start_on_such_a_file(tmp_path):
    """As after a downgrade; a version that only added lets it start."""
    SqliteRecord(tmp_path, ADDING).migrate()
    SqliteRecord(tmp_path).migrate()
    SqliteRecord(tmp_path, RecordVersion(9, 9)).migrate()

    with pytest.raises(RecordTooNewError, match="restore a backup from before it"):
        SqliteRecord(tmp_path).migrate()


def test_who_comes_later_with_less_lowers_nothing(database_url):
    """Two versions start in any order."""
    for version in (ADDING, VERSION):
        PostgresRecord(database_url, version).migrate()
    with psycopg.connect(database_url) as connection:
        numbers = connection.execute("select number, oldest from greenlit.record_version")

        assert (ADDING.number, ADDING.oldest) == numbers.fetchone()
