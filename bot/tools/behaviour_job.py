"""Run the recorder in the sandbox: what the code does on inputs, as it is or with a change."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bot.checks.behaviour_recording import Recording, read_recording
from bot.checks.line_script import list_tracer_files
from bot.ports import Ports, Unreachable
from bot.tools import behaviour_recorder
from bot.tools.job_log import mask_log
from bot.tools.sandbox_job import choose_setups
from bot.values import Patch, ProjectChecks, SandboxJob, SandboxLimits, Tree
from bot.values.behaviour import BehaviourInput

INPUT_S = 20.0  # that one input may take
TEXT_CHARS = 20_000  # of an output, or of a file, that are kept
LIMITS = SandboxLimits(wall_s=540.0, output_bytes=4 * 1024**2)
RECORDER = f"{behaviour_recorder.HOME}/recorder.py"
PLAN = f"{behaviour_recorder.HOME}/plan.json"
NOT_READ = "What came of them could not be read."
# The order finds what changes with time: what lies between two equal times is that time too.
BEFORE = (("base", 0), ("trace", 1))
BOTH = (("base", 0), ("after", 0), ("after", 1), ("base", 1))


def name_behaviour_workspace(key: str) -> str:
    """Name the workspace in which nothing but the recorder runs."""
    return f"{key}/behaviour"


@dataclass(frozen=True, slots=True)
class RecorderJob:
    """What is run: inputs on a tree, and with the texts of `overlay` where there are any."""

    tree: Tree
    project: ProjectChecks
    workspace: str
    inputs: Sequence[BehaviourInput]
    overlay: Mapping[str, str | None] | None = None

    def render_plan(self) -> str:
        """Render the plan that the recorder reads."""
        plan = {
            "inputs": [asdict(given) for given in self.inputs],
            "runs": BEFORE if self.overlay is None else BOTH,
            "overlay": self.overlay or {},
            "tracer": list_tracer_files(),
            "wall_s": INPUT_S,
            "chars": TEXT_CHARS,
        }
        return json.dumps(plan)

    def make_sandbox_job(self) -> SandboxJob:
        """Make the job of the sandbox, with the recorder among the files."""
        program = inspect.getsource(behaviour_recorder)
        return SandboxJob(
            self.tree,
            Patch({RECORDER: program, PLAN: self.render_plan()}),
            (f"python3 {RECORDER} {PLAN}",),
            self.workspace,
            setups=choose_setups(self.project),
            limits=LIMITS,
        )


def record_runs(ports: Ports, job: RecorderJob) -> Recording | str:
    """Run the inputs; or say why that cannot be."""
    try:
        result = ports.sandbox.run(job.make_sandbox_job())
    except Unreachable:
        return "The sandbox does not work now."
    if why := result.obstacle or result.limit_hit:
        return why
    log = mask_log(ports, result.log)
    return read_recording(log, behaviour_recorder.MARK, len(job.inputs)) or NOT_READ
