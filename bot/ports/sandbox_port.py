"""The sandbox: where a repository's own code runs and can do no harm."""

from __future__ import annotations

from typing import Protocol

from bot.values import Machine, SandboxJob, SandboxResult, SandboxState


class Sandbox(Protocol):
    """Runs a repository's code without a secret, a network or another repository in reach."""

    def describe(self) -> SandboxState:
        """Return the tier that is used here, and what keeps a better one away."""

    def find_machine(self) -> Machine:
        """Return the programs that jobs can be run with here."""

    def run(self, job: SandboxJob) -> SandboxResult:
        """Run the commands; a set-up that is not made yet is made first. Never raises for what the
        repository's code does. Raises Unreachable where the machine fails.
        """

    def discard(self, workspace: str) -> None:
        """Remove what is kept between the jobs of a run. Unknown names are nothing to remove."""


class NoSandbox:
    """No sandbox: no code of a repository runs."""

    def describe(self) -> SandboxState:
        """Return the tier `none`."""
        return SandboxState("none", "No sandbox is set up here.")

    def find_machine(self) -> Machine:
        """Return no program."""
        return Machine()

    def run(self, job: SandboxJob) -> SandboxResult:  # noqa: ARG002 - nothing runs
        """Run nothing, and say so."""
        return SandboxResult(obstacle="There is no sandbox here: no code is run.")

    def discard(self, workspace: str) -> None:
        """Do nothing."""
