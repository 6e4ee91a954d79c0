"""Check the workflow of a project, and order its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import get_args

from bot.project.build_commands import explain_bad_command
from bot.project.findings import list_names
from bot.project.import_graph import Dependencies, find_needed
from bot.text import as_code_span
from bot.values import Finding
from bot.values.project import BuildStep, BuildStepName, BuildWorkflow

STEP_NAMES: tuple[BuildStepName, ...] = get_args(BuildStepName)
# The first of two comes before the second, where the workflow has both.
FIXED_ORDER = (("install", "execute"), ("generate", "execute"), ("generate", "check"))
REQUIRED = ("generate", "execute", "check")


def check_workflow(workflow: BuildWorkflow) -> tuple[Finding, ...]:
    """Find steps that could not run, or that would reach outside the project.

    The gate of every finding is "workflow"; its rule is the name of the step.
    """
    return (*_check_names(workflow), *_check_needs(workflow), *_check_each(workflow))


def order_steps(workflow: BuildWorkflow) -> tuple[BuildStep, ...]:
    """Order the steps so that each comes after those that it needs, else as they are known.

    The workflow must be sound: raises graphlib.CycleError where steps need each other.
    """
    steps = {step.name: step for step in workflow.steps}
    sorter = TopologicalSorter({step.name: step.needs for step in workflow.steps})
    sorter.prepare()
    ordered: list[BuildStep] = []
    waiting: list[BuildStepName] = []
    while sorter.is_active():
        waiting = sorted((*waiting, *sorter.get_ready()), key=STEP_NAMES.index)
        name = waiting.pop(0)
        sorter.done(name)
        if name in steps:
            ordered.append(steps[name])
    return tuple(ordered)


def _make_finding(step: str, text: str) -> Finding:
    return Finding("workflow", "", 0, text, rule=step)


def _check_names(workflow: BuildWorkflow) -> Iterator[Finding]:
    counts = Counter(str(step.name) for step in workflow.steps)
    for name, count in counts.items():
        shown = as_code_span(name)
        if name not in STEP_NAMES:
            text = f"There is no step {shown}. The steps are {list_names(STEP_NAMES)}."
            yield _make_finding(name, text)
        elif count > 1:
            yield _make_finding(name, f"The step {shown} stands {count} times. Join them to one.")
    for name in REQUIRED:
        if name not in counts:
            text = f"The workflow has no step {as_code_span(name)}, so nothing is proved. Add it."
            yield _make_finding(name, text)


def _check_needs(workflow: BuildWorkflow) -> Iterator[Finding]:
    needs: dict[str, tuple[str, ...]] = {step.name: step.needs for step in workflow.steps}
    for step in workflow.steps:
        shown = as_code_span(step.name)
        for needed in dict.fromkeys(step.needs):
            if needed not in needs:
                text = (
                    f"The step {shown} needs {as_code_span(needed)}, which is no step of the "
                    "workflow. Add that step, or drop the need."
                )
                yield _make_finding(step.name, text)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        chain = " needs ".join(map(as_code_span, reversed(error.args[1])))
        text = f"Steps wait for each other in a circle: {chain}. Drop one of these needs."
        yield _make_finding(error.args[1][-1], text)
        return
    yield from _check_order(needs)


def _check_order(needs: Dependencies) -> Iterator[Finding]:
    """Find a step that may run before what it cannot do without."""
    for earlier, later in FIXED_ORDER:
        if earlier in needs and later in needs and earlier not in find_needed(needs, needs[later]):
            text = (
                f"The step {as_code_span(later)} may run before {as_code_span(earlier)}. Name "
                f"{as_code_span(earlier)} among what it needs."
            )
            yield _make_finding(later, text)


def _check_each(workflow: BuildWorkflow) -> Iterator[Finding]:
    for step in workflow.steps:
        shown = as_code_span(step.name)
        if not step.proof.strip():
            text = f"The step {shown} does not say what proves it. Say it in a sentence."
            yield _make_finding(step.name, text)
        if step.name == "generate":
            if step.command.strip():
                text = "The files of the step `generate` are written here. Leave its command empty."
                yield _make_finding(step.name, text)
        elif problem := explain_bad_command(step.name, step.command):
            yield _make_finding(step.name, f"The command of {shown} {problem}")
