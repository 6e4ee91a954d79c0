"""The record's database tells the time in milliseconds, whatever SQLite this Python was built with."""

import time

import sqlalchemy as sa

from bot.adapters.dbos.sqlite import SqliteRecord


def test_the_record_knows_milliseconds(tmp_path):
    """DBOS's defaults need `unixepoch('subsec')`, which SQLite before 3.42 answers with NULL."""
    engine = SqliteRecord(tmp_path).open()
    before = time.time()
    with engine.connect() as connection:
        told = connection.execute(sa.text("SELECT unixepoch('subsec')")).scalar()
    engine.dispose()

    assert before - 0.002 <= told <= time.time() + 0.002
