"""Run a job's steps for real and record what happened, as the runner of GitHub Actions does."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.forge.runner.expressions import is_condition_met
from bot.forge.runner.file_commands import FileCommands
from bot.forge.runner.job_context import JobContext, RunningStep, UploadedArtifact
from bot.forge.runner.run_action import run_action
from bot.forge.runner.shell import run_script
from bot.forge.runner.step_process import StepProcesses
from bot.forge.runner.workflow import JobSpec, StepSpec
from bot.forge.runner.workflow_log import WorkflowLog, timestamp
from bot.values import Annotation

Conclusion = Literal["success", "failure", "cancelled", "skipped"]


@dataclass(frozen=True, slots=True)
class StepResult:
    """The end of a step; times as GitHub's API has them."""

    name: str
    number: int
    conclusion: Conclusion
    started_at: str
    completed_at: str


@dataclass(frozen=True, slots=True)
class JobResult:
    """The end of a job. A skipped job has no steps and no log."""

    conclusion: Conclusion
    steps: tuple[StepResult, ...] = ()
    log: bytes = b""
    annotations: tuple[Annotation, ...] = ()
    artifacts: tuple[UploadedArtifact, ...] = ()


def run_job(
    spec: JobSpec, git_dir: Path, sha: str, workspace: Path, env: Mapping[str, str]
) -> JobResult:
    """Run the job's steps in the workspace, where an `actions/checkout` step clones the commit.

    The steps see `env`, CI=true and GITHUB_*; what `env` names GITHUB_X is `github.x` too. There
    are no secrets: each is empty, as an unset one is. Whatever the steps started is dead on return.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    workspace = workspace.resolve()
    processes = StepProcesses()
    with tempfile.TemporaryDirectory(prefix="runner-") as temp:
        context = JobContext(spec, git_dir.resolve(), sha, workspace, Path(temp), env)
        job = _RunningJob(context, WorkflowLog(workspace), processes)
        try:
            return job.run()
        finally:
            processes.end()


class _RunningJob:
    """A job as it runs: the results of its steps so far, and the time that is left."""

    def __init__(self, context: JobContext, log: WorkflowLog, processes: StepProcesses) -> None:
        self._spec = context.spec
        self._context = context
        self._log = log
        self._processes = processes
        self._results: list[StepResult] = []
        self._post_steps: list[str] = []
        self._deadline = float("inf")

    def run(self) -> JobResult:
        """Run all steps, with the runner's own before and after them."""
        try:
            if not is_condition_met(self._spec.condition, self._context.contexts()):
                return JobResult("skipped")
        except ValueError as error:
            self._log.write_error(f"The job's `if` was not understood: {error}")
            return self._result("failure")
        self._set_up()
        for step in self._spec.steps:
            self._run_step(step)
        self._tear_down()
        return self._result(self._context.status)

    def _result(self, conclusion: Conclusion) -> JobResult:
        return JobResult(
            conclusion,
            tuple(self._results),
            self._log.content(),
            tuple(self._log.annotations),
            tuple(self._context.artifacts),
        )

    def _set_up(self) -> None:
        started_at = timestamp()
        self._log.write("Current runner version: 'greenlit forge'")
        self._log.write_group("Runner Image", "Image: this machine")
        self._log.write("Prepare workflow directory")
        self._log.write(f"Complete job name: {self._spec.name}")
        conclusion: Conclusion = "success"
        try:
            minutes = float(self._context.fill(self._spec.timeout_minutes))
            self._deadline = time.monotonic() + 60 * minutes
            self._context.job_env = self._context.fill_values(self._spec.env)
        except ValueError as error:
            self._log.write_error(f"The job was not understood: {error}")
            conclusion = self._context.status = "failure"
        self._add_result("Set up job", started_at, conclusion)

    def _run_step(self, spec: StepSpec) -> None:
        started_at, title = timestamp(), spec.title
        self._log.begin_step()
        try:
            title = self._context.fill(title)
            outcome = self._outcome(spec)
        except ValueError as error:
            self._log.write_error(f"The step was not understood: {error}")
            outcome = "failure"
        self._add_result(title, started_at, self._conclude(spec, outcome))

    def _outcome(self, spec: StepSpec) -> Conclusion:
        if self._context.status == "cancelled":
            return "skipped"
        if not is_condition_met(spec.condition, self._context.contexts()):
            return "skipped"
        self._context.step_env = self._context.fill_values(spec.env)
        minutes = self._context.fill(spec.timeout_minutes)
        own_deadline = time.monotonic() + 60 * float(minutes or "inf")
        files = FileCommands(self._context.temp / f"step-{len(self._results)}").create()
        deadline = min(own_deadline, self._deadline)
        code = self._execute(RunningStep(spec, self._context, self._log, files, deadline))
        if code is None:
            return self._time_out(spec, minutes, is_own=own_deadline <= self._deadline)
        return "success" if self._take_answers(spec, files) and code == 0 else "failure"

    def _execute(self, step: RunningStep) -> int | None:
        if not step.spec.uses:
            return run_script(step, self._processes)
        code = run_action(step)
        if code == 0:
            self._post_steps.append(step.spec.title)
        return code

    def _take_answers(self, spec: StepSpec, files: FileCommands) -> bool:
        """Take what the step answered through its files; false when a file is malformed."""
        try:
            self._context.job_env |= files.read_env()
            self._context.paths += files.read_paths()
            self._context.record(spec, outputs=files.read_outputs())
        except ValueError as error:
            self._log.write_error(f"Unable to process file command successfully. {error}")
            return False
        return True

    def _time_out(self, spec: StepSpec, minutes: str, *, is_own: bool) -> Conclusion:
        if is_own:
            self._log.write_error(
                f"The action '{spec.title}' has timed out after {minutes} minutes."
            )
            return "failure"
        # GitHub tells the reason only in an annotation; the log has no more than the last line.
        limit = self._context.fill(self._spec.timeout_minutes)
        reason = f"The job has exceeded the maximum execution time of {limit}m0s"
        self._log.annotate("error", {}, reason)
        self._log.write_error("The operation was canceled.")
        return "cancelled"

    def _conclude(self, spec: StepSpec, outcome: Conclusion) -> Conclusion:
        """Record the step's end; a failure that may be is a success but for its `outcome`."""
        conclusion = outcome
        if outcome == "failure" and self._context.fill(spec.continue_on_error) == "true":
            conclusion = "success"
        if conclusion == "cancelled":
            self._context.status = "cancelled"
        elif conclusion == "failure" and self._context.status == "success":
            self._context.status = "failure"
        self._context.record(spec, outcome=outcome, conclusion=conclusion)
        self._context.step_env = {}
        return conclusion

    def _tear_down(self) -> None:
        for title in reversed(self._post_steps):
            started_at = timestamp()
            self._log.write("Post job cleanup.")
            self._add_result(f"Post {title}", started_at, "success")
        started_at = timestamp()
        self._log.write("Cleaning up orphan processes")
        self._add_result("Complete job", started_at, "success")

    def _add_result(self, name: str, started_at: str, conclusion: Conclusion) -> None:
        number = len(self._results) + 1
        times = _whole_seconds(started_at), _whole_seconds(timestamp())
        self._results.append(StepResult(name, number, conclusion, *times))


def _whole_seconds(moment: str) -> str:
    return f"{moment[:19]}Z"
