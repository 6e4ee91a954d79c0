"""Show the jobs of a sandbox in the trace of their run."""

from __future__ import annotations

from bot.ports import Sandbox, Traces
from bot.values import Machine, SandboxJob, SandboxResult, SandboxState


class TracedSandbox:
    """The port `bot.ports.Sandbox` over another one. What a job's commands are stays out."""

    def __init__(self, sandbox: Sandbox, traces: Traces) -> None:
        self._sandbox = sandbox
        self._traces = traces

    def describe(self) -> SandboxState:
        """Return the tier of the sandbox."""
        return self._sandbox.describe()

    def find_machine(self) -> Machine:
        """Return its programs."""
        return self._sandbox.find_machine()

    def run(self, job: SandboxJob) -> SandboxResult:
        """Run a job, with its waits for the workspace, for a slot and for its set-up."""
        with self._traces.span("sandbox job") as span:
            result = self._sandbox.run(job)
            span.attributes["greenlit.sandbox.command_s"] = round(result.took_s, 3)
            if result.exit_code is not None:
                span.attributes["process.exit.code"] = result.exit_code
            if result.limit_hit:
                span.error = "limit"
            elif result.obstacle:
                span.error = "obstacle"
            return result

    def discard(self, workspace: str) -> None:
        """Remove what is kept between the jobs of a run."""
        self._sandbox.discard(workspace)
