"""Processes that are members of a fleet and do nothing by themselves, and the record's runs."""

from __future__ import annotations

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember, name_worker
from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.shared_slots import SlotLimits

LIMITS = SlotLimits(per_repository=1, dead_after_s=1.5)
QUICK = FleetTiming(beat_s=0.2, fence_after_s=0.8, dead_after_s=1.5, take_s=0.05, stray_after_s=0.2)


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


def join_on(database_url, mark, slots=4):
    """A process on a home with this mark, that does nothing by itself."""
    shared = PostgresRecord(database_url)
    name = name_worker("a-machine", mark)
    other = FleetMember(shared, ["known"], slots, LIMITS, Fence(), QUICK, name=name)
    other.join()
    return other
