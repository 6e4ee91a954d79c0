"""Render the checks that can be run here, by the names that the model gives to run them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.tools.request_sections.section import join_lines, render_section
from bot.values import ProjectCheck, ProjectChecks

CHECKS_CHARS = 4_000
LEFT_OUT_CHARS = 2_000


def render_runnable_checks(project: ProjectChecks) -> Iterator[str]:
    """Render each check with its command; then what cannot be run here, and why."""
    runnable = [check for check in project.checks if not check.obstacle]
    if not runnable:
        yield "No check was found that can be run here. `run` runs a command all the same."
    yield render_section(
        "Checks that can be run here, by `run_check`", map(_describe, runnable), CHECKS_CHARS
    )
    obstacles = [f"{check.name}: {check.obstacle}" for check in project.checks if check.obstacle]
    yield render_section(
        "Checks that cannot be run here", [*obstacles, *project.left_out], LEFT_OUT_CHARS
    )


def _describe(check: ProjectCheck) -> str:
    """Say what the check runs, where, and whether parts of it can be chosen."""
    folder = f" in {check.folder}" if check.folder else ""
    whole = "" if check.only else " (as a whole only)"
    commands = join_lines("; ".join(check.commands))
    return f"{check.name}{folder}{whole}: {commands}"
