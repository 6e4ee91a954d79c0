"""Delete the record of runs that ended long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dbos import DBOS

from bot.adapters.dbos.journal import read_run_number

# GitHub redelivers for three days, and a key that is forgotten would start again.
KEPT_S = 4 * 86400
DELETE_AT_ONCE = 200


def forget_runs(older_than_s: float) -> int:
    """Delete the runs that ended so long ago, but none younger than KEPT_S; returns how many.

    A subject's newest run stays: the number of the next one, and with it its branch and its
    comment, must be new.
    """
    before = datetime.now(UTC) - timedelta(seconds=max(older_than_s, KEPT_S))
    every = DBOS.list_workflows(load_input=False, load_output=False)
    numbered = [run.workflow_id for run in every if read_run_number(run.workflow_id)]
    # They are listed oldest first, so a subject's last one wins.
    newest = set({key.rpartition("/")[0]: key for key in numbered}.values())
    ended = DBOS.list_workflows(
        completed_before=before.isoformat(), load_input=False, load_output=False
    )
    old = [run.workflow_id for run in ended if run.workflow_id not in newest]
    for first in range(0, len(old), DELETE_AT_ONCE):
        DBOS.delete_workflows(old[first : first + DELETE_AT_ONCE])
    return len(old)
