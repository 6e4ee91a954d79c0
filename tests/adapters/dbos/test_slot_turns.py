"""The tests of whose turn it is where two processes share the slots, on a PostgreSQL."""

import pytest

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember
from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.shared_slots import SlotLimits, grant_slots

LIMITS = SlotLimits(per_repository=6, dead_after_s=60)
SLOTS = 3  # of each process
# In turn: who has a slot, by whom it was given longest ago.
AT_WORK = "select run, owner from greenlit.slots where granted_at is not null order by granted_at"


@pytest.fixture
def members(database_url):
    """Two processes that have joined, and do nothing by themselves."""
    members = [
        FleetMember(PostgresRecord(database_url), ["known"], SLOTS, LIMITS, Fence(), FleetTiming())
        for _ in range(2)
    ]
    for member in members:
        member.join()
    return members


def line_up(record, members, owner, count):
    """Have runs of an owner's wait, one after the other, in the two processes by turns."""
    query = (
        "insert into greenlit.slots (run, worker, owner, repo, asked_at) "
        "select %(owner)s || '/r#' || number, (%(workers)s::text[])[1 + number %% 2], %(owner)s, "
        "%(owner)s || '/r', clock_timestamp()::text from generate_series(1, %(count)s) number"
    )
    workers = [member.name for member in members]
    record.execute(query, {"owner": owner, "workers": workers, "count": count})


def grant(record, limits=LIMITS):
    with record.transaction(), record.cursor() as cursor:
        grant_slots(cursor, limits)


def serve(record, count, limits=LIMITS):
    """Let so many runs end, those that work longest first; the owners who had slots, in turn."""
    grant(record, limits)
    owners = []
    for _ in range(count):
        run, owner = record.execute(AT_WORK).fetchone()
        owners.append(owner)
        record.execute("delete from greenlit.slots where run = %s", [run])
        grant(record, limits)
    return owners


def test_five_hundred_labels_let_the_others_through(record, members):
    """Who asked behind them is served with the first of them, though both processes are full."""
    line_up(record, members, "big", 500)
    grant(record)
    assert ["big"] * 2 * SLOTS == [owner for _run, owner in record.execute(AT_WORK).fetchall()]
    line_up(record, members, "small", 3)
    line_up(record, members, "tiny", 1)
    owners = serve(record, 4 * SLOTS)

    assert (3, 1) == (owners.count("small"), owners.count("tiny"))
    assert "big" == owners[-1]


def test_five_hundred_runs_that_nobody_took_let_the_others_through(record, members):
    """What a process takes of the common queue at once has runs of each owner."""
    query = (
        "insert into dbos.workflow_status "
        "(workflow_uuid, status, name, queue_name, priority, created_at) "
        "select %s || '/r#' || number, 'ENQUEUED', 'known', %s, 0, %s + number "
        "from generate_series(1, %s) number"
    )
    for age, (owner, count) in enumerate((("big", 500), ("small", 3))):
        record.execute(query, [owner, fleet_sql.QUEUE, 1_000 * age, count])
    members[0]._take(record)
    taken = record.execute(
        "select split_part(workflow_uuid, '/', 1) as owner, count(*) from dbos.workflow_status "
        "where queue_name = %s group by owner order by owner",
        [members[0].own_queue],
    )

    assert [("big", 249), ("small", 3)] == taken.fetchall()


def test_an_owner_of_weight_two_has_twice_as_many_at_work(record, members):
    """As an operator writes it into the record."""
    record.execute("insert into greenlit.owners (owner, weight) values ('twice', 2)")
    for owner in ("once", "twice"):
        line_up(record, members, owner, 50)
    serve(record, 4 * SLOTS)
    at_work = [owner for _run, owner in record.execute(AT_WORK).fetchall()]

    assert (2, 4) == (at_work.count("once"), at_work.count("twice"))


@pytest.mark.parametrize(("in_all", "expected"), [(None, 6), (4, 4), (1, 1)])
def test_slots_in_all_are_given_to_any_process(record, members, in_all, expected):
    """No more than these together, however many each process has."""
    line_up(record, members, "o", 10)
    grant(record, SlotLimits(per_repository=6, dead_after_s=60, in_all=in_all))

    assert expected == len(record.execute(AT_WORK).fetchall())
