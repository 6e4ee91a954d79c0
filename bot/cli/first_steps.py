"""Say how to set the bot up, to whoever serves without having done it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import yaml
from rich.console import Console

from bot.settings import SettingProblem, Settings, SettingsError, list_unknown_settings, make_name

LEVELS = {"read": "read-only", "write": "read and write"}
STEPS = """\
Greenlit is not set up yet. Three steps:

1. Make a GitHub App: https://github.com/settings/apps/new
   For an organization: https://github.com/organizations/ORG/settings/apps/new
   Webhook URL: where the world reaches this machine, with the path /github
   Webhook secret: a long random text
   Repository permissions:
{permissions}
   Events:
{events}
   Then generate its private key, and install it on your repositories.

2. Set four things, in the environment or in this file:
   {env_file}

{settings}

3. Ask what is still missing: greenlit doctor
"""
WRAPPED = "     "
LINE_CHARS = 70


def print_first_steps(console: Console, wrong: SettingsError, env_file: Path) -> None:
    """Print the three steps when nothing is set, else what is missing or wrong."""
    if wrong.are_all_missing:
        console.print(_render_steps(env_file), soft_wrap=True)
    else:
        _print_problems(console, wrong.problems)
    _print_problems(console, list_unknown_settings(_env_file=env_file))
    if not wrong.are_all_missing:
        console.print("What else is missing? Ask: greenlit doctor")


def _print_problems(console: Console, problems: Iterable[SettingProblem]) -> None:
    for problem in problems:
        example = f"  For example: {problem.example}\n" if problem.example else ""
        console.print(f"{problem.reason}\n{example}")


def _render_steps(env_file: Path) -> str:
    app = yaml.safe_load(files("deploy").joinpath("app.yml").read_text(encoding="utf-8"))
    permissions = [
        f"{_render_name(name)}: {LEVELS[level]}"
        for name, level in app["default_permissions"].items()
    ]
    required = [
        f"   {make_name(name)}={field.examples[0]}"
        for name, field in Settings.model_fields.items()
        if field.is_required() and field.examples
    ]
    return STEPS.format(
        permissions=_fill(permissions),
        events=_fill([_render_name(event) for event in app["default_events"]]),
        env_file=env_file.absolute(),
        settings="\n".join(required),
    )


def _render_name(name: str) -> str:
    """Render a name of GitHub's API as its pages have it."""
    return "Commit statuses" if name == "statuses" else name.replace("_", " ").capitalize()


def _fill(items: list[str]) -> str:
    """Set items in lines, none of which is cut in an item."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > LINE_CHARS:
            lines.append("")
        lines[-1] += f"{item}, "
    return "\n".join(f"{WRAPPED}{line.strip()}" for line in lines).rstrip(",")
