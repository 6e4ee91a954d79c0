"""Keep what a job's steps see: environment, expression contexts, and what earlier steps left."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.forge.runner.expressions import Contexts, fill_expressions, format_value
from bot.forge.runner.file_commands import FileCommands
from bot.forge.runner.workflow import JobSpec, StepSpec
from bot.forge.runner.workflow_log import WorkflowLog

JobStatus = Literal["success", "failure", "cancelled"]


@dataclass(frozen=True, slots=True)
class UploadedArtifact:
    """A zip file that a step has uploaded, with its id in the API."""

    id: int
    name: str
    content: bytes = field(repr=False)


@dataclass(slots=True)
class JobContext:
    """The job around a step. It changes as the steps answer.

    `job_env` is the job's `env` and what steps wrote to GITHUB_ENV, `step_env` the running step's;
    `step_results` is the `steps` context: by id.
    """

    spec: JobSpec
    git_dir: Path
    sha: str
    workspace: Path
    temp: Path
    machine_env: Mapping[str, str]
    status: JobStatus = "success"
    job_env: dict[str, str] = field(default_factory=dict)
    step_env: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    step_results: dict[str, dict[str, object]] = field(default_factory=dict)
    artifacts: list[UploadedArtifact] = field(default_factory=list)

    @property
    def workflow_env(self) -> dict[str, str]:
        """The variables that the workflow itself set; a log shows these."""
        return {**self.job_env, **self.step_env}

    def environment(self, files: FileCommands) -> dict[str, str]:
        """Build the environment of the running step's process."""
        variables = {**self._runner_env(), **self.workflow_env, **files.environment()}
        path = [*reversed(self.paths), variables.get("PATH", "")]
        return {**variables, "PATH": ":".join(part for part in path if part)}

    def contexts(self) -> Contexts:
        """Build what expressions see now."""
        variables = self._runner_env()
        values: dict[str, object] = {
            "github": _strip_prefix("GITHUB_", variables),
            "runner": _strip_prefix("RUNNER_", variables),
            "env": self.workflow_env,
            "matrix": self.spec.matrix,
            "job": {"status": self.status},
            "steps": self.step_results,
            **{empty: {} for empty in ("secrets", "vars", "inputs", "needs", "strategy")},
        }
        return Contexts(values, self._functions())

    def fill(self, text: str) -> str:
        """Replace the expressions in a text. Raises ValueError for one that is not understood."""
        return fill_expressions(text, self.contexts())

    def fill_values(self, values: Mapping[str, object]) -> dict[str, str]:
        """Replace the expressions in each value. Raises ValueError."""
        return {name: self.fill(format_value(value)) for name, value in values.items()}

    def record(self, step: StepSpec, **results: object) -> None:
        """Remember results of a step that has an id, for the steps that follow."""
        if step.id:
            self.step_results.setdefault(step.id, {}).update(results)

    def _runner_env(self) -> dict[str, str]:
        is_pull = self.spec.event == "pull_request"
        defaults = {
            "GITHUB_REF": "refs/pull/1/merge" if is_pull else f"refs/heads/{self.spec.branch}",
            "GITHUB_REF_NAME": "1/merge" if is_pull else self.spec.branch,
            "GITHUB_REF_TYPE": "branch",
            "GITHUB_BASE_REF": self.spec.branch if is_pull else "",
            "RUNNER_NAME": "greenlit forge",
        }
        fixed = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.spec.event,
            "GITHUB_JOB": self.spec.key,
            "GITHUB_SHA": self.sha,
            "GITHUB_WORKFLOW": self.spec.workflow_name,
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_OS": {"Darwin": "macOS"}.get(platform.system(), platform.system()),
            "RUNNER_ARCH": {"aarch64": "ARM64", "arm64": "ARM64"}.get(platform.machine(), "X64"),
            "RUNNER_TEMP": str(self.temp),
        }
        return {**defaults, **self.machine_env, **fixed}

    def _functions(self) -> dict[str, Callable[..., object]]:
        return {
            "success": lambda: self.status == "success",
            "failure": lambda: self.status == "failure",
            "cancelled": lambda: self.status == "cancelled",
            "always": lambda: True,
            "hashfiles": self._hash_files,
        }

    def _hash_files(self, *patterns: object) -> str:
        paths: set[Path] = set()
        for pattern in patterns:
            paths.update(filter(Path.is_file, self.workspace.glob(format_value(pattern))))
        if not paths:
            return ""
        digests = [hashlib.sha256(path.read_bytes()).digest() for path in sorted(paths)]
        return hashlib.sha256(b"".join(digests)).hexdigest()


@dataclass(frozen=True, slots=True)
class RunningStep:
    """A step with all that it needs to run; the deadline is in monotonic seconds."""

    spec: StepSpec
    context: JobContext
    log: WorkflowLog
    files: FileCommands
    deadline: float


def _strip_prefix(prefix: str, variables: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(prefix).lower(): value
        for name, value in variables.items()
        if name.startswith(prefix)
    }
