"""The tests of GitHub's limits in the record that processes share, on a PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember
from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.limit_sql import DELETE_LIMITS, LIST_LIMITS
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.recorded_limits import RecordedLimits, read_limits
from bot.adapters.dbos.shared_slots import SlotLimits
from bot.ports import RequestLimit, WriteRate
from bot.values import InstallationId
from tests.adapters.dbos.engine_stage import make_listener
from tests.tcp_proxy import open_wire

ONE, OTHER = InstallationId(1), InstallationId(2)
PAUSE_S = 30.0
SLOW = WriteRate(PAUSE_S, longest_wait_s=3_600.0)
FEW = WriteRate(0.0, content_per_minute=2, content_per_hour=3, longest_wait_s=100.0)


@pytest.fixture
def processes(database_url):
    """What two processes keep to, each over connections of its own."""
    return [RecordedLimits(PostgresRecord(database_url)) for _ in range(2)]


def take(limits, rate=SLOW, installation=ONE, *, creates_content=True):
    return limits.take_turn(installation, rate, creates_content=creates_content)


def count_pauses(turns):
    """How many pauses each turn waits for."""
    return [round(turn.wait_s / PAUSE_S) for turn in turns]


def test_two_processes_keep_the_pause_together(processes):
    """A write of one waits for that of the other; another installation's waits for none."""
    turns = [take(processes[number % 2]) for number in range(4)]
    other = take(processes[0], installation=OTHER)

    assert [0, 1, 2, 3] == count_pauses(turns)
    assert [0] == count_pauses([other])


def test_turns_that_are_taken_at_once_are_different_ones(processes):
    """Of many threads of both."""
    with ThreadPoolExecutor(8) as threads:
        turns = list(threads.map(take, processes * 10))

    assert list(range(20)) == sorted(count_pauses(turns))


def test_a_turn_that_is_too_far_away_is_nobodys(processes):
    """Who hears of it comes back later, and until then holds nobody up."""
    quick = WriteRate(PAUSE_S, longest_wait_s=2.0)
    turns = [take(limits, quick) for limits in processes * 2]

    assert [True, False, False, False] == [turn.is_taken for turn in turns]
    assert [0, 1, 1, 1] == count_pauses(turns)


def test_content_has_limits_of_a_minute_and_an_hour(processes, record):
    """Together. What makes none goes on."""
    turns = [take(processes[number % 2], FEW) for number in range(3)]
    assert [0, 0, 1] == [round(turn.wait_s / 60) for turn in turns]
    last = take(processes[1], FEW)
    assert (False, 60) == (last.is_taken, round(last.wait_s / 60))

    edited = take(processes[1], WriteRate(0.0, longest_wait_s=100.0), creates_content=False)
    assert edited.is_taken
    kept = record.execute("select cardinality(content_at) from greenlit.write_turns").fetchone()
    assert (3,) == kept


def test_no_more_writes_are_kept_than_are_counted(processes, record):
    """Five hundred within the hour, and one turn at a time."""
    record.execute(
        "insert into greenlit.write_turns select 1, clock_timestamp() - interval '1 minute', "
        "array_agg(clock_timestamp() - make_interval(secs => 70 + number * 7.2)) "
        "from generate_series(0, 499) number"
    )
    assert take(processes[0], WriteRate()).is_taken
    kept = record.execute("select cardinality(content_at) from greenlit.write_turns").fetchone()

    assert (500,) == kept


def test_a_record_that_is_away_fails_no_write(database_url):
    """Nobody can be asked then, and is asked for nothing for a moment; later on all is as before."""
    with open_wire(database_url) as (wire, url):
        limits = RecordedLimits(PostgresRecord(url), away_s=0.0)
        assert take(limits)
        wire.cut()
        assert take(limits) is None
        limits.tell_limit(RequestLimit(ONE, "core", 60.0))
        wire.mend()

        assert [1] == count_pauses([take(limits)])


def test_a_connection_that_broke_is_opened_anew(processes, record):
    """As when the database was restarted between two writes."""
    take(processes[0])
    record.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where pid <> pg_backend_pid() and datname = current_database()"
    )

    assert [1] == count_pauses([take(processes[0])])


def test_members_hear_of_limits_as_they_say_that_they_live(processes, database_url):
    """The one that lasts longest, and none that is over, for what is left by the database's clock."""
    member = FleetMember(
        PostgresRecord(database_url), [], 0, SlotLimits(1, 6), Fence(), FleetTiming()
    )
    member.join()
    known = []
    listener = make_listener(on_limits=known.append)
    with closing(member.record.connect()) as connection:
        member._beat(connection, listener)
        for limits, left_s in zip(processes, (600.0, 60.0), strict=True):
            limits.tell_limit(RequestLimit(ONE, "core", left_s))
        processes[0].tell_limit(RequestLimit(OTHER, "writes", 0.0))
        member._beat(connection, listener)

    assert () == known[0]
    [limit] = known[1]
    assert (ONE, "core", 10) == (limit.installation, limit.resource, round(limit.left_s / 60))


def test_old_turns_and_limits_are_deleted(processes, record):
    """Those of today stay."""
    for installation in (ONE, OTHER):
        take(processes[0], installation=installation)
        processes[0].tell_limit(RequestLimit(installation, "core", 60.0))
    for change in (
        "update greenlit.write_turns set last_at = last_at - interval '2 days'",
        "update greenlit.request_limits set until = until - interval '2 days'",
    ):
        record.execute(f"{change} where installation = 1")
    for statement in DELETE_LIMITS:
        record.execute(statement)

    for table in ("write_turns", "request_limits"):
        assert [(2,)] == record.execute(f"select installation from greenlit.{table}").fetchall()


def test_a_clock_that_is_set_back_stops_no_writes(processes, record):
    """The turns of before would be a day away; those since then are kept."""
    rate = WriteRate(PAUSE_S, content_per_minute=2, content_per_hour=3, longest_wait_s=100.0)
    for _ in range(3):
        take(processes[0], rate)
    record.execute(
        "update greenlit.write_turns set last_at = last_at + interval '1 day', "
        "content_at = array(select unnest(content_at) + interval '1 day')"
    )
    turns = [take(processes[number], rate) for number in range(2)]

    assert [True, True] == [turn.is_taken for turn in turns]
    assert [0, 1] == count_pauses(turns)


def test_no_limit_lasts_longer_than_an_hour(processes, record):
    """Whatever was told, and though the clock was set back since."""
    processes[0].tell_limit(RequestLimit(ONE, "core", 1e7))
    told = list_limits(record)
    record.execute("update greenlit.request_limits set until = until + interval '1 day'")
    odd = list_limits(record)
    processes[1].tell_limit(RequestLimit(ONE, "core", 60.0))
    again = list_limits(record)

    assert [1, 0, 1] == [len(limits) for limits in (told, odd, again)]
    assert max(told[0].left_s, again[0].left_s) <= 3600


def list_limits(record):
    return read_limits(record.execute(LIST_LIMITS).fetchone()[0])
