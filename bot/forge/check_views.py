"""Here live check suites, check runs, workflow runs, jobs and statuses as GitHub's API and its
webhooks show them.
"""

from __future__ import annotations

import math

from bot.forge.forge_records import JobRecord, StatusRecord, SuiteRecord, WorkflowRunRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, node_id
from bot.forge.issue_views import pull_in_check
from bot.forge.repository_views import app, commit, repository, simple_commit, user
from bot.values import Annotation


def suite(state: ForgeState, repo: RepositoryRecord, one: SuiteRecord) -> Json:
    url = f"{state.api}/repos/{repo.name}/check-suites/{one.id}"
    return {
        **_suite(state, repo, one),
        "latest_check_runs_count": len(latest(repo, one)),
        "check_runs_url": f"{url}/check-runs",
        "head_commit": simple_commit(state.store.details(repo.name, one.sha)),
        "rerequestable": True,
        "runs_rerequestable": False,
    }


def listed_suite(state: ForgeState, repo: RepositoryRecord, one: SuiteRecord) -> Json:
    """As the API lists it, which names the repository in each."""
    return {**suite(state, repo, one), "repository": repository(state, repo)}


def _suite(state: ForgeState, repo: RepositoryRecord, one: SuiteRecord) -> Json:
    return {
        "id": one.id,
        "node_id": node_id("CS", repo.name, one.id),
        "head_branch": one.branch,
        "head_sha": one.sha,
        "status": one.status,
        "conclusion": one.conclusion,
        "url": f"{state.api}/repos/{repo.name}/check-suites/{one.id}",
        "before": one.before,
        "after": one.sha,
        "pull_requests": _pulls(state, repo, one.sha),
        "app": app(state, state.apps[one.app]),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


def latest(repo: RepositoryRecord, one: SuiteRecord, attempt: float = math.inf) -> list[JobRecord]:
    """The newest check run of each name in a suite, as of an attempt or now."""
    jobs = [job for job in repo.jobs.values() if job.suite == one.id and job.attempt <= attempt]
    return list({job.name: job for job in jobs}.values())


def check_run(
    state: ForgeState, repo: RepositoryRecord, one: JobRecord, *, whole_suite: bool = False
) -> Json:
    """A job as a check run. Webhooks carry more of its suite than the API does."""
    url = f"{state.api}/repos/{repo.name}/check-runs/{one.id}"
    its = repo.suites[one.suite]
    return {
        "id": one.id,
        "name": one.name,
        "node_id": node_id("CR", repo.name, one.id),
        "head_sha": one.sha,
        "external_id": node_id("JOB", one.id),
        "url": url,
        "html_url": job_page(state, repo, one),
        "details_url": job_page(state, repo, one),
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": one.started_at,
        "completed_at": one.completed_at,
        "output": {
            "title": None,
            "summary": None,
            "text": None,
            "annotations_count": len(one.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": _suite(state, repo, its) if whole_suite else {"id": one.suite},
        "app": app(state, state.apps[its.app]),
        "pull_requests": _pulls(state, repo, one.sha),
    }


def annotation(state: ForgeState, repo: RepositoryRecord, one: Annotation, sha: str) -> Json:
    return {
        "path": one.path,
        "blob_href": f"{state.web}/{repo.name}/blob/{sha}/{one.path}",
        "start_line": one.line,
        "end_line": one.line,
        "start_column": None,
        "end_column": None,
        "annotation_level": one.level,
        "title": "",
        "message": one.message,
        "raw_details": "",
    }


def workflow_run(state: ForgeState, repo: RepositoryRecord, one: WorkflowRunRecord) -> Json:
    url = f"{state.api}/repos/{repo.name}/actions/runs/{one.id}"
    parts = ("jobs", "logs", "cancel", "rerun", "artifacts")
    return {
        "id": one.id,
        "name": one.workflow_name,
        "node_id": node_id("WFR", repo.name, one.id),
        "check_suite_id": one.suite,
        "check_suite_node_id": node_id("CS", repo.name, one.suite),
        "head_branch": one.branch,
        "head_sha": one.sha,
        "path": one.path,
        "display_title": one.title,
        "run_number": one.number,
        "run_attempt": one.attempt,
        "previous_attempt_url": f"{url}/attempts/{one.attempt - 1}" if one.attempt > 1 else None,
        "event": one.event,
        "status": one.status,
        "conclusion": one.conclusion,
        "workflow_id": one.workflow,
        "workflow_url": f"{state.api}/repos/{repo.name}/actions/workflows/{one.workflow}",
        "check_suite_url": f"{state.api}/repos/{repo.name}/check-suites/{one.suite}",
        "url": url,
        "html_url": run_page(state, repo, one.id),
        **{f"{part}_url": f"{url}/{part}" for part in parts},
        "pull_requests": _pulls(state, repo, one.sha),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "run_started_at": one.created_at,
        "actor": user(state, one.actor),
        "triggering_actor": user(state, one.actor),
        "referenced_workflows": [],
        "head_commit": simple_commit(state.store.details(repo.name, one.sha)),
        "repository": repository(state, repo),
        "head_repository": repository(state, repo),
    }


def workflow(state: ForgeState, repo: RepositoryRecord, one: WorkflowRunRecord) -> Json:
    url, page = f"{state.api}/repos/{repo.name}", f"{state.web}/{repo.name}"
    return {
        "id": one.workflow,
        "node_id": node_id("W", repo.name, one.workflow),
        "name": one.workflow_name,
        "path": one.path,
        "state": "active",
        "created_at": repo.created_at,
        "updated_at": repo.created_at,
        "url": f"{url}/actions/workflows/{one.workflow}",
        "html_url": f"{page}/blob/{repo.default_branch}/{one.path}",
        "badge_url": f"{page}/workflows/{one.workflow_name}/badge.svg",
    }


def job(state: ForgeState, repo: RepositoryRecord, one: JobRecord) -> Json:
    url = f"{state.api}/repos/{repo.name}"
    began = one.status != "queued"
    return {
        "id": one.id,
        "run_id": one.run,
        "workflow_name": one.spec.workflow_name,
        "head_branch": one.branch,
        "run_url": f"{url}/actions/runs/{one.run}",
        "run_attempt": one.attempt,
        "node_id": node_id("CR", repo.name, one.id),
        "head_sha": one.sha,
        "url": f"{url}/actions/jobs/{one.id}",
        "html_url": job_page(state, repo, one),
        "status": one.status,
        "conclusion": one.conclusion,
        "created_at": one.created_at,
        "started_at": one.started_at,
        "completed_at": one.completed_at,
        "name": one.name,
        "steps": _steps(one),
        "check_run_url": f"{url}/check-runs/{one.id}",
        "labels": ["ubuntu-latest"],
        "runner_id": 1 if began else None,
        "runner_name": "greenlit forge" if began else None,
        "runner_group_id": 0 if began else None,
        "runner_group_name": "GitHub Actions" if began else None,
    }


def _steps(one: JobRecord) -> list[Json]:
    return [
        {
            "name": step.name,
            "status": "completed",
            "conclusion": step.conclusion,
            "number": step.number,
            "started_at": step.started_at,
            "completed_at": step.completed_at,
        }
        for step in one.steps
    ]


def status(state: ForgeState, repo: RepositoryRecord, one: StatusRecord) -> Json:
    return {
        "url": f"{state.api}/repos/{repo.name}/statuses/{one.sha}",
        "avatar_url": f"{state.web}/avatars/u/{state.account(one.author).id}",
        "id": one.id,
        "node_id": node_id("SC", repo.name, one.id),
        "state": one.state,
        "description": one.details.description or None,
        "target_url": one.details.target_url or None,
        "context": one.context,
        "created_at": one.created_at,
        "updated_at": one.created_at,
    }


def combined_status(state: ForgeState, repo: RepositoryRecord, sha: str) -> Json:
    found = latest_statuses(repo, sha)
    url = f"{state.api}/repos/{repo.name}/commits/{sha}"
    return {
        "state": overall([one.state for one in found]),
        "statuses": [status(state, repo, one) for one in found],
        "sha": sha,
        "total_count": len(found),
        "repository": repository(state, repo),
        "commit_url": url,
        "url": f"{url}/status",
    }


def latest_statuses(repo: RepositoryRecord, sha: str) -> list[StatusRecord]:
    """The newest status of each context of a commit."""
    return list({one.context: one for one in repo.statuses if one.sha == sha}.values())


def overall(states: list[str]) -> str:
    """GitHub's combined state; without any status it is "pending"."""
    if {"error", "failure"} & set(states):
        return "failure"
    return "success" if states and set(states) == {"success"} else "pending"


def status_event(state: ForgeState, repo: RepositoryRecord, one: StatusRecord) -> Json:
    """The payload of the `status` event, which has no object of its own."""
    heads = state.store.branches(repo.name)
    url = f"{state.api}/repos/{repo.name}/commits/{one.sha}"
    return {
        "id": one.id,
        "sha": one.sha,
        "name": repo.name,
        "avatar_url": f"{state.web}/avatars/u/{state.account(one.author).id}",
        "target_url": one.details.target_url or None,
        "context": one.context,
        "description": one.details.description or None,
        "state": one.state,
        "commit": commit(state, repo, state.store.details(repo.name, one.sha)),
        "branches": [
            {"name": name, "commit": {"sha": sha, "url": url}, "protected": False}
            for name, sha in heads.items()
            if sha == one.sha
        ],
        "created_at": one.created_at,
        "updated_at": one.created_at,
    }


def run_page(state: ForgeState, repo: RepositoryRecord, run: int) -> str:
    return f"{state.web}/{repo.name}/actions/runs/{run}"


def job_page(state: ForgeState, repo: RepositoryRecord, one: JobRecord) -> str:
    return f"{run_page(state, repo, one.run)}/job/{one.id}"


def _pulls(state: ForgeState, repo: RepositoryRecord, sha: str) -> list[Json]:
    return [
        pull_in_check(state, repo, one)
        for one in repo.pulls()
        if one.state == "open" and one.head_sha == sha
    ]
