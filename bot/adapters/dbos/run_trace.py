"""The span of a whole run, which is kept once: at the run's end, with the time of its start."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.dbos.durable_run import DurableRun
from bot.adapters.dbos.run_fields import list_run_fields
from bot.ports import SpanAttribute, Traces, TraceSpan
from bot.run import Story
from bot.values import Outcome, Repo, RunKey

BEGAN = sa.text("select created_at from workflow_status where workflow_uuid = :key")


@dataclass(frozen=True, slots=True)
class RunTrace:
    """The trace of one run of a story."""

    traces: Traces
    key: RunKey
    story: Story
    value: object

    def list_fields(self) -> dict[str, str]:
        """List what the log says beside each line of the run: its name, and its trace's."""
        fields = list_run_fields(self.key, self.value)
        return {**fields, **self.traces.name_run(self.key, fields["delivery"])}

    async def end(
        self, run: DurableRun, outcome: Outcome, database: sa.Engine | None, started_by: str
    ) -> None:
        """Keep the run's span, unless the end is a replay. Without the database it is lost."""
        if database is None or run.is_replayed or not self.traces.name_run(self.key):
            return
        span = TraceSpan(self.story.__name__, attributes={"greenlit.run": self.key})
        span.attributes |= _describe_repo(self.value) | _describe_end(outcome)
        span.error = outcome.state if outcome.state == "failed" else ""
        with suppress(SQLAlchemyError):
            began = await asyncio.to_thread(_read_beginning, database, self.key)
            self.traces.keep_run(span, began, started_by)


def _read_beginning(database: sa.Engine, key: RunKey) -> float:
    with database.connect() as connection:
        return float(connection.execute(BEGAN, {"key": key}).scalar() or 0) / 1000


def _describe_repo(value: object) -> dict[str, SpanAttribute]:
    """Name the repository that the story's value is about."""
    repo = getattr(getattr(value, "request", value), "repo", None)
    if not isinstance(repo, Repo):
        return {}
    owner, _, name = repo.name.partition("/")
    return {
        "vcs.provider.name": "github",
        "vcs.owner.name": owner,
        "vcs.repository.name": name,
    }


def _describe_end(outcome: Outcome) -> dict[str, SpanAttribute]:
    """Say how the run ended, what it cost and which pull request it made."""
    attributes: dict[str, SpanAttribute] = {"greenlit.outcome": outcome.state}
    if outcome.usd:
        attributes["greenlit.usd"] = outcome.usd
    if outcome.pull is not None:
        attributes["vcs.change.id"] = str(outcome.pull)
    return attributes
