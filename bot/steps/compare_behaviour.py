"""Compare what the code does before and after a change, on the recorded inputs."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from bot.checks.behaviour_recording import BehaviourComparer
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.check_locally import LocalWork
from bot.text import count_noun
from bot.text.terminal_text import strip_control
from bot.tools.behaviour_job import RecorderJob, record_runs
from bot.values.behaviour import BehaviourComparison, RecordedBehaviour

FIRST_LINES = 4
LINE_CHARS = 100


def _summarize_comparison(comparison: BehaviourComparison) -> Summary:
    """Say in a line whether the code does the same, or for how many inputs it does not."""
    title = "the behaviour"
    if comparison.why:
        return title, Text(strip_control(f"not known: {comparison.why}"), "magenta")
    inputs = count_noun(comparison.inputs, "recorded input")
    if comparison.differences:
        line = (
            f"not as before for {comparison.differing} of {inputs}\n{_describe_first(comparison)}"
        )
        return title, Text(strip_control(line), "red")
    return title, Text(f"as before for {inputs}")


def _describe_first(comparison: BehaviourComparison) -> str:
    """Say what differs first, in a few lines."""
    first = comparison.differences[0]
    lines = [line[:LINE_CHARS] for line in first.text.splitlines()[:FIRST_LINES]]
    return "\n".join([f"{first.command}, {first.aspect}:", *lines])


@step("compare_behaviour", _summarize_comparison)
def compare_behaviour(
    ports: Ports, work: LocalWork, behaviour: RecordedBehaviour
) -> BehaviourComparison:
    """Run the recorded inputs on the base and with the change, side by side in the sandbox."""
    job = RecorderJob(work.tree, work.project, work.workspace, behaviour.inputs, work.patch.files)
    recording = record_runs(ports, job)
    if isinstance(recording, str):
        return BehaviourComparison(work.patch_id, why=recording)
    comparer = BehaviourComparer(recording)
    comparer.compare()
    differences = tuple(
        replace(known, command=behaviour.inputs[known.number - 1].command)
        for known in comparer.differences
    )
    return BehaviourComparison(
        work.patch_id,
        len(behaviour.inputs),
        differences,
        tuple(sorted(comparer.varying)),
        uncompared=tuple(sorted(comparer.uncompared)),
    )
