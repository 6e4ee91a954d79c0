"""Render workflow runs and jobs as GitHub's API and webhooks show them."""

from __future__ import annotations

from bot.forge.account_views import render_user
from bot.forge.forge_records import JobRecord, WorkflowRunRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, make_node_id
from bot.forge.pull_views import render_open_pulls
from bot.forge.repository_views import (
    render_repository,
    render_simple_commit,
    repository_api_url,
)


def render_workflow_run(
    state: ForgeState, repository: RepositoryRecord, run: WorkflowRunRecord
) -> Json:
    """Render a workflow run."""
    commit = state.store.read_commit(repository.name, run.sha)
    repository_view = render_repository(state, repository)
    actor = render_user(state, run.actor)
    return {
        **_render_run_ids(repository, run),
        "name": run.workflow_name,
        "head_branch": run.branch,
        "head_sha": run.sha,
        "path": run.path,
        "display_title": run.title,
        "run_number": run.number,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "pull_requests": render_open_pulls(state, repository, run.sha),
        "actor": actor,
        "triggering_actor": actor,
        "referenced_workflows": [],
        "head_commit": render_simple_commit(commit),
        "repository": repository_view,
        "head_repository": _render_head_repository(state, repository, run),
        **_render_attempt(state, repository, run),
        **_render_run_urls(state, repository, run),
    }


def _render_head_repository(
    state: ForgeState, repository: RepositoryRecord, run: WorkflowRunRecord
) -> Json | None:
    """Render the repository of the head; null where the fork was deleted."""
    head = state.repositories.get(run.fork.lower()) if run.fork else repository
    return render_repository(state, head) if head else None


def _render_run_ids(repository: RepositoryRecord, run: WorkflowRunRecord) -> Json:
    return {
        "id": run.id,
        "node_id": make_node_id("WFR", repository.name, run.id),
        "check_suite_id": run.suite,
        "check_suite_node_id": make_node_id("CS", repository.name, run.suite),
        "workflow_id": run.workflow,
    }


def _render_attempt(
    state: ForgeState, repository: RepositoryRecord, run: WorkflowRunRecord
) -> Json:
    url = f"{_run_api_url(state, repository, run)}/attempts/{run.attempt - 1}"
    return {
        "run_attempt": run.attempt,
        "previous_attempt_url": url if run.attempt > 1 else None,
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "run_started_at": (run.created_at, *run.attempts_started_at)[-1],
    }


def _render_run_urls(
    state: ForgeState, repository: RepositoryRecord, run: WorkflowRunRecord
) -> Json:
    url, api = _run_api_url(state, repository, run), repository_api_url(state, repository)
    parts = ("jobs", "logs", "cancel", "rerun", "artifacts")
    return {
        "url": url,
        "html_url": run_url(state, repository, run.id),
        **{f"{part}_url": f"{url}/{part}" for part in parts},
        "workflow_url": f"{api}/actions/workflows/{run.workflow}",
        "check_suite_url": f"{api}/check-suites/{run.suite}",
    }


def _run_api_url(state: ForgeState, repository: RepositoryRecord, run: WorkflowRunRecord) -> str:
    return f"{repository_api_url(state, repository)}/actions/runs/{run.id}"


def render_workflow(
    state: ForgeState, repository: RepositoryRecord, run: WorkflowRunRecord
) -> Json:
    """Render the workflow of a run."""
    url, page = repository_api_url(state, repository), f"{state.web}/{repository.name}"
    return {
        "id": run.workflow,
        "node_id": make_node_id("W", repository.name, run.workflow),
        "name": run.workflow_name,
        "path": run.path,
        "state": "active",
        "created_at": repository.created_at,
        "updated_at": repository.created_at,
        "url": f"{url}/actions/workflows/{run.workflow}",
        "html_url": f"{page}/blob/{repository.default_branch}/{run.path}",
        "badge_url": f"{page}/workflows/{run.workflow_name}/badge.svg",
    }


def render_job(state: ForgeState, repository: RepositoryRecord, job: JobRecord) -> Json:
    """Render a job of a workflow run."""
    url = repository_api_url(state, repository)
    return {
        "id": job.id,
        "run_id": job.run,
        "workflow_name": job.spec.workflow_name,
        "head_branch": job.branch,
        "run_url": f"{url}/actions/runs/{job.run}",
        "run_attempt": job.attempt,
        "node_id": make_node_id("CR", repository.name, job.id),
        "head_sha": job.sha,
        "url": f"{url}/actions/jobs/{job.id}",
        "html_url": job_url(state, repository, job),
        "status": job.status,
        "conclusion": job.conclusion,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
        "name": job.name,
        "steps": _render_steps(job),
        "check_run_url": f"{url}/check-runs/{job.id}",
        "labels": ["ubuntu-latest"],
        **_render_runner(job),
    }


def _render_runner(job: JobRecord) -> Json:
    runner: Json = {
        "runner_id": 1,
        "runner_name": "greenlit forge",
        "runner_group_id": 0,
        "runner_group_name": "GitHub Actions",
    }
    return dict.fromkeys(runner) if job.status == "queued" else runner


def _render_steps(job: JobRecord) -> list[Json]:
    return [
        {
            "name": step.name,
            "status": "completed",
            "conclusion": step.conclusion,
            "number": step.number,
            "started_at": step.started_at,
            "completed_at": step.completed_at,
        }
        for step in job.steps
    ]


def run_url(state: ForgeState, repository: RepositoryRecord, run_id: int) -> str:
    """Return the address of a workflow run for people."""
    return f"{state.web}/{repository.name}/actions/runs/{run_id}"


def job_url(state: ForgeState, repository: RepositoryRecord, job: JobRecord) -> str:
    """Return the address of a job, or of another App's check run, for people."""
    if not job.run:
        return f"{state.web}/{repository.name}/runs/{job.id}"
    return f"{run_url(state, repository, job.run)}/job/{job.id}"
