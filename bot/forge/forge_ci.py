"""Run the workflows of new commits, as GitHub Actions does."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot.forge.check_views import latest_jobs, render_suite
from bot.forge.ci_records import BranchHead, CiRecords, WorkflowStart
from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_records import AppKeys, JobRecord, PullRecord, WorkflowRunRecord
from bot.forge.forge_state import ForgeState, RepositoryRecord
from bot.forge.git_store import ZERO_SHA
from bot.forge.runner import JobSpec, parse_workflow, run_job
from bot.forge.runner.workflow_triggers import WorkflowEvent
from bot.values import Annotation, CheckOutput

FOLDER = ".github/workflows"
JOBS_AT_ONCE = 2
# A job with one of these in its `if` runs although a job that it needs did not succeed.
STATUS_FUNCTIONS = ("always()", "failure()", "cancelled()")


class ForgeCI:
    """GitHub Actions, in small: the check runs that it makes are its jobs."""

    def __init__(self, state: ForgeState, publisher: EventPublisher) -> None:
        self._state = state
        self._publisher = publisher
        self._records = CiRecords(state, publisher)
        self._slots = threading.BoundedSemaphore(JOBS_AT_ONCE)

    def start_for_push(self, repository: RepositoryRecord, head: BranchHead, actor: str) -> None:
        """Start the workflows of a push, beside the empty suites that GitHub makes for Apps."""
        if self._state.makes_empty_suites:
            self._add_empty_suites(repository, head, actor)
        self._start(repository, "push", head, head.branch, actor)

    def start_for_pull(self, repository: RepositoryRecord, pull: PullRecord, actor: str) -> None:
        """Start the workflows of a pull request's head that want its base.

        GitHub starts none while it has conflicts (docs.github.com, "Events that trigger workflows",
        `pull_request`).
        """
        store = self._state.store
        base = store.find_head(repository.name, pull.base)
        if base and store.merge(repository.name, base, pull.head_sha) == "":
            return
        head = BranchHead(pull.head, ZERO_SHA, pull.head_sha, pull.fork)
        self._start(repository, "pull_request", head, pull.base, actor)

    def rerun_failed(self, repository: RepositoryRecord, run: WorkflowRunRecord) -> None:
        """Run the failed jobs once more, and those that need them, as jobs of the next attempt."""
        jobs = latest_jobs(repository, repository.suites[run.suite])
        keys = {job.spec.key for job in jobs if job.conclusion not in ("success", "skipped")}
        while more := {job.spec.key for job in jobs if keys & set(job.spec.needs)} - keys:
            keys |= more
        specs = [job.spec for job in jobs if job.spec.key in keys]
        run = self._records.begin_attempt(repository, run)
        new_jobs = [self._records.add_job(repository, run, spec) for spec in specs]
        self._execute_soon(repository, run, new_jobs)

    def report_check(
        self,
        repo: str,
        app: AppKeys,
        commit: BranchHead,
        conclusion: str,
        words: CheckOutput | tuple[Annotation, ...] = (),
    ) -> None:
        """Report what another App says of a commit: a check run with an output, or with notes."""
        with self._state.lock:
            repository = self._state.find_repository(repo)
            suite = self._records.add_suite(repository, app.id, commit)
            spec = JobSpec("", app.slug, app.slug, (), "push", commit.branch)
            check = JobRecord(
                id=self._state.make_id(),
                run=0,
                suite=suite.id,
                spec=spec,
                sha=commit.sha,
                branch=commit.branch,
                attempt=1,
                created_at=suite.created_at,
                started_at=suite.created_at,
                completed_at=suite.created_at,
                status="completed",
                conclusion=conclusion,
                annotations=words if isinstance(words, tuple) else (),
                output=words if isinstance(words, CheckOutput) else CheckOutput(),
            )
            self._records.add_check(repository, suite, check)

    def _add_empty_suites(self, repository: RepositoryRecord, head: BranchHead, actor: str) -> None:
        for installation in self._state.list_installations(repository):
            suite = self._records.add_suite(repository, installation.app, head)
            view = render_suite(self._state, repository, suite)
            app = self._state.apps[installation.app]
            self._publisher.publish_suite_request(repository, app, actor, view)

    def _start(
        self,
        repository: RepositoryRecord,
        event: WorkflowEvent,
        head: BranchHead,
        branch: str,
        actor: str,
    ) -> None:
        files = self._state.store.read_texts(repository.name, head.sha, FOLDER)
        for path in sorted(files):
            if not path.endswith((".yml", ".yaml")):
                continue
            start = WorkflowStart(event, head, actor, path, path)
            try:
                specs = parse_workflow(files[path], event, branch)
            except ValueError:
                # As on GitHub: a run without jobs, called by the file's path, that has failed at
                # once.
                run = self._records.add_run(repository, start)
                self._records.update_run(repository, run, "completed", "startup_failure")
                continue
            if specs:
                start = replace(start, workflow_name=specs[0].workflow_name)
                run = self._records.add_run(repository, start)
                jobs = [self._records.add_job(repository, run, spec) for spec in specs]
                self._execute_soon(repository, run, jobs)

    # --- jobs

    def _execute_soon(
        self, repository: RepositoryRecord, run: WorkflowRunRecord, jobs: Sequence[JobRecord]
    ) -> None:
        self._state.begin_work()
        threading.Thread(target=self._execute, args=(repository, run, list(jobs))).start()

    def _execute(
        self, repository: RepositoryRecord, run: WorkflowRunRecord, jobs: list[JobRecord]
    ) -> None:
        try:
            with self._state.lock:
                self._records.update_run(repository, run, "in_progress")
            while jobs:
                unfinished = {job.spec.key for job in jobs}
                ready = [job for job in jobs if not unfinished & set(job.spec.needs)] or jobs
                with ThreadPoolExecutor(JOBS_AT_ONCE) as pool:
                    list(pool.map(lambda job: self._execute_job(repository, job), ready))
                jobs = [job for job in jobs if job not in ready]
            with self._state.lock:
                done = latest_jobs(repository, repository.suites[run.suite])
                conclusion = _combine([str(job.conclusion) for job in done])
                self._records.update_run(repository, run, "completed", conclusion)
        finally:
            self._state.end_work()

    def _execute_job(self, repository: RepositoryRecord, job: JobRecord) -> None:
        if not self._may_run(repository, job):
            with self._state.lock:
                self._records.complete_job(repository, replace(job, conclusion="skipped"))
            return
        with self._slots:
            with self._state.lock:
                job = self._records.begin_job(repository, job)
            job = self._run(repository, job)
        with self._state.lock:
            self._records.complete_job(repository, job)

    def _run(self, repository: RepositoryRecord, job: JobRecord) -> JobRecord:
        workspace = self._state.home / "work" / str(job.id) / repository.short_name
        git_dir = self._state.store.folder(repository.name)
        environment = self._environment(repository, job)
        result = run_job(job.spec, git_dir, job.sha, workspace, environment)
        shutil.rmtree(workspace.parent, ignore_errors=True)
        with self._state.lock:
            self._records.add_artifacts(repository, job, result.artifacts)
        return replace(
            job,
            conclusion=result.conclusion,
            steps=result.steps,
            annotations=result.annotations,
            log=result.log,
        )

    def _may_run(self, repository: RepositoryRecord, job: JobRecord) -> bool:
        if any(function in job.spec.condition for function in STATUS_FUNCTIONS):
            return True
        jobs = latest_jobs(repository, repository.suites[job.suite])
        needed = [need.conclusion for need in jobs if need.spec.key in job.spec.needs]
        return all(conclusion == "success" for conclusion in needed)

    def _environment(self, repository: RepositoryRecord, job: JobRecord) -> dict[str, str]:
        run = repository.runs[job.run]
        return {
            "GITHUB_REPOSITORY": repository.name,
            "GITHUB_REPOSITORY_OWNER": repository.owner,
            "GITHUB_ACTOR": run.actor,
            "GITHUB_RUN_ID": str(run.id),
            "GITHUB_RUN_NUMBER": str(run.number),
            "GITHUB_RUN_ATTEMPT": str(job.attempt),
            "GITHUB_SERVER_URL": self._state.web,
            "GITHUB_API_URL": self._state.api,
            "GITHUB_HEAD_REF": run.branch if run.event == "pull_request" else "",
            **self._state.runner_env,
        }


def _combine(conclusions: Sequence[str]) -> str:
    for conclusion in ("failure", "timed_out", "cancelled"):
        if conclusion in conclusions:
            return conclusion
    return "skipped" if conclusions and set(conclusions) == {"skipped"} else "success"
