"""Read from the record how the bot's pull requests ended: what `follow_pull` found out."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import ValidationError

from bot.adapters.dbos.record import Record
from bot.run import from_json
from bot.values import PullEnd, Repo
from bot.values.ended_pulls import FOLLOWED

PULL_END = "read_pull_end"  # the step
# What begins with "owner/repo#" stands before "owner/repo$": an index of keys finds it.
QUERY = """
select output from operation_outputs where function_name = :step and {span}
order by completed_at_epoch_ms desc limit :most
"""
READ_AGAIN = 3  # how often an end may have been read: the newest reading counts


@dataclass(frozen=True, slots=True)
class RecordedPullEnds:
    """The port `bot.ports.Precedents`, over the record."""

    record: Record

    def list_pull_ends(self, repo: Repo, limit: int) -> tuple[PullEnd, ...]:
        """List the newest ends, one for each pull request; none from a record that is no use."""
        prefix = f"{FOLLOWED}{repo.name}"
        values = {"first": f"{prefix}#", "behind": f"{prefix}$", "most": limit * READ_AGAIN}
        query = QUERY.format(span=self.record.match_span("workflow_uuid"))
        outputs = self.record.read(query, {**values, "step": PULL_END})
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
