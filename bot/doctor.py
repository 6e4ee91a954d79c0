"""Here lives `greenlit doctor`: what is missing for a run against GitHub, and how to get it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import yaml
from rich.console import Console
from rich.markup import escape

from bot.adapters.github_app import Installed, Registration
from bot.assembly import claude, github
from bot.settings import Settings, SettingsError, load
from bot.world import Refusal, Unreachable

GIT_AT_LEAST = (2, 31)  # GIT_CONFIG_COUNT, by which a token stays out of argv and files


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fix` is empty when it is well."""

    what: str
    found: str
    fix: str = ""


def examine(console: Console) -> int:
    """Look at everything, say all of it; 0 when a run can work, 1 when not."""
    sound = True
    for finding in _findings():
        sign = "[red]✗[/]" if finding.fix else "[green]✓[/]"
        console.print(f"{sign} [bold]{finding.what}[/]  {escape(finding.found)}", highlight=False)
        if finding.fix:
            sound = False
            console.print(f"    [yellow]{escape(finding.fix)}[/]", highlight=False)
    console.print("\nAll is well: [bold]greenlit serve[/]" if sound else "\nMend what is marked, then ask me again.")
    return 0 if sound else 1


def _findings() -> Iterator[Finding]:
    yield _python()
    yield _git()
    try:
        settings = load(Settings)
    except SettingsError as wrong:
        for line in str(wrong).splitlines():
            yield Finding("Setting", line, "Set it in the environment or in .env; the README lists all of them.")
        return
    yield Finding("Settings", "all there")
    yield from _app(settings)
    yield from _models(settings)


def _python() -> Finding:
    return Finding("Python", ".".join(map(str, sys.version_info[:3])))


def _git() -> Finding:
    try:
        said = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return Finding("git", "not found", "Install git 2.31 or newer.")
    version = tuple(int(part) for part in said.split()[2].split(".")[:2])
    fix = "" if version >= GIT_AT_LEAST else "Install git 2.31 or newer: older ones would put the token where others see it."
    return Finding("git", said.strip(), fix)


def _app(settings: Settings) -> Iterator[Finding]:
    """What GitHub says of the App, beside deploy/app.yml."""
    try:
        app = github(settings).doctor()
    except (Refusal, Unreachable) as wrong:
        yield Finding("GitHub App", str(wrong), f"Look at GREENLIT_APP_ID, GREENLIT_PRIVATE_KEY and {settings.github_api_url}.")
        return
    wanted = yaml.safe_load(files("deploy").joinpath("app.yml").read_text(encoding="utf-8"))
    yield Finding("GitHub App", app.slug)
    yield _permissions("Permissions", wanted["default_permissions"], app.permissions)
    yield _events(wanted["default_events"], app.events)
    yield _hook(app)
    if not app.installations:
        yield Finding("Installations", "none", "Install the App on a repository: its page on GitHub, Install App.")
    for installed in app.installations:
        yield _installed(installed, wanted["default_permissions"])
    if app.failed:
        newest = app.failed[0]
        what = f"{len(app.failed)} of the newest hundred failed; last {newest.event} at {newest.at}: {newest.status}"
        yield Finding("Deliveries", what, "Is the webhook URL reached, and GREENLIT_WEBHOOK_SECRET the App's own?")


def _permissions(what: str, wanted: dict[str, str], granted: dict[str, str]) -> Finding:
    ranks = ["none", "read", "write", "admin"]
    lacking = [
        f"{name}: {level}"
        for name, level in wanted.items()
        if ranks.index(granted.get(name, "none")) < ranks.index(level)
    ]
    fix = f"Give the App {', '.join(lacking)} (its settings, Permissions), then accept it where it is installed."
    return Finding(what, f"lacks {', '.join(lacking)}", fix) if lacking else Finding(what, "all there")


def _events(wanted: list[str], heard: tuple[str, ...]) -> Finding:
    lacking = sorted(set(wanted) - set(heard))
    fix = f"Subscribe the App to {', '.join(lacking)} (its settings, Subscribe to events)."
    return Finding("Events", f"lacks {', '.join(lacking)}", fix) if lacking else Finding("Events", "all there")


def _hook(app: Registration) -> Finding:
    if app.hook_url.endswith("/github"):
        return Finding("Webhook", app.hook_url)
    return Finding("Webhook", app.hook_url or "no URL", "Set the App's webhook URL to where this machine is reached, with the path /github.")


def _installed(installed: Installed, wanted: dict[str, str]) -> Finding:
    what = f"Installed at {installed.account}"
    if installed.suspended:
        return Finding(what, "suspended", "Its owner can unsuspend it: settings, Applications.")
    return _permissions(what, wanted, installed.permissions)


def _models(settings: Settings) -> Iterator[Finding]:
    try:
        known = claude(settings).models()
    except (Refusal, Unreachable) as wrong:
        yield Finding("Claude", str(wrong), "Look at GREENLIT_ANTHROPIC_API_KEY.")
        return
    for model, state in known.items():
        fix = "" if state in ("active", "deprecated") else "Set GREENLIT_MODEL to a model that your key may use."
        yield Finding("Model", f"{model}: {state}", fix)
