"""Read a workflow file: the jobs that an event starts, and the steps of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.forge.runner.expressions import format_value
from bot.forge.runner.workflow_matrix import Cell, expand_matrix, name_cell
from bot.forge.runner.workflow_triggers import WorkflowEvent, is_triggered
from bot.forge.runner.workflow_yaml import as_mapping, as_words, load_yaml


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step as written; expressions are not yet filled in. `inputs` is `with:`."""

    name: str = ""
    id: str = ""
    run: str = ""
    uses: str = ""
    inputs: Mapping[str, object] = field(default_factory=dict)
    env: Mapping[str, object] = field(default_factory=dict)
    shell: str = ""
    directory: str = ""
    condition: str = ""
    continue_on_error: str = ""
    timeout_minutes: str = ""

    @property
    def title(self) -> str:
        """The name by which GitHub lists the step."""
        if self.name:
            return self.name
        first_line = next(iter(self.run.strip().splitlines()), "")
        return f"Run {self.uses or first_line}"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A job of one matrix cell. `key` is its key in the file, which other jobs' `needs` name."""

    workflow_name: str
    name: str
    key: str
    steps: tuple[StepSpec, ...]
    event: WorkflowEvent
    branch: str
    env: Mapping[str, object] = field(default_factory=dict)
    matrix: Mapping[str, object] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    condition: str = ""
    timeout_minutes: str = "360"


def parse_workflow(text: str, event: WorkflowEvent, branch: str) -> tuple[JobSpec, ...]:
    """Return the jobs that run when the event happens to the branch; () when `on:` does not match.

    For a pull request the branch is its base. Filters by path are taken as matching.
    Raises ValueError, with the line where the file is no YAML.
    """
    workflow = as_mapping(load_yaml(text), "the workflow")
    if not is_triggered(workflow.get("on"), event, branch):
        return ()
    jobs: list[JobSpec] = []
    for key, job in as_mapping(workflow.get("jobs"), "jobs").items():
        parser = _JobParser(workflow, as_mapping(job, f"jobs.{key}"), key)
        jobs += [parser.parse(cell, event, branch) for cell in parser.cells()]
    if not jobs:
        raise ValueError("the workflow has no jobs")
    return tuple(jobs)


@dataclass(frozen=True, slots=True)
class _JobParser:
    """Reads one job of a workflow."""

    workflow: Mapping[str, object]
    job: Mapping[str, object]
    key: str

    @property
    def place(self) -> str:
        """The job's place in the file, for errors."""
        return f"jobs.{self.key}"

    def cells(self) -> list[Cell]:
        """Return the cells of the job's matrix."""
        place = f"{self.place}.strategy"
        strategy = as_mapping(self.job.get("strategy"), place)
        return expand_matrix(as_mapping(strategy.get("matrix"), f"{place}.matrix"))

    def parse(self, cell: Cell, event: WorkflowEvent, branch: str) -> JobSpec:
        """Read the job in one of its cells."""
        own_env = as_mapping(self.job.get("env"), f"{self.place}.env")
        return JobSpec(
            workflow_name=format_value(self.workflow.get("name")) or "CI",
            name=name_cell(format_value(self.job.get("name")) or self.key, cell),
            key=self.key,
            steps=self._steps(),
            event=event,
            branch=branch,
            env={**as_mapping(self.workflow.get("env"), "env"), **own_env},
            matrix=cell,
            needs=tuple(as_words(self.job.get("needs"))),
            condition=format_value(self.job.get("if")),
            timeout_minutes=format_value(self.job.get("timeout-minutes")) or "360",
        )

    def _steps(self) -> tuple[StepSpec, ...]:
        # What the forge cannot run becomes a step that says so when the job runs.
        if "uses" in self.job:
            return (StepSpec(uses=format_value(self.job["uses"])),)
        parsed = [
            StepSpec(name="Initialize containers", uses=kind)
            for kind in ("container", "services")
            if kind in self.job
        ]
        steps = self.job.get("steps")
        if not isinstance(steps, list) or not steps:
            raise ValueError(f"{self.place}.steps must be a list with at least one step")
        defaults = {**_run_defaults(self.workflow), **_run_defaults(self.job)}
        for index, step in enumerate(steps):
            place = f"{self.place}.steps[{index}]"
            parsed.append(_parse_step(as_mapping(step, place), defaults, place))
        return tuple(parsed)


def _parse_step(step: Mapping[str, object], defaults: Mapping[str, object], place: str) -> StepSpec:
    if ("run" in step) == ("uses" in step):
        raise ValueError(f"{place} needs either 'run' or 'uses'")
    directory = step.get("working-directory", defaults.get("working-directory"))
    return StepSpec(
        name=format_value(step.get("name")),
        id=format_value(step.get("id")),
        run=format_value(step.get("run")),
        uses=format_value(step.get("uses")),
        inputs=as_mapping(step.get("with"), f"{place}.with"),
        env=as_mapping(step.get("env"), f"{place}.env"),
        shell=format_value(step.get("shell", defaults.get("shell"))),
        directory=format_value(directory),
        condition=format_value(step.get("if")),
        continue_on_error=format_value(step.get("continue-on-error")),
        timeout_minutes=format_value(step.get("timeout-minutes")),
    )


def _run_defaults(part: Mapping[str, object]) -> dict[str, object]:
    return as_mapping(as_mapping(part.get("defaults"), "defaults").get("run"), "defaults.run")
