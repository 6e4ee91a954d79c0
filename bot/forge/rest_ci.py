"""Serve the REST API of checks, statuses and Actions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.forge.actions_views import render_job, render_workflow_run
from bot.forge.check_views import (
    latest_jobs,
    render_annotation,
    render_check_run,
    render_combined_status,
    render_listed_suite,
)
from bot.forge.forge_ci import ForgeCI
from bot.forge.forge_records import JobRecord, WorkflowRunRecord
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_code import find_commit
from bot.forge.rest_refusal import RestRefusal, refuse_unknown
from bot.forge.result_store import ResultStore

REPOSITORY = "/repos/{owner}/{repo}"
COMMIT = f"{REPOSITORY}/commits/{{ref*}}"
CHECK_RUN = f"{REPOSITORY}/check-runs/{{id}}"
JOB = f"{REPOSITORY}/actions/jobs/{{id}}"
RUNS = f"{REPOSITORY}/actions/runs"
RUN = f"{RUNS}/{{id}}"
CHECKS, ACTIONS, STATUSES = "checks=read", "actions=read", "statuses=read"


class CheckRoutes:
    """Answers what an App asks about CI, and reruns failed jobs."""

    def __init__(self, ci: ForgeCI, store: ResultStore) -> None:
        self._ci = ci
        self._store = store

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        attempt = f"{RUN}/attempts/{{number}}"
        suite_runs = f"{REPOSITORY}/check-suites/{{id}}/check-runs"
        return (
            RestRoute("GET", f"{COMMIT}/check-runs", _list_check_runs, CHECKS),
            RestRoute("GET", f"{COMMIT}/check-suites", _list_suites, CHECKS),
            RestRoute("GET", f"{COMMIT}/status", _get_status, STATUSES),
            RestRoute("GET", CHECK_RUN, _get_check_run, CHECKS),
            RestRoute("GET", f"{CHECK_RUN}/annotations", _list_annotations, CHECKS),
            RestRoute("GET", suite_runs, _list_suite_check_runs, CHECKS),
            RestRoute("GET", JOB, _get_job, ACTIONS),
            RestRoute("GET", f"{JOB}/logs", self._redirect_to_log, ACTIONS),
            RestRoute("GET", RUNS, _list_runs, ACTIONS),
            RestRoute("GET", RUN, _get_run, ACTIONS),
            RestRoute("GET", f"{RUN}/jobs", _list_jobs, ACTIONS),
            RestRoute("GET", attempt, _get_attempt, ACTIONS),
            RestRoute("GET", f"{attempt}/jobs", _list_attempt_jobs, ACTIONS),
            RestRoute("POST", f"{RUN}/rerun-failed-jobs", self._rerun, "actions=write"),
        )

    def _redirect_to_log(self, request: RestRequest) -> RestResponse:
        """There is no log before the job has ended, and none of a job that was skipped."""
        job = _find_job(request)
        if job.status != "completed" or job.conclusion == "skipped":
            raise refuse_unknown()
        return RestResponse(302, None, {"Location": self._store.make_log_address(job)})

    def _rerun(self, request: RestRequest) -> RestResponse:
        run = _find_run(request)
        if run.status != "completed":
            raise RestRefusal(403, "This workflow is already running")
        if run.conclusion in ("success", "skipped", "startup_failure"):
            raise RestRefusal(403, "This workflow run cannot be retried")
        self._ci.rerun_failed(request.repository, run)
        return RestResponse(201, {})


# --- checks and statuses


def _list_check_runs(request: RestRequest) -> RestResponse:
    repository = request.repository
    sha = find_commit(request, request.args["ref"])
    if request.query.get("filter") == "all":
        jobs = [job for job in repository.jobs.values() if job.sha == sha]
        return _paginate_check_runs(request, jobs)
    jobs = []
    for suite in repository.list_suites(sha):
        jobs += latest_jobs(repository, suite)
    return _paginate_check_runs(request, jobs)


def _list_suites(request: RestRequest) -> RestResponse:
    repository = request.repository
    suites = repository.list_suites(find_commit(request, request.args["ref"]))
    app = request.query.get("app_id")
    return paginate(
        request,
        [suite for suite in suites if app in (None, str(suite.app))],
        lambda suite: render_listed_suite(request.state, repository, suite),
        "check_suites",
    )


def _get_status(request: RestRequest) -> RestResponse:
    sha = find_commit(request, request.args["ref"])
    return RestResponse(200, render_combined_status(request.state, request.repository, sha))


def _get_check_run(request: RestRequest) -> RestResponse:
    view = render_check_run(request.state, request.repository, _find_job(request))
    return RestResponse(200, view)


def _list_annotations(request: RestRequest) -> RestResponse:
    job = _find_job(request)
    return paginate(
        request,
        job.annotations,
        lambda annotation: render_annotation(
            request.state, request.repository, annotation, job.sha
        ),
    )


def _list_suite_check_runs(request: RestRequest) -> RestResponse:
    suite = request.repository.suites.get(request.number("id"))
    if suite is None:
        raise refuse_unknown()
    return _paginate_check_runs(request, latest_jobs(request.repository, suite))


def _paginate_check_runs(request: RestRequest, jobs: Iterable[JobRecord]) -> RestResponse:
    name, status = request.query.get("check_name"), request.query.get("status")
    wanted = [job for job in jobs if name in (None, job.name) and status in (None, job.status)]
    return paginate(
        request,
        wanted,
        lambda job: render_check_run(request.state, request.repository, job),
        "check_runs",
    )


# --- Actions


def _get_job(request: RestRequest) -> RestResponse:
    view = render_job(request.state, request.repository, _find_job(request))
    return RestResponse(200, view)


def _list_runs(request: RestRequest) -> RestResponse:
    repository = request.repository
    sha, branch = request.query.get("head_sha"), request.query.get("branch")
    runs = [
        run
        for run in repository.runs.values()
        if sha in (None, run.sha) and branch in (None, run.branch)
    ]
    return paginate(
        request,
        reversed(runs),
        lambda run: render_workflow_run(request.state, repository, run),
        "workflow_runs",
    )


def _get_run(request: RestRequest) -> RestResponse:
    view = render_workflow_run(request.state, request.repository, _find_run(request))
    return RestResponse(200, view)


def _get_attempt(request: RestRequest) -> RestResponse:
    """Show the run with the number and the beginning of an attempt."""
    run, attempt = _find_attempt(request)
    times = run.attempts_started_at[: attempt - 1]
    run = replace(run, attempt=attempt, attempts_started_at=times)
    return RestResponse(200, render_workflow_run(request.state, request.repository, run))


def _list_jobs(request: RestRequest) -> RestResponse:
    run = _find_run(request)
    if request.query.get("filter") == "all":
        jobs = [job for job in request.repository.jobs.values() if job.run == run.id]
    else:
        jobs = latest_jobs(request.repository, request.repository.suites[run.suite])
    return _paginate_jobs(request, jobs)


def _list_attempt_jobs(request: RestRequest) -> RestResponse:
    """List the jobs as they stood after an attempt, with those that it did not run again."""
    run, attempt = _find_attempt(request)
    suite = request.repository.suites[run.suite]
    return _paginate_jobs(request, latest_jobs(request.repository, suite, attempt))


def _paginate_jobs(request: RestRequest, jobs: Iterable[JobRecord]) -> RestResponse:
    return paginate(
        request, jobs, lambda job: render_job(request.state, request.repository, job), "jobs"
    )


def _find_job(request: RestRequest) -> JobRecord:
    job = request.repository.jobs.get(request.number("id"))
    if job is None:
        raise refuse_unknown()
    return job


def _find_attempt(request: RestRequest) -> tuple[WorkflowRunRecord, int]:
    run, attempt = _find_run(request), request.number("number")
    if not 1 <= attempt <= run.attempt:
        raise refuse_unknown()
    return run, attempt


def _find_run(request: RestRequest) -> WorkflowRunRecord:
    run = request.repository.runs.get(request.number("id"))
    if run is None:
        raise refuse_unknown()
    return run
