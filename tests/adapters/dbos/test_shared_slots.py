"""The slots of a process, where the line for them stands in the record that it shares."""

import asyncio
from contextlib import contextmanager

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.shared_slots import SharedSlots
from bot.adapters.dbos.slots import SlotTicket
from bot.values import Waiting
from tests.adapters.dbos.engine_stage import eventually
from tests.adapters.dbos.fleet_stage import LIMITS
from tests.tcp_proxy import open_wire


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


def test_who_left_while_its_question_got_lost_is_not_in_the_line(member, record, database_url):
    """The question is asked anew, without who entered by it."""
    waiting = "from pg_stat_activity where wait_event = 'advisory' and datname = current_database()"

    async def work(slots):
        record.execute("select pg_advisory_lock(%s)", [fleet_sql.SLOT_LOCK])
        ticket = SlotTicket("o/r", "o/r#1/1")
        entering = asyncio.create_task(slots.enter(ticket))
        asked = f"select 1 {waiting}"
        await asyncio.to_thread(eventually, lambda: record.execute(asked).rowcount, 1)
        slots.leave(ticket)
        record.execute(f"select pg_terminate_backend(pid) {waiting}")
        record.execute("select pg_advisory_unlock(%s)", [fleet_sql.SLOT_LOCK])
        return await entering

    with slots_over(database_url, member.name) as slots:
        assert not asyncio.run(work(slots))

    assert [] == record.execute("select run from greenlit.slots").fetchall()


def test_a_slot_that_another_process_gave_is_heard_of_without_the_lock(
    member, record, database_url
):
    """Who gave it has given out all that was free."""

    async def work(slots):
        first, second = SlotTicket("o/r", "o/r#1/1"), SlotTicket("o/r", "o/r#2/1")
        await slots.enter(first)
        await slots.enter(second)
        record.execute("update greenlit.slots set granted_at = now()")
        record.execute("select pg_advisory_lock(%s)", [fleet_sql.SLOT_LOCK])
        slots.look("o/r#2/1")
        await asyncio.wait_for(second.granted.wait(), 20)
        record.execute("select pg_advisory_unlock(%s)", [fleet_sql.SLOT_LOCK])
        return second.granted.is_set()

    with slots_over(database_url, member.name) as slots:
        assert asyncio.run(work(slots))
