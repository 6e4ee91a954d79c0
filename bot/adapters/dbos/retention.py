"""Delete the record of runs that ended long ago, and what else stands there for their sake."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from dbos import DBOS

from bot.adapters.dbos.fleet_sql import (
    DELETE_COMMITS,
    DELETE_DEATHS,
    DELETE_MIRRORS,
    RETENTION_LOCK,
)
from bot.adapters.dbos.journal import LIVE, read_run_number
from bot.adapters.dbos.limit_sql import DELETE_LIMITS
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record import Record

# GitHub redelivers for three days, and a key that is forgotten would start again.
KEPT_S = 4 * 86400
DELETE_AT_ONCE = 200
PAUSE_S = 0.05
RUNS = f"""
select workflow_uuid, completed_at < :before and status not in {LIVE} from workflow_status
"""  # noqa: S608 - of constants


def forget_runs(record: Record, older_than_s: float) -> int:
    """Delete the runs that ended so long ago, but none younger than KEPT_S; returns how many.

    A subject's newest run stays: the number of the next one, and with it its branch and its
    comment, must be new. Of the processes that share a record one does this at a time.
    """
    kept_s = max(older_than_s, KEPT_S)
    if not isinstance(record, PostgresRecord):
        return _delete_runs(record, kept_s)
    with closing(record.connect()) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [RETENTION_LOCK]).fetchone()
        if not row or not row[0]:
            return 0
        count = _delete_runs(record, kept_s)
        names = {"kept_s": kept_s, "live": list(LIVE), "most": DELETE_AT_ONCE}
        connection.execute(DELETE_DEATHS, names)
        for statement in DELETE_LIMITS:
            connection.execute(statement)
        connection.execute(DELETE_MIRRORS, names)
        while connection.execute(DELETE_COMMITS, names).rowcount:
            pass
        return count


def _delete_runs(record: Record, kept_s: float) -> int:
    before = datetime.now(UTC) - timedelta(seconds=kept_s)
    runs = record.read(RUNS, {"before": int(before.timestamp() * 1000)})
    newest = _find_newest(str(key) for key, _is_old in runs)
    old = [str(key) for key, is_old in runs if is_old and key not in newest]
    for first in range(0, len(old), DELETE_AT_ONCE):
        DBOS.delete_workflows(old[first : first + DELETE_AT_ONCE])
        # On SQLite whoever waits for its one connection seldom gets it between two batches.
        time.sleep(PAUSE_S)
    return len(old)


def _find_newest(keys: Iterable[str]) -> set[str]:
    """Find the newest run of each subject."""
    numbers: dict[str, int] = {}
    for key in keys:
        number = read_run_number(key)
        if number:
            subject = key.rpartition("/")[0]
            numbers[subject] = max(number, numbers.get(subject, 0))
    return {f"{subject}/{number}" for subject, number in numbers.items()}
