"""Tell a monitor what a process has to do, and how long the queue of its record is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

from bot.adapters.dbos.journal import LIVE
from bot.adapters.dbos.record import Record
from bot.adapters.dbos.run_waits import RunWaits
from bot.adapters.dbos.runtime import Runtime
from bot.adapters.dbos.shared_slots import SharedSlots
from bot.adapters.dbos.slots import Slots
from bot.values import ProcessLoad, QueueLength

# How many wait, and for how many seconds the first one does. A run that a dead process left waits
# since then, so it counts from `updated_at`. A shared record tells the time by its own clock.
MEASURE_QUEUE = """
select count(*), :now - min(updated_at) / 1000.0 from workflow_status where status = 'ENQUEUED'
"""
MEASURE_SHARED_QUEUE = """
select count(*), extract(epoch from clock_timestamp()) - min(updated_at) / 1000.0
from workflow_status where status = 'ENQUEUED'
union all
select count(*), extract(epoch from clock_timestamp() - min(entered_at))
from greenlit.slots where granted_at is null
"""
LIVE_RUNS = f"select workflow_uuid from workflow_status where status in {LIVE}"  # noqa: S608 - a constant


def read_load(runtime: Runtime, record: Record | None) -> ProcessLoad:
    """Read how many runs live, work and wait; from the record, where there is one, the queue."""
    waits = runtime.waits.copy().values()
    kinds = Counter(wait.reports.waiting_for for wait in waits)
    del kinds[""]
    return ProcessLoad(
        live_runs=len(waits),
        slots_held=runtime.slots.count_held(),
        slots=runtime.options.slots,
        waits=kinds,
        queue=measure_queue(record, runtime.slots) if record else None,
        day_limits=runtime.ports.spending.list_limits() if record else (),
        watched_heads=_count_heads(waits) if runtime.options.fetch_marks else 0,
    )


def list_live_runs(runtime: Runtime, record: Record) -> set[str]:
    """List the keys of the runs that live in this process.

    A record that is this process's alone names also those that have not come back yet.
    """
    rows = () if record.is_shared else record.read(LIVE_RUNS, {})
    return set(runtime.waits.copy()) | {str(key) for (key,) in rows}


def measure_queue(record: Record, slots: Slots | SharedSlots) -> QueueLength | None:
    """Measure what waits to begin, and what waits in line for a slot; None where it is away."""
    now = time.time()
    rows = (
        record.read(MEASURE_SHARED_QUEUE, {})
        if record.is_shared
        else record.read(MEASURE_QUEUE, {"now": now})
    )
    if not rows:
        return None
    line = slots.measure_line(now)
    ages = [float(age_s) for _, age_s in rows if age_s is not None]
    runs = sum(count for count, _ in rows)
    return QueueLength(runs + line.runs, max([0.0, line.oldest_s, *ages]))


def _count_heads(waits: Iterable[RunWaits]) -> int:
    heads = {wait.reports.head for wait in waits}
    return len(heads - {None})
