"""Read the jobs of a workflow: what they run, where, and in which versions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.search.project_checks.workflow_events import Workflow
from bot.text.code_line import shorten_code_line

MAX_JOBS = 20  # of a workflow
MAX_COMMANDS = 4  # of a job
MAX_VALUES = 8  # of a matrix' key
COMMAND_CHARS = 160
NAME_CHARS = 60

# What checks something, by the words of its command or action.
CHECK = re.compile(
    r"\b(tests?|pytest|unittest|tox|nox|lint(er|s)?|check|mypy|pyright|ruff|flake8|pylint|black"
    r"|isort|pre-?commit|prek|vet|clippy|fmt|eslint|prettier|biome|stylelint|tsc|typecheck|typing"
    r"|types|vitest|jest|mocha|playwright|cypress|karma|ava|build|compile|staticcheck|golangci"
    r"|rspec|rubocop|phpunit|phpstan|psalm|ctest|gradlew?|mvnw?|sbt|dotnet|coverage|codespell"
    r"|spell|docs?|sphinx|mkdocs|zizmor|actionlint|sanity|validate|verify|bench)\b",
    re.IGNORECASE,
)
# What only prepares the machine or reports.
PREPARATION = re.compile(
    r"^(sudo |python3? -m )*(pip3?|pipx|apt(-get)?|brew|choco|gem|corepack|curl|wget|tar|unzip|git"
    r"|echo|printf|export|cd|mkdir|cp|mv|rm|chmod|cat|ls|set|source|test|exit|docker pull|codecov"
    r"|conda|mamba)\b"
    r"|\b(npm|pnpm|yarn|bun|uv|poetry|pdm|bundle|composer|cargo|go|rustup|playwright) "
    r"(install|ci|sync|add|i|get|mod download|component|toolchain)\b|^[\w$:{}]+ ?=[^=]"
)
# What set-up actions call the version of a language.
VERSION = re.compile(r"(python|node|go|java|ruby|php|dotnet|deno|bun|rust|elixir)-version")
# Lines of the shell's own grammar.
SHELL = re.compile(r"^(if|then|else|elif|fi|for|while|do|done|case|esac|\{|\}|\(|\)|;;|#)(\s|$)")


@dataclass(frozen=True, slots=True)
class CiJob:
    """A job: the runner, the matrix' values by key, and the commands and actions that check."""

    name: str
    runner: str
    matrix: Mapping[str, tuple[str, ...]]
    commands: tuple[str, ...]
    more_commands: int = 0
    calls: str = ""  # the path of a workflow of the same repository

    def render(self) -> str:
        """Render it in a line."""
        places = [self.runner] if self.runner and "${{" not in self.runner else []
        places += [f"{key} {', '.join(values)}" for key, values in self.matrix.items()]
        where = f" ({'; '.join(places)})" if places else ""
        more = f"; and {self.more_commands} more" if self.more_commands else ""
        return f"{self.name}{where}: {'; '.join(self.commands)}{more}"


def list_jobs(workflow: Workflow) -> list[CiJob]:
    """List the jobs of a workflow that run anything, as far as they can be read."""
    described = workflow.get("jobs")
    if not isinstance(described, dict):
        return []
    pairs = described.items()
    jobs = (_read_job(name, job) for name, job in pairs if isinstance(job, dict))
    return [job for job in jobs if job.commands][:MAX_JOBS]


def _read_job(name: str, job: Mapping[str, object]) -> CiJob:
    commands = list(dict.fromkeys(_list_commands(job)))
    checking = [command for command in commands if _checks(command)] or commands
    return CiJob(
        _one_line(name, NAME_CHARS),
        _read_runner(job.get("runs-on")),
        {**_read_matrix(job.get("strategy")), **_read_versions(_list_steps(job))},
        tuple(checking[:MAX_COMMANDS]),
        max(0, len(checking) - MAX_COMMANDS),
        str(job.get("uses") or "").removeprefix("./"),
    )


def _read_runner(runs_on: object) -> str:
    if isinstance(runs_on, dict):
        runs_on = runs_on.get("labels") or runs_on.get("group")
    labels = runs_on if isinstance(runs_on, list) else [runs_on]
    return _one_line(", ".join(str(label) for label in labels if label), NAME_CHARS)


def _read_versions(steps: Sequence[Mapping[str, object]]) -> dict[str, tuple[str, ...]]:
    """Read the versions of languages that set-up actions are given as they are."""
    versions: dict[str, tuple[str, ...]] = {}
    for step in steps:
        inputs = step.get("with")
        if not isinstance(inputs, dict):
            continue
        for key, value in inputs.items():
            text = " ".join(str(value).split())
            if VERSION.fullmatch(key) and text and "${{" not in text:
                versions[key.removesuffix("-version")] = (_one_line(text, NAME_CHARS),)
    return versions


def _read_matrix(strategy: object) -> dict[str, tuple[str, ...]]:
    """Read the values of each key; those that `include` adds count too."""
    matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
    if isinstance(matrix, str):
        return {"matrix": (_one_line(matrix, NAME_CHARS),)}
    if not isinstance(matrix, dict):
        return {}
    values: dict[str, list[str]] = {}
    for key, value in _list_matrix_pairs(matrix):
        known = values.setdefault(_one_line(key, NAME_CHARS), [])
        text = _one_line(str(value), NAME_CHARS)
        if text not in known:
            known.append(text)
    return {key: _cap_values(known) for key, known in values.items() if key != "name"}


def _list_matrix_pairs(matrix: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, listed in matrix.items():
        values = listed if isinstance(listed, list) else [listed]
        if key == "include":
            rows = [row for row in values if isinstance(row, dict)]
            yield from (pair for row in rows for pair in row.items())
        elif key != "exclude":
            yield from ((key, value) for value in values)


def _cap_values(values: list[str]) -> tuple[str, ...]:
    if len(values) <= MAX_VALUES:
        return tuple(values)
    return (*values[:MAX_VALUES], f"and {len(values) - MAX_VALUES} more")


def _list_commands(job: Mapping[str, object]) -> Iterator[str]:
    """List the commands of the steps, one line each, and the actions that check."""
    if isinstance(called := job.get("uses"), str):
        yield f"calls {_one_line(called, COMMAND_CHARS)}"
    for step in _list_steps(job):
        action, script = step.get("uses"), step.get("run")
        if isinstance(action, str) and CHECK.search(action.partition("@")[0]):
            yield f"uses {_one_line(action.partition('@')[0], COMMAND_CHARS)}"
        if isinstance(script, str):
            yield from _split_script(script)


def _list_steps(job: Mapping[str, object]) -> list[Mapping[str, object]]:
    steps = job.get("steps")
    if not isinstance(steps, list):
        return []
    return [step for step in steps if isinstance(step, dict)]


def _split_script(script: str) -> Iterator[str]:
    for line in script.replace("\\\n", " ").split("\n"):
        command = " ".join(line.split()).rstrip(";")
        if command and not SHELL.match(command) and not PREPARATION.search(command):
            yield shorten_code_line(command, COMMAND_CHARS)


def _checks(command: str) -> bool:
    return command.startswith(("calls ", "uses ")) or bool(CHECK.search(command))


def _one_line(text: str, limit: int) -> str:
    return shorten_code_line(" ".join(text.split()), limit)
