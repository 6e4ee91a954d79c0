"""Here lives what a workflow file says: which jobs it holds for an event, and the steps of each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import yaml

from bot.forge.runner.expressions import Contexts, fill, text_of

Event = Literal["push", "pull_request"]


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step as written; expressions are not yet filled in."""

    name: str = ""
    id: str = ""
    run: str = ""
    uses: str = ""
    given: Mapping[str, object] = field(default_factory=dict)  # `with:`
    env: Mapping[str, object] = field(default_factory=dict)
    shell: str = ""
    directory: str = ""
    condition: str = ""
    continue_on_error: str = ""
    timeout_minutes: str = ""

    @property
    def title(self) -> str:
        """What GitHub calls the step in its list."""
        return self.name or f"Run {self.uses or next(iter(self.run.strip().splitlines()), '')}"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One job of one matrix cell. `key` is its key in the file, which other jobs' `needs` name."""

    workflow_name: str
    name: str
    key: str
    steps: tuple[StepSpec, ...]
    event: Event
    branch: str
    env: Mapping[str, object] = field(default_factory=dict)
    matrix: Mapping[str, object] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    condition: str = ""
    timeout_minutes: str = "360"


def parse_workflow(workflow_text: str, event: Event, branch: str) -> tuple[JobSpec, ...]:
    """The jobs that run when the event happens to the branch; () when `on:` does not match.

    For a pull request the branch is its base. Filters by path are taken as matching.
    Raises ValueError, with the line where the file is no YAML.
    """
    flow = _mapping(_parsed(workflow_text), "the workflow")
    if not _matches(flow.get("on"), event, branch):
        return ()
    found = []
    for key, job in _mapping(flow.get("jobs"), "jobs").items():
        found += _cells(flow, key, _mapping(job, f"jobs.{key}"), event, branch)
    if not found:
        raise ValueError("the workflow has no jobs")
    return tuple(found)


def _cells(
    flow: Mapping[str, object], key: str, job: Mapping[str, object], event: Event, branch: str
) -> list[JobSpec]:
    where = f"jobs.{key}"
    strategy = _mapping(job.get("strategy"), f"{where}.strategy")
    cells = list(_matrix(_mapping(strategy.get("matrix"), f"{where}.strategy.matrix")))
    return [
        JobSpec(
            workflow_name=text_of(flow.get("name")) or "CI",
            name=_name(text_of(job.get("name")) or key, cell),
            key=key,
            steps=_steps(flow, job, where),
            event=event,
            branch=branch,
            env={**_mapping(flow.get("env"), "env"), **_mapping(job.get("env"), f"{where}.env")},
            matrix=cell,
            needs=tuple(_words(job.get("needs"))),
            condition=text_of(job.get("if")),
            timeout_minutes=text_of(job.get("timeout-minutes")) or "360",
        )
        for cell in cells
    ]


def _steps(
    flow: Mapping[str, object], job: Mapping[str, object], where: str
) -> tuple[StepSpec, ...]:
    # What the forge cannot run becomes a step that says so when the job runs.
    if "uses" in job:
        return (StepSpec(uses=text_of(job["uses"])),)
    beside = tuple(
        StepSpec(name="Initialize containers", uses=kind)
        for kind in ("container", "services")
        if kind in job
    )
    steps = job.get("steps")
    if not isinstance(steps, list) or not steps:
        raise ValueError(f"{where}.steps must be a list with at least one step")
    defaults = {**_defaults(flow), **_defaults(job)}
    return beside + tuple(
        _step(step, defaults, f"{where}.steps[{n}]") for n, step in enumerate(steps)
    )


def _step(raw: object, defaults: Mapping[str, object], where: str) -> StepSpec:
    step = _mapping(raw, where)
    if ("run" in step) == ("uses" in step):
        raise ValueError(f"{where} needs either 'run' or 'uses'")
    return StepSpec(
        name=text_of(step.get("name")),
        id=text_of(step.get("id")),
        run=text_of(step.get("run")),
        uses=text_of(step.get("uses")),
        given=_mapping(step.get("with"), f"{where}.with"),
        env=_mapping(step.get("env"), f"{where}.env"),
        shell=text_of(step.get("shell", defaults.get("shell"))),
        directory=text_of(step.get("working-directory", defaults.get("working-directory"))),
        condition=text_of(step.get("if")),
        continue_on_error=text_of(step.get("continue-on-error")),
        timeout_minutes=text_of(step.get("timeout-minutes")),
    )


def _defaults(part: Mapping[str, object]) -> dict[str, object]:
    return _mapping(_mapping(part.get("defaults"), "defaults").get("run"), "defaults.run")


# --- on:
# --------------------------------------------------------------------------------------------------------


def _matches(on: object, event: Event, branch: str) -> bool:
    if not isinstance(on, dict):
        return event in _words(on)
    if event not in on:
        return False
    rule = _mapping(on[event], f"on.{event}")
    types = _words(rule.get("types"))
    if event == "pull_request" and types and not {"opened", "synchronize", "reopened"} & set(types):
        return False
    if "branches" in rule:
        return _chosen(_words(rule["branches"]), branch)
    if "branches-ignore" in rule:
        return not _chosen(_words(rule["branches-ignore"]), branch)
    return (
        event == "pull_request" or not {"tags", "tags-ignore"} & rule.keys()
    )  # only tags named: no branch matches


def _chosen(patterns: list[str], branch: str) -> bool:
    """GitHub reads the patterns in order; one with `!` takes back what an earlier one chose."""
    chosen = False
    for pattern in patterns:
        if _glob(pattern.removeprefix("!")).fullmatch(branch):
            chosen = not pattern.startswith("!")
    return chosen


def _glob(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\*\*/?|\[[^\]]*\]|\\.|.", pattern, re.DOTALL)
    written = "".join(
        _GLOB.get(part) or (part if len(part) > 2 else re.escape(part[-1])) for part in parts
    )
    try:
        return re.compile(written, re.DOTALL)
    except re.error as error:
        raise ValueError(f"bad branch pattern '{pattern}': {error}") from error


_GLOB: Mapping[str, str] = {"*": "[^/]*", "**": ".*", "**/": "(?:.*/)?", "?": "?", "+": "+"}


# --- strategy.matrix
# --------------------------------------------------------------------------------------------


def _matrix(matrix: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The cells: the product without what `exclude` names, then what `include` adds to them or
    beside them.
    """
    axes = {
        axis: _list(values, axis)
        for axis, values in matrix.items()
        if axis not in {"include", "exclude"}
    }
    products = (
        [dict(zip(axes, cell, strict=True)) for cell in itertools.product(*axes.values())]
        if axes
        else []
    )
    bans = [_mapping(ban, "matrix.exclude") for ban in _list(matrix.get("exclude", []), "exclude")]
    cells = [cell for cell in products if not any(ban.items() <= cell.items() for ban in bans)]
    wide, alone = [dict(cell) for cell in cells], []
    for extra in _list(matrix.get("include", []), "include"):
        more = _mapping(extra, "matrix.include")
        fitting = [n for n, cell in enumerate(cells) if {**more, **cell}.items() >= more.items()]
        for n in fitting:
            wide[n].update(more)
        if not fitting:
            alone.append(more)
    yield from [*wide, *alone] or [{}]


def _name(written: str, cell: Mapping[str, object]) -> str:
    if "${{" in written:
        return fill(
            written, Contexts({"matrix": cell, "github": {}, "inputs": {}, "needs": {}, "vars": {}})
        )
    return (
        f"{written} ({', '.join(text_of(value) for value in cell.values())})" if cell else written
    )


# --- YAML
# -------------------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Plain scalars as YAML 1.2 has them and Actions reads them: `on` and `yes` are words, 12:30
    and 1_000 too.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - the shape that PyYAML's class wants
        start: [
            (f"tag:yaml.org,2002:{kind}", re.compile(rf"^(?:{rule})$"))
            for kind, rule, starts in (
                ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
                ("null", "null|Null|NULL|~|", "nN~"),
                ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
                ("float", r"[-+]?(?:[0-9]*\.[0-9]+|[0-9]+\.)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
            )
            if start in starts or (not start and kind == "null")
        ]
        for start in ["", *"tTfFnN~-+.0123456789"]
    }


def _parsed(text: str) -> object:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ValueError(
            f"line {mark.line + 1 if mark else 1}: {error.problem or error.context}"
        ) from error
    except yaml.reader.ReaderError as error:
        raise ValueError(
            f"line {text.count(chr(10), 0, error.position) + 1}: {error.reason}"
        ) from error
    except RecursionError:
        raise ValueError("line 1: nested too deeply") from None


def _mapping(value: object, what: str) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be a mapping")  # noqa: TRY004 - what the file says is a value
    return {text_of(key): inner for key, inner in value.items()}


def _list(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"strategy.matrix.{what} must be a list")  # noqa: TRY004 - as above
    return value


def _words(value: object) -> list[str]:
    return [
        text_of(word)
        for word in (value if isinstance(value, list) else [value] if value is not None else [])
    ]
