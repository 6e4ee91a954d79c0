"""Find runs in the record: those of a subject, the one whose branch it is, the newest."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from dbos import DBOS, WorkflowStatus

from bot.adapters.dbos.journal import LIVE, REPORT, find_approval, find_last_result, read_run_number
from bot.adapters.dbos.record import Record
from bot.run import from_json
from bot.values import (
    ApprovalRequest,
    Branch,
    LastRun,
    Outcome,
    Repo,
    RepoBranches,
    RunKey,
    RunReport,
    Subject,
)

BRANCH_QUERY = """
select workflow_uuid from workflow_status where {span} and {own} = :branch
order by created_at desc limit 1
"""


@dataclass(frozen=True, slots=True)
class SubjectRun:
    """A run as far as numbering needs it. `started_by` is the request that began it."""

    key: RunKey
    number: int
    is_live: bool
    started_by: str


async def list_runs(subject: Subject) -> list[SubjectRun]:
    """List the runs of a subject, oldest first."""
    statuses = await DBOS.list_workflows_async(workflow_id_prefix=f"{subject}/", load_output=False)
    runs = [_read_run(status, subject) for status in statuses]
    return [run for run in runs if run.number and run.key == f"{subject}/{run.number}"]


async def find_live_runs(to: Subject | RepoBranches) -> list[RunKey]:
    """Find the live run of a subject, or the one that recorded one of these branches as its own."""
    if not isinstance(to, RepoBranches):
        return [run.key for run in await list_runs(to) if run.is_live]
    # DBOS cannot filter by attributes on SQLite; a repository has few live runs.
    statuses = await DBOS.list_workflows_async(
        workflow_id_prefix=f"{to.repo}#", status=list(LIVE), load_input=False, load_output=False
    )
    return [
        RunKey(status.workflow_id)
        for status in statuses
        if (status.attributes or {}).get("branch") in to.branches
    ]


async def find_started_by(key: str) -> str:
    """Read which request began the run; "" when there is no such run."""
    statuses = await DBOS.list_workflows_async(workflow_ids=[key], load_output=False)
    return _read_run(statuses[0]).started_by if statuses else ""


def find_live_keys(database: sa.Engine, stories: Collection[str]) -> set[str]:
    """Find the runs of these stories that live, in the record of an engine not launched yet."""
    query = sa.text(
        "select workflow_uuid from workflow_status where status in :live and name in :stories"
    ).bindparams(sa.bindparam("live", expanding=True), sa.bindparam("stories", expanding=True))
    with database.connect() as connection:
        rows = connection.execute(query, {"live": list(LIVE), "stories": list(stories)})
        return {str(key) for (key,) in rows}


def find_subject(database: sa.Engine, record: Record, repo: Repo, branch: Branch) -> Subject | None:
    """Read what the newest run was about that recorded this branch as its own."""
    query = sa.text(
        BRANCH_QUERY.format(
            span=record.match_span("workflow_uuid"), own=record.read_json("attributes", "branch")
        )
    )
    # What begins with "owner/repo#" stands before "owner/repo$": an index of keys finds it.
    names = {"first": f"{repo.name}#", "behind": f"{repo.name}$", "branch": branch}
    with database.connect() as connection:
        key = connection.execute(query, names).scalar()
    return Subject(key.rpartition("/")[0]) if key else None


async def find_last_run(subject: Subject) -> LastRun | None:
    """Read how the subject's newest run stands, and what people were told last."""
    return await asyncio.to_thread(_find_last_run, subject)


def _find_last_run(subject: Subject) -> LastRun | None:
    statuses = DBOS.list_workflows(workflow_id_prefix=f"{subject}/", load_input=False)
    numbered = [status for status in statuses if read_run_number(status.workflow_id, subject)]
    if not numbered:
        return None
    newest = max(numbered, key=lambda status: read_run_number(status.workflow_id, subject))
    report = find_last_result(newest.workflow_id, REPORT)
    approval = find_approval(newest.workflow_id)
    return LastRun(
        RunKey(newest.workflow_id),
        newest.status in LIVE,
        from_json(newest.output, Outcome) if newest.output else None,
        from_json(report, RunReport) if report else None,
        (newest.created_at or 0) / 1000,
        (newest.updated_at or 0) / 1000,
        from_json(approval, ApprovalRequest) if approval else None,
        _find_branch(numbered, subject),
    )


def _find_branch(statuses: Sequence[WorkflowStatus], subject: Subject) -> str:
    """Find the branch of the newest run that recorded one as its own."""
    branches = {
        read_run_number(status.workflow_id, subject): str((status.attributes or {}).get("branch"))
        for status in statuses
        if (status.attributes or {}).get("branch")
    }
    return branches[max(branches)] if branches else ""


def _read_run(status: WorkflowStatus, subject: str = "") -> SubjectRun:
    return SubjectRun(
        RunKey(status.workflow_id),
        read_run_number(status.workflow_id, subject),
        status.status in LIVE,
        status.input["args"][1] if status.input else "",
    )
