"""The tests of the caps of a day: counted from the record, told before they are hit."""

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.adapters.dbos.day_spending import DayCaps, DaySpending, read_spent
from bot.adapters.dbos.record import open_record
from bot.values import DayLimit, Repo
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import ended, start

REPO, OTHER = Repo("o/r"), Repo("o/other")
MIDNIGHT = "2026-11-30T00:00:00+00:00"


class SetClock:
    def __init__(self):
        self.time = datetime(2026, 11, 29, 10, tzinfo=UTC)

    def now(self):
        return self.time


@pytest.fixture
def clock():
    """A clock that stands until a test sets it."""
    return SetClock()


@pytest.fixture
def spending(tmp_path, clock):
    """Ten dollars a day in all and four in a repository, over a record that does not exist yet."""
    return DaySpending(open_record(tmp_path), DayCaps(10.0, 4.0), clock)


def test_the_cap_of_which_least_is_left_counts(spending):
    """First the repository's; once all of them together come near theirs, that one."""
    spending.add(REPO, 3.0)
    spending.add(OTHER, 4.0)
    first = spending.find_limit(REPO)
    spending.add(Repo("o/third"), 2.5)

    assert DayLimit("GREENLIT_USD_PER_REPOSITORY_DAY", 4.0, 3.0, MIDNIGHT, "o/r") == first
    assert DayLimit("GREENLIT_USD_PER_DAY", 10.0, 9.5, MIDNIGHT) == spending.find_limit(REPO)
    assert 0.5 == spending.find_limit(Repo("o/new")).left_usd


def test_without_caps_there_is_no_limit(tmp_path, clock):
    """As an operator who sets none expects."""
    free = DaySpending(open_record(tmp_path), DayCaps(), clock)
    free.add(REPO, 100.0)

    assert free.find_limit(REPO) is None


def test_a_new_day_is_free_again(spending, clock):
    """Days are those of UTC."""
    spending.add(REPO, 4.0)
    spent = spending.find_limit(REPO).left_usd
    clock.time += timedelta(hours=14)

    assert (0.0, 4.0) == (spent, spending.find_limit(REPO).left_usd)


def test_the_operator_is_warned_once_near_a_cap_and_once_at_it(spending, caplog):
    """At four fifths, before anybody is refused; then when it is used up."""
    caplog.set_level(logging.WARNING)
    for usd in (3.0, 0.3, 0.1, 0.6, 0.1):
        spending.add(REPO, usd)

    assert [
        "Today $3.30 of $4.00 (GREENLIT_USD_PER_REPOSITORY_DAY) is spent in o/r.",
        (
            "Today $4.00 of $4.00 (GREENLIT_USD_PER_REPOSITORY_DAY) is spent in o/r. "
            "No turn begins before 00:00 UTC."
        ),
    ] == [record.getMessage() for record in caplog.records]
    assert [("", False), ("o/r", True)] == [
        (limit.repo, limit.is_near) for limit in spending.list_limits()
    ]


def test_what_runs_have_cost_today_is_read_from_the_record(engine, diary, tmp_path):
    """Of runs that ended and of those that live; not what a turn has cost yesterday."""
    for key, usd in (("o/r#1/1", 1.25), ("o/r#2/1", 0.5), ("o/x#1/1", 2.0)):
        start(engine, stories.pays, diary, key=key, seconds=usd)
        ended(engine, key)
    record, today = tmp_path / "home" / "engine.sqlite", datetime.now(UTC).date()
    day_ms = 86_400_000
    with closing(sqlite3.connect(record, timeout=30)) as database:
        database.execute(
            "update operation_outputs set completed_at_epoch_ms = completed_at_epoch_ms - ? "
            "where workflow_uuid = 'o/r#2/1'",
            (day_ms,),
        )
        database.commit()

    assert {"o/r": 1.25, "o/x": 2.0} == read_spent(open_record(tmp_path / "home"), today)
    assert {} == read_spent(open_record(tmp_path / "home"), today + timedelta(days=1))


def test_a_record_that_is_not_there_or_empty_has_no_costs(tmp_path):
    """As before the first start."""
    (tmp_path / "empty").mkdir()
    sqlite3.connect(tmp_path / "empty" / "engine.sqlite").close()

    assert {} == read_spent(open_record(tmp_path / "none"), date(2026, 11, 29))
    assert {} == read_spent(open_record(tmp_path / "empty"), date(2026, 11, 29))
