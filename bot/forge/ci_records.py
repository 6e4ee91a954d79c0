"""Make check suites, workflow runs and jobs, move them on, and publish each change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.forge.actions_views import render_job, render_workflow, render_workflow_run
from bot.forge.check_views import render_check_run, render_suite
from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_records import (
    ArtifactRecord,
    CheckStatus,
    JobRecord,
    SuiteRecord,
    WorkflowRunRecord,
)
from bot.forge.forge_state import ACTIONS_APP_ID, ForgeState, RepositoryRecord, now
from bot.forge.runner import JobSpec, UploadedArtifact
from bot.forge.runner.workflow_triggers import WorkflowEvent

RETENTION = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class BranchHead:
    """The new head of a branch, and the sha before it. `fork` names another repository's."""

    branch: str
    before: str
    sha: str
    fork: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowStart:
    """A workflow file that an event of somebody starts; without a name it is called by its path."""

    event: WorkflowEvent
    head: BranchHead
    actor: str
    path: str
    workflow_name: str


class CiRecords:
    """The records of CI in the forge's state."""

    def __init__(self, state: ForgeState, publisher: EventPublisher) -> None:
        self._state = state
        self._publisher = publisher

    def add_suite(self, repository: RepositoryRecord, app: int, head: BranchHead) -> SuiteRecord:
        """Add an App's queued suite for a commit."""
        time = now()
        branch = "" if head.fork else head.branch
        suite = SuiteRecord(self._state.make_id(), app, head.sha, branch, head.before, time, time)
        repository.suites[suite.id] = suite
        return suite

    def add_run(self, repository: RepositoryRecord, start: WorkflowStart) -> WorkflowRunRecord:
        """Add a queued run with its suite."""
        suite = self.add_suite(repository, ACTIONS_APP_ID, start.head)
        workflow_id = repository.workflow_ids.setdefault(start.path, self._state.make_id())
        earlier = [run for run in repository.runs.values() if run.workflow == workflow_id]
        commit = self._state.store.read_commit(repository.name, start.head.sha)
        run = WorkflowRunRecord(
            id=self._state.make_id(),
            suite=suite.id,
            number=len(earlier) + 1,
            workflow=workflow_id,
            workflow_name=start.workflow_name,
            path=start.path,
            event=start.event,
            sha=start.head.sha,
            branch=start.head.branch,
            fork=start.head.fork,
            title=commit.message.partition("\n")[0],
            actor=start.actor,
            created_at=suite.created_at,
            updated_at=suite.created_at,
        )
        repository.runs[run.id] = run
        repository.suites[suite.id] = replace(suite, run=run.id)
        self._publish_run(repository, run, "requested")
        return run

    def begin_attempt(
        self, repository: RepositoryRecord, run: WorkflowRunRecord
    ) -> WorkflowRunRecord:
        """Queue the next attempt of a run that has ended."""
        times = (*run.attempts_started_at, now())
        run = replace(run, attempt=run.attempt + 1, attempts_started_at=times)
        repository.runs[run.id] = run
        self.update_run(repository, run, "queued")
        return repository.runs[run.id]

    def add_job(
        self, repository: RepositoryRecord, run: WorkflowRunRecord, spec: JobSpec
    ) -> JobRecord:
        """Add a queued job to a run, in its present attempt."""
        time = now()
        job = JobRecord(
            id=self._state.make_id(),
            run=run.id,
            suite=run.suite,
            spec=spec,
            sha=run.sha,
            branch=run.branch,
            attempt=run.attempt,
            created_at=time,
            started_at=time,
        )
        repository.jobs[job.id] = job
        self._publish_job(repository, job, "queued")
        self._publish_check_run(repository, job, "created")
        return job

    def add_check(self, repository: RepositoryRecord, suite: SuiteRecord, check: JobRecord) -> None:
        """Add what an App says of a commit, which ends its suite."""
        ended = replace(suite, status="completed", conclusion=check.conclusion, updated_at=now())
        repository.suites[suite.id] = ended
        repository.jobs[check.id] = check
        self._publish_check_run(repository, check, "completed")

    def update_run(
        self,
        repository: RepositoryRecord,
        run: WorkflowRunRecord,
        status: CheckStatus,
        conclusion: str | None = None,
    ) -> None:
        """Move a run and its suite on together."""
        run = replace(
            repository.runs[run.id], status=status, conclusion=conclusion, updated_at=now()
        )
        suite = replace(
            repository.suites[run.suite],
            status=status,
            conclusion=conclusion,
            updated_at=run.updated_at,
        )
        repository.runs[run.id] = run
        repository.suites[suite.id] = suite
        if status == "queued":
            return
        self._publish_run(repository, run, status)
        if status == "completed":
            view = render_suite(self._state, repository, suite)
            self._publisher.publish(
                repository, "check_suite", "completed", run.actor, check_suite=view
            )

    def begin_job(self, repository: RepositoryRecord, job: JobRecord) -> JobRecord:
        """Record that a runner has taken the job."""
        job = replace(job, status="in_progress", started_at=now())
        repository.jobs[job.id] = job
        self._publish_job(repository, job, "in_progress")
        return job

    def add_artifacts(
        self, repository: RepositoryRecord, job: JobRecord, artifacts: Iterable[UploadedArtifact]
    ) -> None:
        """Keep what a job has uploaded, for as long as GitHub does."""
        expires_at = f"{datetime.now(UTC) + RETENTION:%Y-%m-%dT%H:%M:%SZ}"
        for artifact in artifacts:
            repository.artifacts[artifact.id] = ArtifactRecord(
                artifact.id, job.run, artifact.name, now(), expires_at, artifact.content
            )

    def complete_job(self, repository: RepositoryRecord, job: JobRecord) -> None:
        """Record the end of a job, which has its conclusion already."""
        job = replace(job, status="completed", completed_at=now())
        repository.jobs[job.id] = job
        self._publish_job(repository, job, "completed")
        self._publish_check_run(repository, job, "completed")

    def _publish_run(
        self, repository: RepositoryRecord, run: WorkflowRunRecord, action: str
    ) -> None:
        self._publisher.publish(
            repository,
            "workflow_run",
            action,
            run.actor,
            workflow_run=render_workflow_run(self._state, repository, run),
            workflow=render_workflow(self._state, repository, run),
        )

    def _publish_job(self, repository: RepositoryRecord, job: JobRecord, action: str) -> None:
        actor = repository.runs[job.run].actor
        view = render_job(self._state, repository, job)
        self._publisher.publish(repository, "workflow_job", action, actor, workflow_job=view)

    def _publish_check_run(self, repository: RepositoryRecord, job: JobRecord, action: str) -> None:
        app = self._state.apps[repository.suites[job.suite].app]
        actor = repository.runs[job.run].actor if job.run else f"{app.slug}[bot]"
        view = render_check_run(self._state, repository, job, whole_suite=True)
        self._publisher.publish(repository, "check_run", action, actor, check_run=view)
