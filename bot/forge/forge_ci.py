"""Here lives CI: for a new head it starts the workflows of that commit, and tells how each suite,
run and job goes.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal

from bot.forge.check_views import check_run, latest, suite, workflow, workflow_run
from bot.forge.check_views import job as job_view
from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_records import JobRecord, PullRecord, SuiteRecord, WorkflowRunRecord
from bot.forge.forge_state import ACTIONS, ForgeState, RepositoryRecord, now
from bot.forge.git_store import ZEROS
from bot.forge.runner import JobSpec, parse_workflow, run_job

FOLDER = ".github/workflows"
AT_ONCE = 2
# A job with one of these in its `if` runs although a job that it needs did not succeed.
STUBBORN = ("always()", "failure()", "cancelled()")

Event = Literal["push", "pull_request"]


class ForgeCI:
    """GitHub Actions, in small: the check runs it makes are its jobs."""

    def __init__(self, state: ForgeState, news: EventPublisher) -> None:
        self._state = state
        self._news = news
        self._pool = threading.BoundedSemaphore(AT_ONCE)

    def pushed(self, repo: RepositoryRecord, branch: str, before: str, sha: str, by: str) -> None:
        """Start what runs on a push, and leave the empty suites of the other Apps that GitHub
        makes.
        """
        for one in self._state.installed(repo) if self._state.empty_suites else []:
            empty = self._suite(repo, one.app, (branch, before, sha))
            self._news.suite_requested(
                repo, self._state.apps[one.app], by, check_suite=suite(self._state, repo, empty)
            )
        self._start(repo, "push", (branch, before, sha), branch, by)

    def pull(self, repo: RepositoryRecord, one: PullRecord, by: str) -> None:
        """Start what runs on a pull request: the workflows of its head that want its base."""
        self._start(repo, "pull_request", (one.head, ZEROS, one.head_sha), one.base, by)

    def rerun_failed(self, repo: RepositoryRecord, run: WorkflowRunRecord) -> None:
        """The failed jobs once more and those that need them, as new jobs of the next attempt; the
        others stay.
        """
        jobs = latest(repo, repo.suites[run.suite])
        keys = {job.spec.key for job in jobs if job.conclusion not in ("success", "skipped")}
        while more := {job.spec.key for job in jobs if keys & set(job.spec.needs)} - keys:
            keys |= more
        again = [job for job in jobs if job.spec.key in keys]
        run = replace(
            run, attempt=run.attempt + 1, status="queued", conclusion=None, updated_at=now()
        )
        repo.runs[run.id] = run
        self._progress(repo, run, "queued", None)
        self._go(repo, run, [self._job(repo, run, job.spec) for job in again])

    def _start(
        self, repo: RepositoryRecord, event: Event, head: tuple[str, str, str], branch: str, by: str
    ) -> None:
        for path, text in sorted(self._state.store.texts(repo.name, head[2], FOLDER).items()):
            if not path.endswith((".yml", ".yaml")):
                continue
            try:
                specs = parse_workflow(text, event, branch)
            except ValueError:
                # As on GitHub: a run without jobs, called by the file's path, that has failed at
                # once.
                run = self._run(repo, event, head, (path, path), by)
                self._progress(repo, run, "completed", "startup_failure")
                continue
            if specs:
                run = self._run(repo, event, head, (path, specs[0].workflow_name), by)
                self._go(repo, run, [self._job(repo, run, spec) for spec in specs])

    # --- records

    def _suite(self, repo: RepositoryRecord, app: int, head: tuple[str, str, str]) -> SuiteRecord:
        at = now()
        branch, before, sha = head
        made = SuiteRecord(self._state.new_id(), app, sha, branch, before, at, at)
        repo.suites[made.id] = made
        return made

    def _run(
        self,
        repo: RepositoryRecord,
        event: Event,
        head: tuple[str, str, str],
        named: tuple[str, str],
        by: str,
    ) -> WorkflowRunRecord:
        its = self._suite(repo, ACTIONS, head)
        at, path = now(), named[0]
        known = repo.workflows.setdefault(path, self._state.new_id())
        made = WorkflowRunRecord(
            id=self._state.new_id(),
            suite=its.id,
            number=1 + sum(run.workflow == known for run in repo.runs.values()),
            workflow=known,
            workflow_name=named[1],
            path=path,
            event=event,
            sha=head[2],
            branch=head[0],
            title=self._state.store.details(repo.name, head[2]).message.partition("\n")[0],
            actor=by,
            created_at=at,
            updated_at=at,
        )
        repo.runs[made.id] = made
        repo.suites[its.id] = replace(its, run=made.id)
        self._tell_run(repo, made, "requested")
        return made

    def _job(self, repo: RepositoryRecord, run: WorkflowRunRecord, spec: JobSpec) -> JobRecord:
        at = now()
        made = JobRecord(
            self._state.new_id(), run.id, run.suite, spec, run.sha, run.branch, run.attempt, at, at
        )
        repo.jobs[made.id] = made
        self._tell_job(repo, made, "queued")
        self._tell_check(repo, made, "created")
        return made

    def _progress(
        self,
        repo: RepositoryRecord,
        run: WorkflowRunRecord,
        status: Literal["queued", "in_progress", "completed"],
        end: str | None,
    ) -> None:
        """Move a run and its suite on together."""
        at = now()
        repo.runs[run.id] = replace(repo.runs[run.id], status=status, conclusion=end, updated_at=at)
        repo.suites[run.suite] = replace(
            repo.suites[run.suite], status=status, conclusion=end, updated_at=at
        )
        if status == "queued":
            return
        self._tell_run(repo, repo.runs[run.id], status)
        if status == "completed":
            its = suite(self._state, repo, repo.suites[run.suite])
            self._news.tell(repo, "check_suite", "completed", run.actor, check_suite=its)

    # --- doing

    def _go(
        self, repo: RepositoryRecord, run: WorkflowRunRecord, jobs: Sequence[JobRecord]
    ) -> None:
        self._state.busy()
        threading.Thread(target=self._work, args=(repo, run, tuple(jobs))).start()

    def _work(
        self, repo: RepositoryRecord, run: WorkflowRunRecord, jobs: tuple[JobRecord, ...]
    ) -> None:
        try:
            with self._state.lock:
                self._progress(repo, run, "in_progress", None)
            waiting = list(jobs)
            while waiting:
                here = {job.spec.key for job in waiting}
                ready = [job for job in waiting if not here & set(job.spec.needs)] or waiting
                with ThreadPoolExecutor(AT_ONCE) as pool:
                    list(pool.map(lambda job: self._do(repo, job), ready))
                waiting = [job for job in waiting if job not in ready]
            with self._state.lock:
                ends = [str(job.conclusion) for job in latest(repo, repo.suites[run.suite])]
                self._progress(repo, run, "completed", _conclusion(ends))
        finally:
            self._state.done()

    def _do(self, repo: RepositoryRecord, job: JobRecord) -> None:
        if not self._wanted(repo, job):
            self._finish(repo, replace(job, conclusion="skipped"))
            return
        with self._pool:
            with self._state.lock:
                job = replace(job, status="in_progress", started_at=now())
                repo.jobs[job.id] = job
                self._tell_job(repo, job, "in_progress")
            work = self._state.home / "work" / str(job.id) / repo.short
            done = run_job(
                job.spec,
                self._state.store.folder(repo.name),
                job.sha,
                work,
                self._environment(repo, job),
            )
            shutil.rmtree(work.parent, ignore_errors=True)
        self._finish(
            repo,
            replace(
                job,
                conclusion=done.conclusion,
                steps=done.steps,
                annotations=done.annotations,
                log=done.log,
            ),
        )

    def _finish(self, repo: RepositoryRecord, job: JobRecord) -> None:
        with self._state.lock:
            job = replace(job, status="completed", completed_at=now())
            repo.jobs[job.id] = job
            self._tell_job(repo, job, "completed")
            self._tell_check(repo, job, "completed")

    def _wanted(self, repo: RepositoryRecord, job: JobRecord) -> bool:
        needed = [
            one for one in latest(repo, repo.suites[job.suite]) if one.spec.key in job.spec.needs
        ]
        if any(word in job.spec.condition for word in STUBBORN):
            return True
        return all(one.conclusion == "success" for one in needed)

    def _environment(self, repo: RepositoryRecord, job: JobRecord) -> dict[str, str]:
        run = repo.runs[job.run]
        known = {
            "GITHUB_REPOSITORY": repo.name,
            "GITHUB_REPOSITORY_OWNER": repo.owner,
            "GITHUB_ACTOR": run.actor,
            "GITHUB_RUN_ID": str(run.id),
            "GITHUB_RUN_NUMBER": str(run.number),
            "GITHUB_RUN_ATTEMPT": str(job.attempt),
            "GITHUB_SERVER_URL": self._state.web,
            "GITHUB_API_URL": self._state.api,
            "GITHUB_HEAD_REF": run.branch if run.event == "pull_request" else "",
        }
        return {**known, **self._state.runner_env}

    # --- telling

    def _tell_run(self, repo: RepositoryRecord, one: WorkflowRunRecord, action: str) -> None:
        views = {
            "workflow_run": workflow_run(self._state, repo, one),
            "workflow": workflow(self._state, repo, one),
        }
        self._news.tell(repo, "workflow_run", action, one.actor, **views)

    def _tell_job(self, repo: RepositoryRecord, one: JobRecord, action: str) -> None:
        by = repo.runs[one.run].actor
        self._news.tell(
            repo, "workflow_job", action, by, workflow_job=job_view(self._state, repo, one)
        )

    def _tell_check(self, repo: RepositoryRecord, one: JobRecord, action: str) -> None:
        by = repo.runs[one.run].actor
        self._news.tell(
            repo,
            "check_run",
            action,
            by,
            check_run=check_run(self._state, repo, one, whole_suite=True),
        )


def _conclusion(ends: Sequence[str]) -> str:
    for word in ("failure", "timed_out", "cancelled"):
        if word in ends:
            return word
    return "skipped" if ends and set(ends) == {"skipped"} else "success"
