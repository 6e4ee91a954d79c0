"""The tests of what a process says to the record that it shares, and of its slots there."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember, name_worker
from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.shared_slots import SharedSlots, SlotLimits
from bot.adapters.dbos.slots import SlotTicket
from bot.adapters.private_home import read_home_mark
from bot.values import Waiting
from tests.adapters.dbos.engine_stage import eventually, make_listener
from tests.tcp_proxy import open_wire

LIMITS = SlotLimits(per_repository=1, dead_after_s=1.5)
QUICK = FleetTiming(beat_s=0.2, fence_after_s=0.8, dead_after_s=1.5, take_s=0.05, stray_after_s=0.2)


@pytest.fixture
def member(database_url):
    """A process that has joined, and does nothing by itself."""
    member = FleetMember(PostgresRecord(database_url), ["known"], 4, LIMITS, Fence(), QUICK)
    member.join()
    return member


def enqueue(record, key, name="known", queue=fleet_sql.QUEUE):
    """Write a run down that nobody has begun."""
    query = (
        "insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, priority) "
        "values (%s, 'ENQUEUED', %s, %s, 0)"
    )
    record.execute(query, [key, name, queue])


def find_queue(record, key):
    query = "select queue_name from dbos.workflow_status where workflow_uuid = %s"
    return record.execute(query, [key]).fetchone()[0]


def make_old(record, member):
    """Make it so that a process was not heard of for long."""
    query = "update greenlit.workers set beat_at = beat_at - interval '1 hour' where worker = %s"
    record.execute(query, [member.name])


def test_who_is_heard_of_at_the_last_moment_lives(member, record, database_url):
    """Another one found it dead, and then it was heard of: its runs stay where they are."""
    other = FleetMember(PostgresRecord(database_url), [], 4, LIMITS, Fence(), QUICK)
    other._bury(record, member.name)

    assert 1 == record.execute("select count(*) from greenlit.workers").fetchone()[0]
    make_old(record, member)
    other._bury(record, member.name)
    assert 0 == record.execute("select count(*) from greenlit.workers").fetchone()[0]


def test_who_is_launched_slowly_is_not_taken_for_dead(member, record):
    """It says nothing until it is."""
    time.sleep(QUICK.dead_after_s + 0.1)

    assert [] == record.execute(fleet_sql.FIND_DEAD, {"dead_after_s": 1.5}).fetchall()


def test_a_dead_process_takes_nothing(member, record):
    """It would be in a queue that nobody looks into."""
    enqueue(record, "k")
    record.execute("delete from greenlit.workers")
    member._take(record)

    assert fleet_sql.QUEUE == find_queue(record, "k")


def test_a_process_takes_only_stories_that_it_knows(member, record):
    """Those of a newer version are for a process of that version."""
    enqueue(record, "k")
    enqueue(record, "new", name="unknown")
    member._take(record)

    assert [member.own_queue, fleet_sql.QUEUE] == [find_queue(record, key) for key in ("k", "new")]


def test_a_run_is_taken_by_who_has_room(member, record, database_url):
    """It stays where it is taken. Where nobody has room, anybody takes it."""
    other = FleetMember(PostgresRecord(database_url), ["known"], 1, LIMITS, Fence(), QUICK)
    other.join()
    hold = (
        "insert into greenlit.slots (run, worker, owner, repo, asked_at, granted_at) "
        "select worker || number, %s, 'o', 'o/r', '', now() "
        "from greenlit.workers, generate_series(1, 4) number where worker = %s"
    )
    record.execute(hold, [member.name, member.name])
    enqueue(record, "k")
    member._take(record)
    assert fleet_sql.QUEUE == find_queue(record, "k")
    other._take(record)
    assert other.own_queue == find_queue(record, "k")

    record.execute(hold, [other.name, other.name])
    enqueue(record, "next")
    member._take(record)
    assert member.own_queue == find_queue(record, "next")


def test_a_process_that_ends_takes_nothing_more(member, record):
    """What it would take waits until it has left."""
    enqueue(record, "k")
    member.rest()
    member._beat(record, make_listener())
    member._take(record)

    assert fleet_sql.QUEUE == find_queue(record, "k")
    assert (0,) == record.execute("select slots from greenlit.workers").fetchone()


def test_what_is_just_being_begun_is_no_stray(member, record):
    """Of ten thousand runs that were taken at once, the last is begun a good while later. What it
    was that took them tells the time of it, whatever the machines' clocks say.
    """
    listener = make_listener()
    query = (
        "insert into dbos.workflow_status "
        "(workflow_uuid, status, name, executor_id, started_at_epoch_ms, priority) "
        "values (%s, 'PENDING', 'known', %s, 0, 0)"
    )
    record.execute(query, ["old", member.name])
    member._put_back_strays(record, listener)
    time.sleep(member.timing.stray_after_s)
    record.execute(query, ["young", member.name])
    member._put_back_strays(record, listener)

    assert [None, fleet_sql.QUEUE] == [find_queue(record, key) for key in ("young", "old")]


def test_a_run_is_told_of_until_people_will_be(member, record, database_url):
    """Whoever set it aside may have died before it told: then another one does."""
    told = []
    listener = make_listener(on_set_aside=told.append)
    record.execute(
        "insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, priority) "
        "values ('k', 'PENDING', 'known', 'dead', 0)"
    )
    record.execute("insert into greenlit.deaths (run, deaths, steps) values ('k', 2, 0)")
    record.execute(
        "insert into greenlit.workers (worker, machine, slots, beat_at) "
        "values ('dead', '', 1, now() - interval '1 hour')"
    )
    record.execute(
        "insert into greenlit.slots (run, worker, owner, repo, asked_at, granted_at) "
        "values ('k', 'dead', 'o', 'o/r', '', now())"
    )
    FleetMember(PostgresRecord(database_url), [], 4, LIMITS, Fence(), QUICK)._bury(record, "dead")
    for _look in range(2):
        member._have_told(record, listener)
    assert ["k", "k"] == told

    member.note_told("k")
    member._have_told(record, listener)
    assert ["k", "k"] == told


def test_the_records_clock_is_everybodys(member, record):
    """What the machine's own says is only a moment off it, or corrected."""
    (now,) = record.execute("select clock_timestamp()").fetchone()

    assert abs((member.fence.clock.now() - now).total_seconds()) < 5
    asked_at = time.time()
    member.fence.clock.note(asked_at + 300, asked_at)
    assert 295 < (member.fence.clock.now() - now).total_seconds() < 360
    member.fence.clock.note(time.time() + 0.1, time.time())
    assert abs((member.fence.clock.now() - datetime.now(UTC)).total_seconds()) < 0.05


def test_who_is_not_answered_asks_on_another_connection(database_url):
    """A proxy between may take what is sent, and pass nothing on, which TCP does not find out."""
    with open_wire(database_url) as (wire, url):
        record = PostgresRecord(url)
        member = FleetMember(record, [], 4, LIMITS, Fence(), replace(QUICK, answer_s=0.5))
        member.join()
        member.begin(make_listener())
        wire.swallow()
        time.sleep(1.0)
        heard_at = member.fence._heard_at
        eventually(lambda: member.fence._heard_at > heard_at, expected=True)
        member.leave()

        assert member.fence._heard_at > heard_at


def test_a_statement_is_not_waited_for_for_ever(database_url):
    """Its connection is closed, so that nobody takes a late answer for another's."""
    with open_wire(database_url) as (wire, url):
        record = PostgresRecord(url)
        with closing(record.connect(0.3)) as connection:
            wire.swallow()
            with pytest.raises(psycopg.OperationalError, match="has not answered"):
                connection.execute("select 1")

            assert connection.closed


def test_runs_have_the_database_back_when_it_is(database_url):
    """They ask for it twice a second, however long it is away; when the process ends, no more."""
    with open_wire(database_url) as (wire, url), ThreadPoolExecutor() as threads:
        record = PostgresRecord(url)
        own = record.open()
        runs = record.open_for_runs(own)
        wire.cut()
        with pytest.raises(OperationalError):
            own.connect()
        asking = threads.submit(runs.connect)
        time.sleep(2.5)
        assert not asking.done()
        wire.mend()
        asking.result(timeout=20).close()

        runs.dispose()
        wire.cut()
        asking = threads.submit(runs.connect)
        record.stop_waiting()
        with pytest.raises(OperationalError):
            asking.result(timeout=20)


def test_a_peer_that_is_gone_is_found_out_in_seconds(database_url):
    """By the server too, and also where a process is frozen in a transaction: it may hold a lock."""
    with closing(PostgresRecord(database_url).connect()) as connection:
        names = ("idle_in_transaction_session_timeout", "tcp_keepalives_idle", "tcp_user_timeout")
        shown = [connection.execute(f"show {name}").fetchone()[0] for name in names]
        used = connection.info.get_parameters()

    assert ["5s", "4", "10000"] == shown
    assert ("4", "10000") == (used["keepalives_idle"], used["tcp_user_timeout"])


# --- slots


@contextmanager
def slots_over(url, worker):
    database = PostgresRecord(url).open()
    yield SharedSlots(database, worker, LIMITS)
    database.dispose()


def test_a_slot_is_given_back_though_the_record_was_away(member, record, database_url):
    """And who asks for one meanwhile waits: that is no fault of its run."""

    async def work(wire, slots):
        first, second = SlotTicket("o/r", "o/r#1/1"), SlotTicket("o/r", "o/r#2/1")
        assert await slots.enter(first)
        wire.cut()
        slots.leave(first)
        entering = asyncio.create_task(slots.enter(second))
        await asyncio.sleep(0.3)
        assert not entering.done()
        wire.mend()
        return await asyncio.wait_for(entering, 20)

    with open_wire(database_url) as (wire, url), slots_over(url, member.name) as slots:
        assert asyncio.run(work(wire, slots))

    assert [("o/r#2/1",)] == record.execute("select run from greenlit.slots").fetchall()


def test_who_gave_up_while_the_record_was_away_is_not_in_the_line(member, record, database_url):
    """And it holds up nobody."""

    async def work(wire, slots):
        tickets = [SlotTicket("o/r", f"o/r#{number}/1") for number in (1, 2)]
        wire.cut()
        entering = [asyncio.create_task(slots.enter(ticket)) for ticket in tickets]
        await asyncio.sleep(0.1)
        entering[0].cancel()
        slots.leave(tickets[0])
        wire.mend()
        return await asyncio.wait_for(entering[1], 20)

    with open_wire(database_url) as (wire, url), slots_over(url, member.name) as slots:
        assert asyncio.run(work(wire, slots))

    assert [("o/r#2/1",)] == record.execute("select run from greenlit.slots").fetchall()


def test_what_comes_while_the_record_is_asked_is_asked_together(member, record, database_url):
    """Many who enter at once take the line's lock twice: for the first, and for all others."""

    async def work(slots):
        record.execute("select pg_advisory_lock(%s)", [fleet_sql.SLOT_LOCK])
        tickets = [SlotTicket("o/r", f"o/r#{number}/1") for number in range(6)]
        entering = [asyncio.create_task(slots.enter(tickets[0]))]
        await asyncio.sleep(0.1)
        entering += [asyncio.create_task(slots.enter(ticket)) for ticket in tickets[1:]]
        await asyncio.sleep(0.1)
        record.execute("select pg_advisory_unlock(%s)", [fleet_sql.SLOT_LOCK])
        free = await asyncio.gather(*entering)
        return free, slots.describe(tickets[5])

    with slots_over(database_url, member.name) as slots:
        free, waiting = asyncio.run(work(slots))

    transactions = record.execute("select count(distinct xmin::text) from greenlit.slots")
    assert (2,) == transactions.fetchone()
    assert [True, *[False] * 5] == free
    assert Waiting("slot", place=5, line_length=5, behind=("o/r#0/1",)) == waiting


def test_what_was_read_before_gives_nobody_a_slot(member, record, database_url):
    """A run left, and came back into the line, while the record was asked."""

    async def work(slots):
        first, second = SlotTicket("o/r", "o/r#1/1"), SlotTicket("o/r", "o/r#2/1")
        await slots.enter(first)
        await slots.enter(second)
        record.execute("select pg_advisory_lock(%s)", [fleet_sql.SLOT_LOCK])
        slots.look()
        await asyncio.sleep(0.1)
        slots.leave(first)
        entering = asyncio.create_task(slots.enter(first))
        await asyncio.sleep(0.1)
        record.execute("select pg_advisory_unlock(%s)", [fleet_sql.SLOT_LOCK])
        await entering
        await asyncio.sleep(0.1)
        return first.granted.is_set(), second.granted.is_set()

    with slots_over(database_url, member.name) as slots:
        assert (False, True) == asyncio.run(work(slots))


def test_a_dead_process_does_not_enter_the_line(member, record, database_url):
    """Its run is in the line already, or at work, where it went on."""
    record.execute(
        "insert into greenlit.slots (run, worker, owner, repo, asked_at, granted_at) "
        "values ('o/r#1/1', 'other', 'o', 'o/r', '', now())"
    )
    record.execute("delete from greenlit.workers")
    with slots_over(database_url, member.name) as slots:
        assert not asyncio.run(slots.enter(SlotTicket("o/r", "o/r#1/1")))

    rows = record.execute("select worker from greenlit.slots where granted_at is not null")
    assert [("other",)] == rows.fetchall()


def join_on(database_url, mark, slots=4):
    """A process on a home with this mark, that does nothing by itself."""
    shared = PostgresRecord(database_url)
    name = name_worker("a-machine", mark)
    other = FleetMember(shared, ["known"], slots, LIMITS, Fence(), QUICK, name=name)
    other.join()
    return other


def test_a_run_is_left_to_who_has_the_mirror(record, database_url):
    """It took the repository's last run; so does the next process on its home. A run of another
    repository is anybody's.
    """
    near, far = join_on(database_url, "near"), join_on(database_url, "far")
    enqueue(record, "o/r#1/1")
    near._take(record)
    for key in ("o/r#2/1", "o/other#1/1"):
        enqueue(record, key)
    far._take(record)
    assert fleet_sql.QUEUE == find_queue(record, "o/r#2/1")
    assert far.own_queue == find_queue(record, "o/other#1/1")

    near.leave()
    after = join_on(database_url, "near")
    far._take(record)
    after._take(record)
    assert after.own_queue == find_queue(record, "o/r#2/1")


def test_a_run_goes_elsewhere_at_once_where_its_process_is_full(record, database_url):
    """As many as it has room for are its own; what it has only taken counts already."""
    near, far = join_on(database_url, "near", slots=2), join_on(database_url, "far", slots=8)
    enqueue(record, "o/r#1/1")
    near._take(record)
    for number in range(2, 6):
        enqueue(record, f"o/r#{number}/1")
    far._take(record)

    queues = [find_queue(record, f"o/r#{number}/1") for number in range(2, 6)]
    assert [fleet_sql.QUEUE, *[far.own_queue] * 3] == queues
    near._take(record)
    assert near.own_queue == find_queue(record, "o/r#2/1")


def test_a_run_goes_elsewhere_where_its_process_is_dead_or_silent(record, database_url):
    """Of one that is dead nothing is left to it; one that does not come has a moment."""
    near, far = join_on(database_url, "near"), join_on(database_url, "far")
    enqueue(record, "o/r#1/1")
    near._take(record)
    enqueue(record, "o/r#2/1")
    record.execute(
        "update dbos.workflow_status set updated_at = updated_at - 600 "
        "where workflow_uuid = 'o/r#2/1'"
    )
    far._take(record)
    assert far.own_queue == find_queue(record, "o/r#2/1")

    make_old(record, near)
    record.execute(
        "update greenlit.mirrors set used_at = used_at + interval '1 minute' where home = 'near'"
    )
    enqueue(record, "o/r#3/1")
    far._take(record)
    assert far.own_queue == find_queue(record, "o/r#3/1")


def test_the_owners_take_turns_beside_what_is_left_to_others(record, database_url):
    """Who comes with many does not pass the others; a share stays a share."""
    near, far = join_on(database_url, "near", slots=1), join_on(database_url, "far", slots=1)
    enqueue(record, "many/r#1/1")
    near._take(record)
    record.execute("delete from dbos.workflow_status")
    for number in range(2, 6):
        enqueue(record, f"many/r#{number}/1")
    enqueue(record, "few/r#1/1")
    far._take(record)

    query = "select workflow_uuid from dbos.workflow_status where queue_name = %s order by 1"
    taken = [key for (key,) in record.execute(query, [far.own_queue]).fetchall()]
    assert 3 == len(taken)
    assert "few/r#1/1" in taken
    assert "many/r#2/1" not in taken


def test_a_mark_is_of_a_home(tmp_path):
    """The next process reads the same."""
    first, second = tmp_path / "first", tmp_path / "second"
    for home in (first, second):
        home.mkdir()

    assert read_home_mark(first) == read_home_mark(first) != read_home_mark(second)
