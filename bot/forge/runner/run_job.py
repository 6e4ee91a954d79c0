"""Here lives the runner: it does a job's steps for real and writes down what happened, as GitHub
Actions does.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.forge.runner.actions import act
from bot.forge.runner.expressions import holds
from bot.forge.runner.file_commands import FileCommands
from bot.forge.runner.job_context import JobContext
from bot.forge.runner.job_log import JobLog, stamp
from bot.forge.runner.shell import run_script
from bot.forge.runner.step_process import StepProcesses
from bot.forge.runner.workflow import JobSpec, StepSpec
from bot.values import Annotation

Conclusion = Literal["success", "failure", "cancelled", "skipped"]


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of a step; times as GitHub's API has them."""

    name: str
    number: int
    conclusion: Conclusion
    started_at: str
    completed_at: str


@dataclass(frozen=True, slots=True)
class JobResult:
    """What became of a job. A skipped job has no steps and no log."""

    conclusion: Conclusion
    steps: tuple[StepResult, ...] = ()
    log: bytes = b""
    annotations: tuple[Annotation, ...] = ()


def run_job(
    spec: JobSpec, git_dir: Path, sha: str, work: Path, env: Mapping[str, str]
) -> JobResult:
    """Run the job's steps in the folder `work`, which an `actions/checkout` step fills with the
    commit.

    The steps see `env`, CI=true and GITHUB_*; what `env` names GITHUB_X is `github.x` too. There
    are no secrets:
    each is empty, as an unset one is. The folder holds no `.git`. Whatever the steps started is
    dead on return.
    """
    work.mkdir(parents=True, exist_ok=True)
    processes = StepProcesses()
    with tempfile.TemporaryDirectory(prefix="runner-") as temp:
        scene = JobContext(spec, git_dir.resolve(), sha, work.resolve(), Path(temp), env)
        job = _Job(spec, scene, JobLog(work.resolve()), processes)
        try:
            return job.run()
        finally:
            processes.end()


class _Job:
    """One job as it runs: which step is next, what the steps so far came to, how much time is left."""

    def __init__(
        self, spec: JobSpec, scene: JobContext, log: JobLog, processes: StepProcesses
    ) -> None:
        self._spec = spec
        self._scene = scene
        self._log = log
        self._processes = processes
        self._results: list[StepResult] = []
        self._post: list[str] = []
        self._until = float("inf")

    def run(self) -> JobResult:
        try:
            if not holds(self._spec.condition, self._scene.contexts()):
                return JobResult("skipped")
        except ValueError as error:
            return self._broken(f"The job's `if` was not understood: {error}")
        self._set_up()
        for step in self._spec.steps:
            self._step(step)
        self._tear_down()
        return JobResult(
            self._scene.status,
            tuple(self._results),
            self._log.content(),
            tuple(self._log.annotations),
        )

    def _broken(self, why: str) -> JobResult:
        self._log.fault(why)
        return JobResult("failure", (), self._log.content(), tuple(self._log.annotations))

    def _set_up(self) -> None:
        began = stamp()
        self._log.line("Current runner version: 'greenlit forge'")
        self._log.group("Runner Image", "Image: this machine")
        self._log.line("Prepare workflow directory")
        self._log.line(f"Complete job name: {self._spec.name}")
        conclusion: Conclusion = "success"
        try:
            self._until = time.monotonic() + 60 * float(
                self._scene.filled(self._spec.timeout_minutes)
            )
            self._scene.exported = self._scene.values(self._spec.env)
        except ValueError as error:
            self._log.fault(f"The job was not understood: {error}")
            conclusion = self._scene.status = "failure"
        self._add("Set up job", began, conclusion)

    def _step(self, step: StepSpec) -> None:
        began, title = stamp(), step.title
        self._log.new_step()
        try:
            title = self._scene.filled(title)
            outcome = self._outcome(step)
        except ValueError as error:
            self._log.fault(f"The step was not understood: {error}")
            outcome = "failure"
        self._add(title, began, self._concluded(step, outcome))

    def _outcome(self, step: StepSpec) -> Conclusion:
        if self._scene.status == "cancelled" or not holds(step.condition, self._scene.contexts()):
            return "skipped"
        self._scene.own = self._scene.values(step.env)
        minutes = self._scene.filled(step.timeout_minutes)
        own = time.monotonic() + 60 * float(minutes) if minutes else float("inf")
        answers = FileCommands(self._scene.temp / f"step-{len(self._results)}").prepare()
        code = self._do(step, answers, min(own, self._until))
        if code is None:
            return self._too_long(step, minutes, own)
        return "success" if self._heard(step, answers) and code == 0 else "failure"

    def _do(self, step: StepSpec, answers: FileCommands, until: float) -> int | None:
        if not step.uses:
            return run_script(step, self._scene, self._log, self._processes, answers, until)
        code = act(step, self._scene, self._log)
        if code == 0:
            self._post.append(step.title)
        return code

    def _heard(self, step: StepSpec, answers: FileCommands) -> bool:
        """Take what the step answered through its files; false when a file is malformed."""
        try:
            self._scene.exported |= answers.exported()
            self._scene.paths += answers.paths()
            self._scene.note(step, outputs=answers.outputs())
        except ValueError as error:
            self._log.fault(f"Unable to process file command successfully. {error}")
            return False
        return True

    def _too_long(self, step: StepSpec, minutes: str, own: float) -> Conclusion:
        if own <= self._until:
            self._log.fault(f"The action '{step.title}' has timed out after {minutes} minutes.")
            return "failure"
        # GitHub tells the reason only in an annotation; the log has no more than the last line.
        limit = self._scene.filled(self._spec.timeout_minutes)
        self._log.annotate(
            "error", {}, f"The job has exceeded the maximum execution time of {limit}m0s"
        )
        self._log.fault("The operation was canceled.")
        return "cancelled"

    def _concluded(self, step: StepSpec, outcome: Conclusion) -> Conclusion:
        """A failure that may be is a success, and only the step's `outcome` remembers it."""
        forgiven = outcome == "failure" and self._scene.filled(step.continue_on_error) == "true"
        conclusion: Conclusion = "success" if forgiven else outcome
        if conclusion == "cancelled" or (
            conclusion == "failure" and self._scene.status == "success"
        ):
            self._scene.status = conclusion
        self._scene.note(step, outcome=outcome, conclusion=conclusion)
        self._scene.own = {}
        return conclusion

    def _tear_down(self) -> None:
        for title in reversed(self._post):
            began = stamp()
            self._log.line("Post job cleanup.")
            self._add(f"Post {title}", began, "success")
        began = stamp()
        self._log.line("Cleaning up orphan processes")
        self._add("Complete job", began, "success")

    def _add(self, name: str, began: str, conclusion: Conclusion) -> None:
        now = stamp()
        self._results.append(
            StepResult(name, len(self._results) + 1, conclusion, _seconds(began), _seconds(now))
        )


def _seconds(moment: str) -> str:
    return f"{moment[:19]}Z"
