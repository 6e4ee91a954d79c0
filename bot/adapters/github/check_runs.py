"""Here lives what CI says of a commit, from GitHub's check suites and commit statuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Literal

from bot.adapters.github.api_client import PAGE, Wire
from bot.adapters.github.shapes import (
    CheckRun,
    CheckRuns,
    CheckSuite,
    CommitShape,
    Context,
    JobInRun,
    JobsShape,
    RunShape,
)
from bot.values import Check, Checks, Repo, Sha

RUN_FIELDS = (
    "nodes { databaseId name status conclusion detailsUrl } pageInfo { hasNextPage endCursor }"
)
SUITES = f"""
query Suites($owner: String!, $name: String!, $sha: GitObjectID!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    object(oid: $sha) {{
      ... on Commit {{
        status {{ contexts {{ context state targetUrl }} }}
        checkSuites(first: 100, after: $after) {{
          pageInfo {{ hasNextPage endCursor }}
          nodes {{
            id status conclusion url
            app {{ slug }}
            workflowRun {{ databaseId url workflow {{ name }} }}
            checkRuns(first: 100, filterBy: {{checkType: LATEST}}) {{ {RUN_FIELDS} }}
          }}
        }}
      }}
    }}
  }}
}}
"""
RUNS = f"""
query Runs($suite: ID!, $after: String) {{
  node(id: $suite) {{
    ... on CheckSuite {{ checkRuns(first: 100, after: $after, filterBy: {{checkType: LATEST}}) {{ {RUN_FIELDS} }} }}
  }}
}}
"""

ACTIONS = "github-actions"
PASSING = ("SUCCESS", "NEUTRAL", "SKIPPED")
BROKEN_EMPTY = (
    "FAILURE",
    "STARTUP_FAILURE",
    "TIMED_OUT",
    "CANCELLED",
)  # such a suite tells something without a run
JOB_IN_URL = re.compile(r"/job/(\d+)")


def checks_of(wire: Wire, repo: Repo, sha: Sha, own: str) -> Checks:
    """All check suites and statuses of the commit, but those of the App whose slug is `own`."""
    found: list[Check] = []
    for commit in _commits(wire, repo, sha):
        if not found and commit.status:
            found += [_of_status(context) for context in commit.status.contexts]
        for suite in commit.check_suites.nodes if commit.check_suites else ():
            if suite.app is None or suite.app.slug != own:
                found += _of_suite(wire, repo, suite)
    attempts = {
        run: _attempt(wire, repo, run)
        for run in {check.run for check in found if check.state == "failed"}
        if run
    }
    return Checks(
        sha, tuple(replace(check, run_attempt=attempts.get(check.run, 1)) for check in found)
    )


def jobs_of(wire: Wire, repo: Repo, run: int, number: int) -> Iterator[Check]:
    """The jobs of a workflow run as they stood after an attempt."""
    path = f"/repos/{repo.name}/actions/runs/{run}/attempts/{number}/jobs"
    for page in count(1):
        jobs = JobsShape.model_validate(wire.find(repo, path, per_page=PAGE, page=page) or {}).jobs
        yield from (_of_job(job, run, number) for job in jobs)
        if len(jobs) < PAGE:
            return


def _commits(wire: Wire, repo: Repo, sha: Sha) -> Iterator[CommitShape]:
    """The commit, with one page of its suites at a time; nothing when GitHub does not know it."""
    owner, _, name = repo.name.partition("/")
    after: str | None = None
    while True:
        data = wire.query(repo, SUITES, owner=owner, name=name, sha=sha, after=after)
        commit = CommitShape.model_validate((data.get("repository") or {}).get("object") or {})
        yield commit
        if commit.check_suites is None or not commit.check_suites.page_info.has_next_page:
            return
        after = commit.check_suites.page_info.end_cursor


def _of_suite(wire: Wire, repo: Repo, suite: CheckSuite) -> Iterator[Check]:
    states = []
    for run in _runs(wire, repo, suite):
        check = _of_run(run, suite)
        states.append(check.state)
        yield check
    if suite.workflow_run and suite.status != "COMPLETED" and "pending" not in states:
        yield _of_whole(suite)  # a workflow's next jobs appear only when those they need have ended
    elif not states and suite.status == "COMPLETED" and _tells(suite):
        yield _of_whole(suite)


def _tells(suite: CheckSuite) -> bool:
    """Whether a suite without runs says something: GitHub makes an empty one per App and push."""
    awaits_approval = suite.workflow_run is not None and suite.conclusion == "ACTION_REQUIRED"
    return suite.conclusion in BROKEN_EMPTY or awaits_approval


def _runs(wire: Wire, repo: Repo, suite: CheckSuite) -> Iterator[CheckRun]:
    page = suite.check_runs
    yield from page.nodes
    while page.page_info.has_next_page:
        data = wire.query(repo, RUNS, suite=suite.id, after=page.page_info.end_cursor)
        page = CheckRuns.model_validate(data["node"]["checkRuns"])
        yield from page.nodes


def _of_run(run: CheckRun, suite: CheckSuite) -> Check:
    job = suite.app is not None and suite.app.slug == ACTIONS
    url = run.details_url or suite.url
    return Check(
        run.name,
        _state(run.status, run.conclusion),
        (run.conclusion or "").lower(),
        url,
        id=run.database_id or _id_in(url),
        run=_workflow_run(suite),
        job=job,
    )


def _of_job(job: JobInRun, run: int, number: int) -> Check:
    ended = job.conclusion or ""
    state = _state(job.status.upper(), ended.upper())
    return Check(
        job.name, state, ended, job.html_url or "", id=job.id, run=run, job=True, run_attempt=number
    )


def _of_whole(suite: CheckSuite) -> Check:
    named = suite.workflow_run.name if suite.workflow_run else suite.app.slug if suite.app else ""
    url = suite.workflow_run.url if suite.workflow_run else suite.url
    state = _state(suite.status, suite.conclusion)
    return Check(
        named or "check suite",
        state,
        (suite.conclusion or "").lower(),
        url,
        run=_workflow_run(suite),
    )


def _of_status(context: Context) -> Check:
    state: Literal["pending", "passed", "failed"] = "failed"
    if context.state in ("EXPECTED", "PENDING"):
        state = "pending"
    elif context.state == "SUCCESS":
        state = "passed"
    return Check(context.context, state, context.state.lower(), context.target_url or "")


def _state(status: str, conclusion: str | None) -> Literal["pending", "passed", "failed"]:
    if status != "COMPLETED":
        return "pending"
    return "passed" if conclusion in PASSING else "failed"


def _workflow_run(suite: CheckSuite) -> int:
    return (suite.workflow_run and suite.workflow_run.database_id) or 0


def _id_in(url: str) -> int:
    """The id in the address of a job: `databaseId` is an Int in the schema, and newer ids do not
    fit.
    """
    found = JOB_IN_URL.search(url)
    return int(found[1]) if found else 0


def _attempt(wire: Wire, repo: Repo, run: int) -> int:
    """How often a workflow run was run: GraphQL does not tell."""
    return RunShape.model_validate(
        wire.find(repo, f"/repos/{repo.name}/actions/runs/{run}") or {}
    ).run_attempt
