"""Read from the record how the bot's pull requests ended: what `follow_pull` found out."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.adapters.dbos.sqlite import BUSY_S
from bot.run import from_json
from bot.values import PullEnd, Repo
from bot.values.ended_pulls import FOLLOWED

PULL_END = "read_pull_end"  # the step
# What begins with "owner/repo#" stands before "owner/repo$": the key's index finds it.
QUERY = """
select output from operation_outputs
where function_name = :step and workflow_uuid >= :first and workflow_uuid < :behind
order by completed_at_epoch_ms desc limit :most
"""
READ_AGAIN = 3  # how often an end may have been read: the newest reading counts


@dataclass(frozen=True, slots=True)
class RecordedPullEnds:
    """The port `bot.ports.Precedents`, over the record at this path."""

    record: Path

    def list_pull_ends(self, repo: Repo, limit: int) -> tuple[PullEnd, ...]:
        """List the newest ends, one for each pull request; none from a record that is no use."""
        prefix = f"{FOLLOWED}{repo.name}"
        span = {"first": f"{prefix}#", "behind": f"{prefix}$", "most": limit * READ_AGAIN}
        address = f"{self.record.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=BUSY_S)) as database:
                outputs = database.execute(QUERY, {**span, "step": PULL_END}).fetchall()
        except sqlite3.DatabaseError:  # it is not set up yet, or damaged, which others tell
            return ()
        ends: dict[int, PullEnd] = {}
        for (output,) in outputs:
            if end := _read_end(output):
                ends.setdefault(end.number, end)
        return tuple(ends.values())[:limit]


def _read_end(output: str | None) -> PullEnd | None:
    """Read a step's result; None for one that failed, or is of another version."""
    result = json.loads(output or "{}")
    try:
        end: PullEnd = from_json(result.get("ok"), PullEnd)
    except ValidationError:
        return None
    return end
