"""`greenlit checks`: show which checks a repository has, and whether they can run here."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from bot.cli.checked_folder import CheckedFolder, OpenSandbox, open_checked_folder
from bot.cli.inputs import MISTAKES, print_error
from bot.cli.progress_line import show_progress
from bot.cli.terminal import HangingText
from bot.ports import Refusal
from bot.text.terminal_text import strip_control
from bot.values import ProjectCheck, ProjectChecks, ProjectSetup, SandboxState

FOUND, NOTHING, WRONG_USE = 0, 1, 2
LEAST_NAME_CHARS = 6
INDENT = "    "
FORBIDDEN = "`sandbox: off` in .github/greenlit.yml forbids it."


def list_checks(console: Console, open_sandbox: OpenSandbox, folder: Path, *, as_json: bool) -> int:
    """Show the checks of a folder with the reasons.

    Returns 0 when one of them can run here, 1 when none can, 2 for wrong use.
    """
    try:
        with (
            show_progress("Looking for checks, and for a sandbox") as describe,
            open_checked_folder(folder, open_sandbox) as checked,
        ):
            describe("Trying attacks in the sandbox")
            state = describe_sandbox(checked)
    except (*MISTAKES, Refusal) as wrong:
        print_error(wrong)
        return WRONG_USE
    if as_json:
        described = _describe(checked.project, state)
        sys.stdout.write(f"{json.dumps(described, ensure_ascii=False, indent=2)}\n")
    else:
        for line in _render(checked.project, state):
            console.print(line)
    can_run = any(not check.obstacle for check in checked.project.checks)
    return FOUND if can_run and state.tier != "none" else NOTHING


def describe_sandbox(checked: CheckedFolder) -> SandboxState:
    """Describe the tier that runs the checks; none where the repository forbids that."""
    if not checked.config.sandbox:
        return SandboxState("none", FORBIDDEN)
    return checked.ports.sandbox.describe()


def _describe(project: ProjectChecks, state: SandboxState) -> dict[str, Any]:
    """Describe it as JSON data; each check names its set-ups by their places in the list."""
    checks = []
    for check in project.checks:
        places = [project.setups.index(setup) for setup in check.setups]
        checks.append({**asdict(check), "setups": places})
    return {
        "checks": checks,
        "setups": [asdict(setup) for setup in project.setups],
        "left_out": list(project.left_out),
        "sandbox": {"tier": state.tier, "reason": state.reason, "advice": state.advice},
    }


def _render(project: ProjectChecks, state: SandboxState) -> Iterator[RenderableType]:
    if not project.checks:
        yield Text("No check was found: no workflow and no manifest tells of one.", "magenta")
        yield Text("Name them under `checks:` in .github/greenlit.yml.")
    width = max([len(check.name) for check in project.checks], default=0)
    width = max(width, LEAST_NAME_CHARS)
    for check in project.checks:
        yield from _render_check(check, width)
    for setup in project.setups:
        names = [check.name for check in project.checks if setup in check.setups]
        yield from _render_setup(setup, names)
    if project.left_out:
        yield Text("\nLeft out", "bold")
    for sentence in project.left_out:
        yield HangingText(Text(INDENT), Text(strip_control(sentence), "dim"))
    yield Text()
    yield _render_state(state)


def _render_check(check: ProjectCheck, width: int) -> Iterator[RenderableType]:
    style = "dim" if check.obstacle else "bold"
    command = "; ".join(check.commands).replace("\n", "; ")
    folder = f"  (in {check.folder})" if check.folder else ""
    head = Text(f"{strip_control(check.name):{width}}  ", style)
    yield HangingText(head, Text(strip_control(f"{command}{folder}")))
    below = Text(" " * (width + 2))
    yield HangingText(below, Text(strip_control(check.source), "dim"))
    if check.obstacle:
        obstacle = Text(strip_control(f"Cannot run here. {check.obstacle}"), "magenta")
        yield HangingText(below, obstacle)


def _render_setup(setup: ProjectSetup, names: list[str]) -> Iterator[RenderableType]:
    needed = f", with {', '.join(setup.programs)}" if setup.programs else ""
    place = f", in {setup.folder}" if setup.folder else ""
    yield Text.assemble(
        ("\nSet-up", "bold"),
        strip_control(f" for {', '.join(names)}{place}{needed}"),
    )
    yield HangingText(Text(INDENT), Text(strip_control(setup.source), "dim"))
    for command in setup.commands:
        yield HangingText(Text(INDENT), Text(strip_control(command)))


def _render_state(state: SandboxState) -> Text:
    if state.tier == "none":
        words = f" {state.reason} {state.advice}".rstrip()
        return Text.assemble(("Nothing is run here.", "bold magenta"), strip_control(words))
    tried = f" {state.probes} attacks were tried in it, and all were kept out."
    words = f"{tried if state.probes else ''} {state.reason} {state.advice}".rstrip()
    return Text.assemble(("They run in ", "bold"), (state.tier, "bold green"), (".", "bold"), words)
