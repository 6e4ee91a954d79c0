"""Read the steps of a job as scripts to run, with the actions that it uses resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.checks.evaluate_expression import (
    SECRET,
    UNKNOWN,
    evaluate_all,
    fill_expressions,
    holds,
    render_value,
)
from bot.checks.known_actions import find_action
from bot.checks.shell_lines import join_folder
from bot.search.project_checks import read_workflow
from bot.text.code_line import shorten_code_line

MOST_STEPS = 80  # of a job, those of its actions included
MOST_DEPTH = 3  # of actions that use actions
QUOTED_CHARS = 80
SHELLS = re.compile(r"(?:ba)?sh\b")
PYTHON_SHELL = "python"
CHECKING_ACTION = re.compile(
    r"lint|test|check|format|prettier|mypy|pyright|audit|typos|spell|clippy"
)
# Actions that release, report or watch: nothing of them checks the code.
OTHER_ACTION = re.compile(
    r"^(?:actions|github)/|codecov|coverage|report|release|publish|deploy|docker|upload|cache|sonar"
    r"|codeql|scorecard|label|comment|wait|status|junit|result|slack|harden|filter|dependency-review"
)
OTHER_PYTHON = re.compile(r"pypy|graalpy|3\.\d+t$", re.IGNORECASE)
OTHER_PYTHON_NEEDED = "It runs with another Python than CPython."
PLAIN_NAME = re.compile(r"[A-Za-z_]\w*")
# Variables for GitHub's own actions and for colours in its logs, and those that say where packages
# come from: that is the machine's to say.
OTHER_NAME = re.compile(
    r"CACHE|KEY_PREFIX|^DEFAULT_|COLOR|^TERM$|^(?:GITHUB|RUNNER|ACTIONS|PIP|PIPX)_|TOKEN"
    r"|^UV_(?:PYTHON|SYSTEM_PYTHON|INDEX|DEFAULT_INDEX)|^npm_config_",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """A script that a step runs."""

    script: str
    folder: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    shell: str = "sh"


@dataclass(frozen=True, slots=True)
class StepPlace:
    """Where a step stands: its source for people, and what is set for it from outside."""

    source: str
    folder: str = ""
    shell: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, object] = field(default_factory=dict)

    def enter(self, environment: object, folder: object, shell: object) -> StepPlace:
        """Go further in: with more environment, another folder, another shell.

        Variables whose values are not known, or are secrets, are left out.
        """
        table = environment if isinstance(environment, dict) else {}
        known = {name: _fill_plain(value, self.contexts) for name, value in table.items()}
        variables = {
            name: value
            for name, value in known.items()
            if value is not None and PLAIN_NAME.fullmatch(name) and not OTHER_NAME.search(name)
        }
        inner = fill_expressions(str(folder), self.contexts) if folder else None
        return replace(
            self,
            environment={**self.environment, **variables},
            folder=self.folder if inner is None else join_folder("", inner) or "",
            shell=str(shell) if shell else self.shell,
        )


@dataclass(slots=True)
class StepReader:
    """Reads the steps of one job, in order."""

    texts: Mapping[str, str]
    place: StepPlace
    steps: list[ScriptStep] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    obstacle: str = ""
    count: int = 0

    def read(self, step: Mapping[str, object]) -> None:
        """Read a step, and the steps of an action of the same repository."""
        self._read(step, self.place, 0)

    def _read(self, step: Mapping[str, object], place: StepPlace, depth: int) -> None:
        self.count += 1
        contexts = {**place.contexts, "env": {**place.environment, "*": UNKNOWN}}
        place = replace(place, contexts=contexts)
        if self.count > MOST_STEPS or not holds(step.get("if"), contexts):
            return
        if isinstance(action := step.get("uses"), str):
            self._read_action(action, step, place, depth)
        elif (script := step.get("run")) is not None:
            self._read_script(str(script), step, place)

    def _read_script(self, script: str, step: Mapping[str, object], place: StepPlace) -> None:
        secret = _has_secret(step.get("env")) or SECRET.search(script)
        if secret:
            self._leave_out(script, step, "it is given a secret")
            return
        place = place.enter(step.get("env"), step.get("working-directory"), step.get("shell"))
        filled = fill_expressions(script, place.contexts)
        if filled is None:
            self._leave_out(script, step, "it uses what only GitHub knows")
            return
        shell = place.shell.split()[0] if place.shell else "sh"
        if not SHELLS.match(shell) and shell != PYTHON_SHELL:
            self._leave_out(script, step, f"its shell is {shell}")
            return
        self.steps.append(ScriptStep(filled, place.folder, place.environment, shell))

    def _read_action(
        self, action: str, step: Mapping[str, object], place: StepPlace, depth: int
    ) -> None:
        given = step.get("with")
        inputs = evaluate_all(given if isinstance(given, dict) else {}, place.contexts)
        known = {
            name: render_value(value)
            for name, value in (inputs if isinstance(inputs, dict) else {}).items()
            if value is not UNKNOWN
        }
        if action.startswith("./"):
            self._read_own_action(action, known, place, depth)
            return
        if OTHER_PYTHON.match(known.get("python-version", "")):
            self.obstacle = self.obstacle or OTHER_PYTHON_NEEDED
        known_action = find_action(action, known)
        if known_action:
            self.obstacle = self.obstacle or known_action.obstacle
            if known_action.command:
                self.steps.append(ScriptStep(known_action.command, place.folder, place.environment))
            return
        name = action.partition("@")[0]
        if CHECKING_ACTION.search(name.lower()) and not OTHER_ACTION.search(name.lower()):
            self.left_out.append(f"{self.place.source}: the action {name} is not run here.")

    def _read_own_action(
        self, action: str, given: Mapping[str, str], place: StepPlace, depth: int
    ) -> None:
        """Read the steps of a composite action that stands in the repository."""
        folder = action.removeprefix("./").rstrip("/")
        paths = [f"{folder}/action.yml".lstrip("/"), f"{folder}/action.yaml".lstrip("/")]
        text = next((self.texts[path] for path in paths if path in self.texts), "")
        described = read_workflow(text.encode(errors="replace")) or {}
        runs = described.get("runs")
        steps = runs.get("steps") if isinstance(runs, dict) else None
        if not isinstance(steps, list) or depth >= MOST_DEPTH:
            self.left_out.append(f"{self.place.source}: the action {action} could not be read.")
            return
        declared = described.get("inputs")
        defaults = {
            name: entry.get("default")
            for name, entry in (declared if isinstance(declared, dict) else {}).items()
            if isinstance(entry, dict)
        }
        contexts = {**place.contexts, "inputs": {**defaults, **given}}
        for step in steps:
            if isinstance(step, dict):
                self._read(step, replace(place, contexts=contexts), depth + 1)

    def _leave_out(self, script: str, step: Mapping[str, object], reason: str) -> None:
        named = step.get("name") or next(iter(script.strip().splitlines()), "")
        quoted = shorten_code_line(" ".join(str(named).split()), QUOTED_CHARS)
        self.left_out.append(f"{self.place.source}: “{quoted}” is not run: {reason}.")


def _fill_plain(value: object, contexts: Mapping[str, object]) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    text = render_value(value)
    return None if SECRET.search(text) else fill_expressions(text, contexts)


def _has_secret(environment: object) -> bool:
    values = environment.values() if isinstance(environment, dict) else ()
    return any(SECRET.search(str(value)) for value in values)
