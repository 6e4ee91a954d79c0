"""Render check suites, check runs and statuses as GitHub's API and webhooks show them."""

from __future__ import annotations

import math
from collections.abc import Collection

from bot.forge.account_views import render_app
from bot.forge.actions_views import job_url
from bot.forge.forge_records import JobRecord, StatusRecord, SuiteRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, make_node_id
from bot.forge.pull_views import render_open_pulls
from bot.forge.repository_views import (
    render_commit,
    render_repository,
    render_simple_commit,
    repository_api_url,
)
from bot.values import Annotation

# --- suites and check runs


def render_suite(state: ForgeState, repository: RepositoryRecord, suite: SuiteRecord) -> Json:
    """Render a check suite."""
    url = f"{repository_api_url(state, repository)}/check-suites/{suite.id}"
    commit = state.store.read_commit(repository.name, suite.sha)
    return {
        **_render_suite(state, repository, suite),
        "latest_check_runs_count": len(latest_jobs(repository, suite)),
        "check_runs_url": f"{url}/check-runs",
        "head_commit": render_simple_commit(commit),
        "rerequestable": True,
        "runs_rerequestable": False,
    }


def render_listed_suite(
    state: ForgeState, repository: RepositoryRecord, suite: SuiteRecord
) -> Json:
    """Render a suite as the API lists it, which names the repository in each."""
    view = render_repository(state, repository)
    return {**render_suite(state, repository, suite), "repository": view}


def _render_suite(state: ForgeState, repository: RepositoryRecord, suite: SuiteRecord) -> Json:
    return {
        "id": suite.id,
        "node_id": make_node_id("CS", repository.name, suite.id),
        "head_branch": suite.branch or None,
        "head_sha": suite.sha,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": f"{repository_api_url(state, repository)}/check-suites/{suite.id}",
        "before": suite.before,
        "after": suite.sha,
        "pull_requests": render_open_pulls(state, repository, suite.sha),
        "app": render_app(state, state.apps[suite.app]),
        "created_at": suite.created_at,
        "updated_at": suite.updated_at,
    }


def latest_jobs(
    repository: RepositoryRecord, suite: SuiteRecord, attempt: float = math.inf
) -> list[JobRecord]:
    """Return the newest job of each name in a suite, as of an attempt or now."""
    jobs = repository.jobs.values()
    newest = {job.name: job for job in jobs if job.suite == suite.id and job.attempt <= attempt}
    return list(newest.values())


def render_check_run(
    state: ForgeState, repository: RepositoryRecord, job: JobRecord, *, whole_suite: bool = False
) -> Json:
    """Render a job as a check run. Webhooks carry more of its suite than the API does."""
    url = f"{repository_api_url(state, repository)}/check-runs/{job.id}"
    suite = repository.suites[job.suite]
    suite_view = _render_suite(state, repository, suite) if whole_suite else {"id": suite.id}
    return {
        "id": job.id,
        "name": job.name,
        "node_id": make_node_id("CR", repository.name, job.id),
        "head_sha": job.sha,
        "external_id": make_node_id("JOB", job.id),
        "url": url,
        "html_url": job_url(state, repository, job),
        "details_url": job_url(state, repository, job),
        "status": job.status,
        "conclusion": job.conclusion,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
        "output": _render_output(job, url),
        "check_suite": suite_view,
        "app": render_app(state, state.apps[suite.app]),
        "pull_requests": render_open_pulls(state, repository, job.sha),
    }


def _render_output(job: JobRecord, url: str) -> Json:
    return {
        "title": job.output.title or None,
        "summary": job.output.summary or None,
        "text": job.output.text or None,
        "annotations_count": len(job.annotations),
        "annotations_url": f"{url}/annotations",
    }


def render_annotation(
    state: ForgeState, repository: RepositoryRecord, annotation: Annotation, sha: str
) -> Json:
    """Render an annotation of a check run."""
    return {
        "path": annotation.path,
        "blob_href": f"{state.web}/{repository.name}/blob/{sha}/{annotation.path}",
        "start_line": annotation.line,
        "end_line": annotation.line,
        "start_column": None,
        "end_column": None,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
        "raw_details": annotation.details,
    }


# --- statuses


def render_status(state: ForgeState, repository: RepositoryRecord, status: StatusRecord) -> Json:
    """Render a commit status."""
    return {
        "url": f"{repository_api_url(state, repository)}/statuses/{status.sha}",
        "node_id": make_node_id("SC", repository.name, status.id),
        **_render_status(state, status),
    }


def render_combined_status(state: ForgeState, repository: RepositoryRecord, sha: str) -> Json:
    """Render all statuses of a commit, with the state that they come to."""
    statuses = latest_statuses(repository, sha)
    url = f"{repository_api_url(state, repository)}/commits/{sha}"
    states = {status.state for status in statuses}
    return {
        "state": combine_states(states),
        "statuses": [render_status(state, repository, status) for status in statuses],
        "sha": sha,
        "total_count": len(statuses),
        "repository": render_repository(state, repository),
        "commit_url": url,
        "url": f"{url}/status",
    }


def latest_statuses(repository: RepositoryRecord, sha: str) -> list[StatusRecord]:
    """Return the newest status of each context of a commit."""
    statuses = [status for status in repository.statuses if status.sha == sha]
    return list({status.context: status for status in statuses}.values())


def combine_states(states: Collection[str]) -> str:
    """Return GitHub's combined state; without any status it is "pending"."""
    if {"error", "failure"} & set(states):
        return "failure"
    return "success" if set(states) == {"success"} else "pending"


def render_status_event(
    state: ForgeState, repository: RepositoryRecord, status: StatusRecord
) -> Json:
    """Render the payload of the `status` event, which has no object of its own."""
    branches = state.store.list_branches(repository.name)
    commit = state.store.read_commit(repository.name, status.sha)
    url = f"{repository_api_url(state, repository)}/commits/{status.sha}"
    return {
        **_render_status(state, status),
        "sha": status.sha,
        "name": repository.name,
        "commit": render_commit(state, repository, commit),
        "branches": [
            {"name": name, "commit": {"sha": sha, "url": url}, "protected": False}
            for name, sha in branches.items()
            if sha == status.sha
        ],
    }


def _render_status(state: ForgeState, status: StatusRecord) -> Json:
    return {
        "id": status.id,
        "avatar_url": f"{state.web}/avatars/u/{state.find_account(status.author).id}",
        "state": status.state,
        "description": status.details.description or None,
        "target_url": status.details.target_url or None,
        "context": status.context,
        "created_at": status.created_at,
        "updated_at": status.created_at,
    }
