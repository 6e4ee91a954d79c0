"""Here lives what a step of a job finds around it: its environment, its contexts, what the steps
before it left.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.forge.runner.expressions import Contexts, fill, text_of
from bot.forge.runner.file_commands import FileCommands
from bot.forge.runner.workflow import JobSpec, StepSpec

Status = Literal["success", "failure", "cancelled"]


@dataclass(slots=True)
class JobContext:
    """The job's side of a step. It changes as the steps answer."""

    spec: JobSpec
    git_dir: Path
    sha: str
    work: Path
    temp: Path
    env: Mapping[str, str]
    status: Status = "success"
    exported: dict[str, str] = field(
        default_factory=dict
    )  # of the job, and what steps wrote to GITHUB_ENV
    own: dict[str, str] = field(default_factory=dict)  # of the running step
    paths: list[str] = field(default_factory=list)
    steps: dict[str, dict[str, object]] = field(
        default_factory=dict
    )  # by id, as the `steps` context shows them

    @property
    def visible(self) -> dict[str, str]:
        """What the workflow itself set: what a log shows of the environment."""
        return {**self.exported, **self.own}

    def environment(self, answers: FileCommands) -> dict[str, str]:
        """All that the running step's process sees."""
        whole = {**self._machine(), **self.visible, **answers.environment()}
        path = [*reversed(self.paths), whole.get("PATH", "")]
        return {**whole, "PATH": ":".join(part for part in path if part)}

    def contexts(self) -> Contexts:
        machine = self._machine()
        values: dict[str, object] = {
            "github": _under("GITHUB_", machine),
            "runner": _under("RUNNER_", machine),
            "env": self.visible,
            "matrix": self.spec.matrix,
            "job": {"status": self.status},
            "steps": self.steps,
            **{empty: {} for empty in ("secrets", "vars", "inputs", "needs", "strategy")},
        }
        return Contexts(values, self._functions())

    def filled(self, text: str) -> str:
        return fill(text, self.contexts())

    def values(self, written: Mapping[str, object]) -> dict[str, str]:
        return {name: self.filled(text_of(value)) for name, value in written.items()}

    def note(self, step: StepSpec, **told: object) -> None:
        """Remember something of a step, for the steps that follow."""
        if step.id:
            self.steps.setdefault(step.id, {}).update(told)

    def _machine(self) -> dict[str, str]:
        pull = self.spec.event == "pull_request"
        known = {
            "GITHUB_REF": "refs/pull/1/merge" if pull else f"refs/heads/{self.spec.branch}",
            "GITHUB_REF_NAME": "1/merge" if pull else self.spec.branch,
            "GITHUB_REF_TYPE": "branch",
            "GITHUB_BASE_REF": self.spec.branch if pull else "",
            "RUNNER_NAME": "greenlit forge",
        }
        certain = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.spec.event,
            "GITHUB_JOB": self.spec.key,
            "GITHUB_SHA": self.sha,
            "GITHUB_WORKFLOW": self.spec.workflow_name,
            "GITHUB_WORKSPACE": str(self.work),
            "RUNNER_OS": {"Darwin": "macOS"}.get(platform.system(), platform.system()),
            "RUNNER_ARCH": {"aarch64": "ARM64", "arm64": "ARM64"}.get(platform.machine(), "X64"),
            "RUNNER_TEMP": str(self.temp),
        }
        return {**known, **self.env, **certain}

    def _functions(self) -> dict[str, Callable[..., object]]:
        return {
            "success": lambda: self.status == "success",
            "failure": lambda: self.status == "failure",
            "cancelled": lambda: self.status == "cancelled",
            "always": lambda: True,
            "hashfiles": self._hash,
        }

    def _hash(self, *patterns: object) -> str:
        found = sorted(
            {
                path
                for pattern in patterns
                for path in self.work.glob(text_of(pattern))
                if path.is_file()
            }
        )
        digests = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in found)
        return hashlib.sha256(digests).hexdigest() if found else ""


def _under(prefix: str, environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(prefix).lower(): text
        for name, text in environment.items()
        if name.startswith(prefix)
    }
