"""What a process says to the record that it shares, and which runs it takes there."""

import time
from datetime import UTC, datetime

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember
from bot.adapters.dbos.postgres import PostgresRecord
from tests.adapters.dbos.engine_stage import make_listener
from tests.adapters.dbos.fleet_stage import LIMITS, QUICK, enqueue, find_queue, make_old


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


def test_a_process_is_told_how_many_work(member, record, database_url):
    """Those that take no runs, as a door, ask GitHub nothing on behalf of any."""
    for slots in (2, 0):
        FleetMember(PostgresRecord(database_url), [], slots, LIMITS, Fence(), QUICK).join()
    member._beat(record, make_listener())

    assert 2 == member.working


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


def test_who_does_not_know_a_story_leaves_its_death_to_others(member, record):
    """It could tell nobody, and would have it taken for told."""
    for key in ("known", "unknown"):
        enqueue(record, key, name=key)
        insert = "insert into greenlit.deaths (run, deaths, steps) values (%s, 3, 0)"
        record.execute(insert, [key])
    record.execute(f"update dbos.workflow_status set status = '{fleet_sql.ASIDE}'")
    heard = []
    member._have_told(record, make_listener(on_set_aside=heard.append))

    assert ["known"] == heard
