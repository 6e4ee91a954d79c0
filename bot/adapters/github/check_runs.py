"""Read what CI says of a commit, and run failed jobs again."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

from github.CheckRunAnnotation import CheckRunAnnotation
from github.PaginatedList import PaginatedList
from github.Repository import Repository
from github.WorkflowJob import WorkflowJob

from bot.adapters.github.api_client import ApiClient
from bot.adapters.github.api_errors import NotFound, require
from bot.adapters.github.artifacts import list_artifacts
from bot.adapters.github.bad_answers import explain_bad_answer
from bot.adapters.github.check_shapes import (
    RUNS,
    SUITES,
    CheckRunPage,
    CheckRunShape,
    CheckSuiteShape,
    CommitPage,
    OutputShape,
    StatusShape,
)
from bot.adapters.github.github_api import BAD_ANSWER, GitHubApi
from bot.adapters.github.graphql_pages import NO_NODES, fetch_pages
from bot.adapters.github.log_download import fetch_archive, fetch_log
from bot.ports import BadAnswer
from bot.values import Annotation, Artifact, Check, CheckOutput, Checks, Repo, Sha

ACTIONS = "github-actions"
PASSING = ("SUCCESS", "NEUTRAL", "SKIPPED")
# A suite without runs that ended so is told all the same: its workflow did not even start.
BROKEN_EMPTY = ("FAILURE", "STARTUP_FAILURE", "TIMED_OUT", "CANCELLED")
ID_IN_URL = re.compile(r"/(?:job|runs)/(\d+)(?=$|[?#])")
LINE_CHARS = 300  # of what a check says of itself in a line

log = logging.getLogger(__name__)
State = Literal["pending", "passed", "failed"]


@dataclass(frozen=True, slots=True)
class GitHubChecks:
    """The port `bot.ports.ContinuousIntegration`."""

    api: GitHubApi
    fetch_slug: Callable[[], str]

    def fetch_checks(self, repo: Repo, sha: Sha) -> Checks:
        """Return all check suites and statuses of the commit, but those of our own App."""
        own_app = self.fetch_slug()
        with self.api.client(repo) as client:
            pages = list(_fetch_commit(client, repo, sha))
            checks = list(map(_status_check, pages[0].statuses))  # every page has all of them
            for suite in chain.from_iterable(page.suites for page in pages):
                if suite.app != own_app:
                    checks += _suite_checks(suite, _fetch_runs(client, suite))
        return Checks(sha, self._with_attempts(repo, checks))

    def fetch_attempt(self, repo: Repo, run: int) -> int:
        """Return the number of a workflow run's last attempt. Raises NotFound."""
        with self.api.repository(repo) as repository:
            return repository.get_workflow_run(run).run_attempt or 1

    def list_jobs(self, repo: Repo, run: int, attempt: int) -> tuple[Check, ...]:
        """Return the jobs of a workflow run as they stood after an attempt, counted from 1."""
        with self.api.repository(repo) as repository:
            # PyGithub would ask for the attempt to learn the address of its jobs.
            path = f"{repository.get_workflow_run(run).get_attempt(attempt).url}/jobs"
            jobs = PaginatedList(WorkflowJob, repository.requester, path, list_item="jobs")
            try:
                return tuple(_job_check(job, run, attempt) for job in jobs)
            except NotFound:
                return ()

    def fetch_job_log(self, repo: Repo, job: int, limit_bytes: int) -> bytes:
        """Return the log of a job, head and tail when it is longer; b"" when it is gone."""
        address = self._find_address(repo, f"/actions/jobs/{job}/logs", "the log")
        return self._fetch_from_store(fetch_log, address, limit_bytes)

    def list_artifacts(self, repo: Repo, run: int, attempt: int) -> tuple[Artifact, ...]:
        """Return what an attempt of a workflow run has uploaded and GitHub has, newest first."""
        with self.api.repository(repo) as repository:
            return tuple(list_artifacts(repository, run, attempt))

    def fetch_artifact(self, repo: Repo, artifact: int, limit_bytes: int) -> bytes:
        """Return the zip file of an artifact; b"" when it is gone. Raises Refusal when it is
        longer than the limit.
        """
        path = f"/actions/artifacts/{artifact}/zip"
        address = self._find_address(repo, path, "the artifact")
        return self._fetch_from_store(fetch_archive, address, limit_bytes)

    def list_annotations(self, repo: Repo, check: int) -> tuple[Annotation, ...]:
        """Return the notes that a check pinned to lines."""
        with self.api.repository(repo) as repository:
            return tuple(map(_annotation_value, repository.get_check_run(check).get_annotations()))

    def fetch_check_output(self, repo: Repo, check: int) -> CheckOutput:
        """Return what a check says on its page; empty texts when it says nothing, or is gone."""
        # PyGithub's object takes no check run without a suite, which GitHub's description allows.
        path = f"/repos/{repo.name}/check-runs/{check}"
        with self.api.client(repo) as client:
            try:
                _, answer = client.requestJsonAndCheck("GET", path)
            except NotFound:
                return CheckOutput()
            output = OutputShape.model_validate(answer.get("output") or {})
        return CheckOutput(output.title or "", output.summary or "", output.text or "")

    def rerun_failed(self, repo: Repo, run: int) -> None:
        """Run the failed jobs of a workflow run again, unless it already ran more than once."""
        with self.api.repository(repo) as repository:

            def is_rerun() -> bool | None:
                return _count_attempts(repository, run) > 1 or None

            if not is_rerun():
                workflow_run = repository.get_workflow_run(run)
                self.api.write_once(workflow_run.rerun_failed_jobs, is_rerun)

    def _fetch_from_store(
        self, fetch: Callable[[str, int, float], bytes], address: str, limit_bytes: int
    ) -> bytes:
        """Fetch what lies at an address that is a secret; b"" without one."""
        if not address:
            return b""
        with self.api.traces.span("GET {store}", "client", {"http.request.method": "GET"}):
            return fetch(address, limit_bytes, self.api.timeout_s)

    def _find_address(self, repo: Repo, path: str, what: str) -> str:
        """Ask where a thing lies that jobs left; "" when it is gone."""
        with self.api.client(repo) as client:
            # PyGithub's logs_url() goes past the client's errors and its renewal of tokens.
            response = client.send("GET", f"/repos/{repo.name}{path}")
            if response.status not in (302, 404, 410):
                client.check(response)
        if response.status in (404, 410):
            return ""
        if "location" not in response.headers:
            raise BadAnswer(
                f"GitHub answered {response.status} to `{response.request}`, not where {what} is",
                "GitHub",
            )
        return response.headers["location"]

    def _with_attempts(self, repo: Repo, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Add how often the failed workflow runs were run: GraphQL does not tell."""
        failed_runs = {check.run for check in checks if check.state == "failed" and check.run}
        with self.api.repository(repo) as repository:
            attempts = {run: _count_attempts(repository, run) for run in failed_runs}
        return tuple(replace(check, run_attempt=attempts.get(check.run, 1)) for check in checks)


def _fetch_commit(client: ApiClient, repo: Repo, sha: Sha) -> Iterator[CommitPage]:
    owner, _, name = repo.name.partition("/")
    variables = {"owner": owner, "name": name, "sha": sha}
    return fetch_pages(client, SUITES, variables, _read_commit_page)


def _read_commit_page(data: Mapping[str, Any]) -> CommitPage:
    repository = data.get("repository") or {}
    return CommitPage.model_validate(repository.get("object") or {})


def _fetch_runs(client: ApiClient, suite: CheckSuiteShape) -> Iterator[CheckRunShape]:
    if suite.check_runs is None:
        return
    variables = {"suite": suite.id}
    for page in fetch_pages(client, RUNS, variables, _read_run_page, suite.check_runs):
        yield from page.nodes


def _read_run_page(data: Mapping[str, Any]) -> CheckRunPage:
    return CheckRunPage.model_validate(data["node"]["checkRuns"] or NO_NODES)


def _count_attempts(repository: Repository, run: int) -> int:
    """How often a workflow run was run; 1 when GitHub does not tell, or tells it oddly."""
    try:
        return repository.get_workflow_run(run).run_attempt or 1
    except NotFound:
        return 1
    except BAD_ANSWER as error:
        log.warning("%s", explain_bad_answer(f"GET {repository.url}/actions/runs/{run}", error))
        return 1


def _suite_checks(suite: CheckSuiteShape, runs: Iterable[CheckRunShape]) -> Iterator[Check]:
    checks = [_run_check(run, suite) for run in runs]
    yield from checks
    if suite.workflow_url and suite.status != "COMPLETED":
        # A workflow's next jobs appear only when those they need have ended.
        if all(check.state != "pending" for check in checks):
            yield _whole_suite_check(suite)
    elif not checks and suite.status == "COMPLETED" and _is_telling(suite):
        yield _whole_suite_check(suite)


def _is_telling(suite: CheckSuiteShape) -> bool:
    """Tell whether a suite without runs says something: GitHub makes one per App and push."""
    awaits_approval = bool(suite.workflow_url) and suite.conclusion == "ACTION_REQUIRED"
    return suite.conclusion in BROKEN_EMPTY or awaits_approval


def _run_check(run: CheckRunShape, suite: CheckSuiteShape) -> Check:
    return Check(
        run.name,
        _state(run.status, run.conclusion),
        (run.conclusion or "").lower(),
        run.details_url or run.url or suite.url,
        id=run.database_id or _find_id(run.url),
        run=suite.workflow_run or 0,
        job=suite.app == ACTIONS,
        description=(run.title or "")[:LINE_CHARS],
    )


def _whole_suite_check(suite: CheckSuiteShape) -> Check:
    return Check(
        suite.workflow or suite.app or "check suite",
        _state(suite.status, suite.conclusion),
        (suite.conclusion or "").lower(),
        suite.workflow_url or suite.url,
        run=suite.workflow_run or 0,
    )


def _job_check(job: WorkflowJob, run: int, attempt: int) -> Check:
    conclusion = job.conclusion or ""
    return Check(
        require(job.name, "name"),
        _state(require(job.status, "status").upper(), conclusion.upper()),
        conclusion,
        job.html_url or "",
        id=require(job.id, "id"),
        run=run,
        job=True,
        run_attempt=attempt,
    )


def _status_check(status: StatusShape) -> Check:
    state: State = "failed"
    if status.state in ("EXPECTED", "PENDING"):
        state = "pending"
    elif status.state == "SUCCESS":
        state = "passed"
    return Check(
        status.context,
        state,
        status.state.lower(),
        status.target_url or "",
        description=(status.description or "")[:LINE_CHARS],
    )


def _annotation_value(annotation: CheckRunAnnotation) -> Annotation:
    return Annotation(
        require(annotation.path, "path"),
        require(annotation.start_line, "start_line"),
        annotation.annotation_level or "",
        annotation.message or "",
        annotation.title or "",
        annotation.raw_details or "",
    )


def _state(status: str, conclusion: str | None) -> State:
    if status != "COMPLETED":
        return "pending"
    return "passed" if conclusion in PASSING else "failed"


def _find_id(url: str) -> int:
    """The id in GitHub's address of a check run: `databaseId` is an Int in the schema, and newer
    ids do not fit.
    """
    match = ID_IN_URL.search(url)
    return int(match[1]) if match else 0
