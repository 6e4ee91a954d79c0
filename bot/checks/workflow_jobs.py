"""Read the jobs that a repository's workflows run on pull requests, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.checks.evaluate_expression import UNKNOWN, evaluate_all, fill_expressions, holds
from bot.checks.matrix_rows import ELSEWHERE, choose_row
from bot.checks.workflow_steps import (
    OTHER_PYTHON,
    OTHER_PYTHON_NEEDED,
    ScriptStep,
    StepPlace,
    StepReader,
)
from bot.search.project_checks import WORKFLOW_PATH, read_events, read_workflow
from bot.values import Machine

OTHER_MACHINE = "It is made for a machine of another kind"
ROUTINE = re.compile(r"cron|daily|weekly|nightly|monthly|schedule|benchmark|stale")
RELEASE = re.compile(r"(?<![a-z])(?:release|releases|publish|deploy|deployment|upload)(?![a-z])")
MOST_WORKFLOWS = 40
MOST_JOBS = 60
MOST_CALLS = 3  # of a workflow that calls a workflow
# What is known of a run for a pull request, before there is one.
GITHUB: Mapping[str, object] = {
    "event_name": "pull_request",
    "ref_type": "branch",
    "ref": "refs/pull/1/merge",
    "ref_name": "1/merge",
    "*": UNKNOWN,
}
RUNNER: Mapping[str, object] = {"os": "Linux", "arch": "X64", "*": UNKNOWN}


@dataclass(frozen=True, slots=True)
class JobScripts:
    """What a job runs, in order, as far as it can be known; and what it does that is left out."""

    source: str  # the path of the workflow, and the job
    name: str
    steps: tuple[ScriptStep, ...] = ()
    left_out: tuple[str, ...] = ()
    obstacle: str = ""
    needs: tuple[str, ...] = ()  # the sources of jobs that come before it


@dataclass(frozen=True, slots=True)
class _Call:
    """A workflow that is run, with what it is given."""

    path: str
    inputs: Mapping[str, object] = field(default_factory=dict)
    depth: int = 0
    caller: str = ""


def read_jobs(texts: Mapping[str, str], machine: Machine) -> list[JobScripts]:
    """Read the jobs of all workflows that pull requests start; else of those that pushes do."""
    paths = [path for path in sorted(texts) if WORKFLOW_PATH.fullmatch(path)][:MOST_WORKFLOWS]
    workflows = {path: read_workflow(texts[path].encode(errors="replace")) for path in paths}
    events = {path: read_events(workflow) for path, workflow in workflows.items() if workflow}
    reader = _JobReader(texts, machine)
    for event in ("pull_request", "push"):
        started = [path for path in events if event in events[path] and not _is_routine(path)]
        jobs = [job for path in started for job in reader.read(_Call(path))]
        if any(job.steps for job in jobs):
            return jobs[:MOST_JOBS]
    return []


def _is_routine(path: str) -> bool:
    """Tell whether a workflow is for the clock, though pull requests may start it too."""
    return ROUTINE.search(path.rpartition("/")[2].lower()) is not None


@dataclass(frozen=True, slots=True)
class _JobReader:
    texts: Mapping[str, str]
    machine: Machine

    def read(self, call: _Call) -> Iterator[JobScripts]:
        """Read the jobs of a workflow, and of those that it calls in the same repository."""
        workflow = read_workflow(self.texts.get(call.path, "").encode(errors="replace")) or {}
        jobs = workflow.get("jobs")
        if not isinstance(jobs, dict):
            return
        place = _read_defaults(StepPlace(call.path), workflow)
        contexts = {"github": GITHUB, "runner": RUNNER, "inputs": _read_inputs(workflow, call)}
        for name, job in list(jobs.items())[:MOST_JOBS]:
            if isinstance(job, dict) and holds(job.get("if"), contexts):
                yield from self._read_job(name, job, replace(place, contexts=contexts), call)

    def _read_job(
        self, name: str, job: Mapping[str, object], place: StepPlace, call: _Call
    ) -> Iterator[JobScripts]:
        source = f"{call.caller or call.path}, job {name}"
        if RELEASE.search(f"{call.path.rpartition('/')[2]} {name}".lower()):
            yield JobScripts(source, name, left_out=(f"{source}: releases are not run.",))
            return
        row = choose_row(_read_table(job, "strategy").get("matrix"), place.contexts, self.machine)
        matrix = {"*": UNKNOWN} if row is None else row
        place = replace(place, source=source, contexts={**place.contexts, "matrix": matrix})
        if isinstance(called := job.get("uses"), str):
            yield from self._read_called(called, job, place, call)
            return
        place = _read_defaults(place, job)
        reader = StepReader(self.texts, place)
        obstacle = _find_obstacle(job, place.contexts)
        for step in _list_tables(job.get("steps")):
            reader.read(step)
        needed = job.get("needs")
        needs = needed if isinstance(needed, list) else filter(None, [needed])
        if any(OTHER_PYTHON.match(str(value)) for value in matrix.values()):
            obstacle = obstacle or OTHER_PYTHON_NEEDED
        yield JobScripts(
            source,
            name,
            tuple(reader.steps),
            tuple(reader.left_out),
            obstacle or reader.obstacle,
            tuple(f"{call.caller or call.path}, job {each}" for each in needs),
        )

    def _read_called(
        self, called: str, job: Mapping[str, object], place: StepPlace, call: _Call
    ) -> Iterator[JobScripts]:
        path = called.removeprefix("./").partition("@")[0]
        if path not in self.texts or call.depth >= MOST_CALLS:
            sentence = f"{place.source}: the workflow {called} is not in this repository."
            yield JobScripts(place.source, "", left_out=(sentence,))
            return
        inputs = evaluate_all(_read_table(job, "with"), place.contexts)
        given = inputs if isinstance(inputs, dict) else {}
        yield from self.read(_Call(path, given, call.depth + 1, place.source))


def _read_inputs(workflow: Mapping[str, object], call: _Call) -> Mapping[str, object]:
    """Read what a called workflow is given, with the defaults of the rest."""
    declared = read_events(workflow).get("workflow_call")
    table = declared.get("inputs") if isinstance(declared, dict) else None
    names = table if isinstance(table, dict) else {}
    defaults = {
        name: entry.get("default") for name, entry in names.items() if isinstance(entry, dict)
    }
    return {**defaults, **call.inputs}


def _read_defaults(place: StepPlace, table: Mapping[str, object]) -> StepPlace:
    """Read the environment, folder and shell that a workflow or a job sets for its steps."""
    run = _read_table(_read_table(table, "defaults"), "run")
    return place.enter(table.get("env"), run.get("working-directory"), run.get("shell"))


def _find_obstacle(job: Mapping[str, object], contexts: Mapping[str, object]) -> str:
    """Find what the job has on GitHub that a sandbox has not."""
    services = _read_table(job, "services")
    if services:
        return f"It needs the service {' and '.join(map(str, services))}, in a container."
    if container := job.get("container"):
        image = container.get("image") if isinstance(container, dict) else container
        name = fill_expressions(str(image), contexts) or "a container's image"
        return f"It runs in a container of {name}."
    runner = evaluate_all(job.get("runs-on"), contexts)
    labels = runner.get("labels") if isinstance(runner, dict) else runner
    text = " ".join(map(str, labels)) if isinstance(labels, list) else str(labels)
    if match := ELSEWHERE.search(text):
        return f"{OTHER_MACHINE} ({match[0]})."
    return ""


def _read_table(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _list_tables(value: object) -> Sequence[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
