"""Here lives the REST API of checks, statuses and Actions, with the signed addresses of logs."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping

from bot.forge.check_views import (
    annotation,
    check_run,
    combined_status,
    job,
    latest,
    listed_suite,
    workflow_run,
)
from bot.forge.forge_ci import ForgeCI
from bot.forge.forge_records import JobRecord, WorkflowRunRecord
from bot.forge.forge_state import ForgeState
from bot.forge.rest_api import RestRequest, RestResponse, Route, paged
from bot.forge.rest_code import commit_named
from bot.forge.rest_refusal import RestRefusal

HERE = "/repos/{owner}/{repo}"
CHECKS, ACTIONS, STATUSES = "checks=read", "actions=read", "statuses=read"
LOG_S = 60


class JobLogs:
    """Job logs at signed addresses of another host, as Actions keeps them: good for a minute, and
    for nobody known.
    """

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        self._key = secrets.token_bytes(32)

    def address(self, job: JobRecord) -> str:
        until = str(int(time.time()) + LOG_S)
        return (
            f"{self._state.logs}/logs/{job.id}?se={until}&sig={self._signature(str(job.id), until)}"
        )

    def answer(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> RestResponse:
        """The log. A request that shows credentials is refused, as the blob storage behind GitHub
        refuses it.
        """
        if "authorization" in headers:
            return RestResponse(
                400, b"InvalidAuthenticationInfo", {"Content-Type": "application/xml"}
            )
        key, until = path.rpartition("/")[2], query.get("se", "0")
        signed = hmac.compare_digest(self._signature(key, until), query.get("sig", ""))
        if not signed or not until.isdigit() or int(until) < time.time():
            return RestResponse(403, b"AuthenticationFailed", {"Content-Type": "application/xml"})
        for repo in self._state.repositories.values():
            if found := repo.jobs.get(int(key)):
                return RestResponse(200, found.log, {"Content-Type": "text/plain"})
        return RestResponse(404, b"BlobNotFound", {"Content-Type": "application/xml"})

    def _signature(self, key: str, until: str) -> str:
        return hmac.digest(self._key, f"{key} {until}".encode(), "sha256").hex()


class CheckRoutes:
    """What an App asks about CI, and the re-run."""

    def __init__(self, ci: ForgeCI, logs: JobLogs) -> None:
        self._ci = ci
        self._logs = logs

    def table(self) -> tuple[Route, ...]:
        return (
            Route("GET", f"{HERE}/commits/{{ref*}}/check-runs", self._check_runs, CHECKS),
            Route("GET", f"{HERE}/commits/{{ref*}}/check-suites", self._check_suites, CHECKS),
            Route("GET", f"{HERE}/commits/{{ref*}}/status", self._status, STATUSES),
            Route("GET", f"{HERE}/check-runs/{{id}}", self._check_run, CHECKS),
            Route("GET", f"{HERE}/check-runs/{{id}}/annotations", self._annotations, CHECKS),
            Route("GET", f"{HERE}/check-suites/{{id}}/check-runs", self._of_suite, CHECKS),
            Route("GET", f"{HERE}/actions/jobs/{{id}}", self._job, ACTIONS),
            Route("GET", f"{HERE}/actions/jobs/{{id}}/logs", self._log, ACTIONS),
            Route("GET", f"{HERE}/actions/runs", self._runs, ACTIONS),
            Route("GET", f"{HERE}/actions/runs/{{id}}", self._run, ACTIONS),
            Route("GET", f"{HERE}/actions/runs/{{id}}/jobs", self._jobs, ACTIONS),
            Route(
                "GET",
                f"{HERE}/actions/runs/{{id}}/attempts/{{number}}/jobs",
                self._attempt_jobs,
                ACTIONS,
            ),
            Route(
                "POST",
                f"{HERE}/actions/runs/{{id}}/rerun-failed-jobs",
                self._rerun,
                "actions=write",
            ),
        )

    def _check_runs(self, ask: RestRequest) -> RestResponse:
        sha = commit_named(ask, ask.args["ref"])
        suites = [one for one in ask.repo.suites.values() if one.sha == sha]
        if ask.query.get("filter") == "all":
            found = [one for one in ask.repo.jobs.values() if one.sha == sha]
        else:
            found = [one for its in suites for one in latest(ask.repo, its)]
        return _check_page(ask, found)

    def _check_suites(self, ask: RestRequest) -> RestResponse:
        sha = commit_named(ask, ask.args["ref"])
        app = ask.query.get("app_id")
        found = [
            one
            for one in ask.repo.suites.values()
            if one.sha == sha and app in (None, str(one.app))
        ]
        return paged(ask, found, lambda one: listed_suite(ask.state, ask.repo, one), "check_suites")

    def _status(self, ask: RestRequest) -> RestResponse:
        return RestResponse(
            200, combined_status(ask.state, ask.repo, commit_named(ask, ask.args["ref"]))
        )

    def _check_run(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, check_run(ask.state, ask.repo, _job(ask)))

    def _annotations(self, ask: RestRequest) -> RestResponse:
        its = _job(ask)
        return paged(
            ask, its.annotations, lambda one: annotation(ask.state, ask.repo, one, its.sha)
        )

    def _of_suite(self, ask: RestRequest) -> RestResponse:
        found = ask.repo.suites.get(ask.number("id"))
        if found is None:
            raise RestRefusal(404, "Not Found")
        return _check_page(ask, latest(ask.repo, found))

    # --- Actions

    def _job(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, job(ask.state, ask.repo, _job(ask)))

    def _log(self, ask: RestRequest) -> RestResponse:
        """There is no log before the job has ended, and none of a job that was skipped."""
        found = _job(ask)
        if found.status != "completed" or found.conclusion == "skipped":
            raise RestRefusal(404, "Not Found")
        return RestResponse(302, None, {"Location": self._logs.address(found)})

    def _runs(self, ask: RestRequest) -> RestResponse:
        sha, branch = ask.query.get("head_sha"), ask.query.get("branch")
        found = [
            one
            for one in ask.repo.runs.values()
            if sha in (None, one.sha) and branch in (None, one.branch)
        ]
        return paged(
            ask,
            reversed(found),
            lambda one: workflow_run(ask.state, ask.repo, one),
            "workflow_runs",
        )

    def _run(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, workflow_run(ask.state, ask.repo, _run(ask)))

    def _jobs(self, ask: RestRequest) -> RestResponse:
        run = _run(ask)
        found = [one for one in ask.repo.jobs.values() if one.run == run.id]
        if ask.query.get("filter") != "all":
            found = latest(ask.repo, ask.repo.suites[run.suite])
        return paged(ask, found, lambda one: job(ask.state, ask.repo, one), "jobs")

    def _attempt_jobs(self, ask: RestRequest) -> RestResponse:
        """The jobs as they stood after an attempt: those that it did not run again are an earlier
        one's.
        """
        run, number = _run(ask), ask.number("number")
        if not 1 <= number <= run.attempt:
            raise RestRefusal(404, "Not Found")
        found = latest(ask.repo, ask.repo.suites[run.suite], number)
        return paged(ask, found, lambda one: job(ask.state, ask.repo, one), "jobs")

    def _rerun(self, ask: RestRequest) -> RestResponse:
        run = _run(ask)
        if run.status != "completed":
            raise RestRefusal(403, "This workflow is already running")
        if run.conclusion in ("success", "skipped", "startup_failure"):
            raise RestRefusal(403, "This workflow run cannot be retried")
        self._ci.rerun_failed(ask.repo, run)
        return RestResponse(201, {})


def _check_page(ask: RestRequest, found: list[JobRecord]) -> RestResponse:
    name, status = ask.query.get("check_name"), ask.query.get("status")
    kept = [one for one in found if name in (None, one.name) and status in (None, one.status)]
    return paged(ask, kept, lambda one: check_run(ask.state, ask.repo, one), "check_runs")


def _job(ask: RestRequest) -> JobRecord:
    found = ask.repo.jobs.get(ask.number("id"))
    if found is None:
        raise RestRefusal(404, "Not Found")
    return found


def _run(ask: RestRequest) -> WorkflowRunRecord:
    found = ask.repo.runs.get(ask.number("id"))
    if found is None:
        raise RestRefusal(404, "Not Found")
    return found
