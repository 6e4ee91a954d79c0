"""How earlier pull requests ended, as the record has it."""

import json
import sqlite3
from contextlib import closing

import pytest

from bot.adapters.dbos.record import open_record
from bot.adapters.dbos.recorded_pull_ends import RecordedPullEnds
from bot.run import to_json
from bot.values import PullEnd, Repo, RevisedFile
from bot.values.ended_pulls import name_followed

REPO = Repo("o/r")
FILES = (RevisedFile("app.py", 3, 1, "-a\n+b\n"),)


@pytest.fixture
def record(tmp_path):
    """A record with the one table that is read."""
    path = tmp_path / "engine.sqlite"
    columns = "workflow_uuid, function_id, function_name, output, completed_at_epoch_ms"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"create table operation_outputs ({columns})")
    return path


def end(number, **more):
    return PullEnd(number, f"https://github.com/o/r/pull/{number}", "T", True, **more)


def write(record, repo, value, at, output=None):
    """A step's result; `output` instead of the value's."""
    row = (
        f"{name_followed(repo, value.number)}/1",
        at,
        "read_pull_end",
        output or json.dumps({"ok": to_json(value)}),
        at,
    )
    with closing(sqlite3.connect(record)) as database, database:
        database.execute("insert into operation_outputs values (?, ?, ?, ?, ?)", row)


def test_the_newest_ends_of_a_repository_are_listed(record):
    """Newest first, and of each pull request what was read last; other repositories' are theirs."""
    for at, value in enumerate((end(1), end(2), end(1, files=FILES)), 1):
        write(record, "o/r", value, at)
    write(record, "o/r2", end(3), 4)
    write(record, "o/r-", end(4), 5)
    ends = RecordedPullEnds(open_record(record.parent))

    assert (end(1, files=FILES), end(2)) == ends.list_pull_ends(REPO, 10)
    assert (end(1, files=FILES),) == ends.list_pull_ends(REPO, 1)


def test_what_cannot_be_read_is_passed_over(record, tmp_path):
    """A step that failed, one of another version, and a record that is not there yet."""
    write(record, "o/r", end(1), 1, json.dumps({"fault": "failed", "text": "x"}))
    write(record, "o/r", end(2), 2, json.dumps({"ok": {"old": 1}}))
    write(record, "o/r", end(3), 3)

    assert (end(3),) == RecordedPullEnds(open_record(record.parent)).list_pull_ends(REPO, 10)
    assert () == RecordedPullEnds(open_record(tmp_path / "nothing")).list_pull_ends(REPO, 10)
