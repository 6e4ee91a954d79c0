"""`greenlit doctor`: tell what is missing for a run against GitHub, and how to get it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import urlopen

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.adapters.dbos.sqlite import HomeInUse, lock_home
from bot.adapters.embeddings import open_embedder
from bot.adapters.git.git_process import GitUnfitError, require_git
from bot.adapters.github.app_api import AppInstallation, AppRegistration, HookDelivery
from bot.assembly import build_github, build_model
from bot.ports import Refusal, Unreachable
from bot.search.grammars import LANGUAGE_BY_SUFFIX, GrammarLoadError, load_grammar
from bot.settings import ModelSettings, Settings, SettingsError, load_settings
from bot.text.terminal_text import strip_control
from bot.web.server import open_listener

HEALTHY, UNHEALTHY = 0, 1
RANKS = ("none", "read", "write", "admin")
SIGNS = {"well": ("✓", "green"), "odd": ("!", "magenta"), "sick": ("✗", "red")}
NAME_CHARS = 13
ASK_S = 3


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at, and how to mend it. What is odd may be meant."""

    what: str
    found: str
    fix: str = ""
    state: Literal["well", "odd", "sick"] = "sick"


def make_healthy(what: str, found: str) -> Diagnosis:
    """Make the diagnosis of what is as it should be."""
    return Diagnosis(what, found, state="well")


def run_doctor(console: Console, given: Mapping[str, object] | None = None) -> int:
    """Check everything and tell all of it. Returns 0 when a run can work, 1 when not.

    What is `given` goes before the environment.
    """
    sick = False
    for finding in _diagnose(given or {}):
        sick = sick or finding.state == "sick"
        console.print(_render_line(finding))
    console.print(
        "\nMend what is marked, then ask me again."
        if sick
        else "\nAll is well. Start it: greenlit serve"
    )
    return UNHEALTHY if sick else HEALTHY


def _render_line(finding: Diagnosis) -> Table:
    sign, style = SIGNS[finding.state]
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(style=style, no_wrap=True)
    row.add_column(width=NAME_CHARS, style="bold", no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(
        sign,
        finding.what,
        Text(strip_control(" ".join(filter(None, (finding.found, finding.fix))))),
    )
    return row


def _diagnose(given: Mapping[str, object]) -> Iterator[Diagnosis]:
    yield make_healthy("Python", ".".join(map(str, sys.version_info[:3])))
    yield _check_git()
    yield _check_grammars()
    try:
        settings = load_settings(Settings, **given)
    except SettingsError as wrong:
        for line in str(wrong).splitlines():
            yield Diagnosis(
                "Setting", line, "Set it in the environment, or in the file .env in GREENLIT_HOME."
            )
        return
    yield make_healthy("Settings", "all there")
    yield from _check_home(settings)
    yield from _check_app(settings)
    yield from _check_models(settings)
    yield from _check_embeddings(settings)


def _check_git() -> Diagnosis:
    try:
        return make_healthy("git", require_git())
    except GitUnfitError as unfit:
        return Diagnosis("git", f"{unfit}.", "Install it.")


def _check_grammars() -> Diagnosis:
    languages = sorted(set(LANGUAGE_BY_SUFFIX.values()))
    try:
        there = [language for language in languages if load_grammar(language)]
    except GrammarLoadError as broken:
        why = (
            "They are unpacked below HOME: make it writable, or set SEMBLE_GRAMMARS_CACHE_DIR to a "
            "folder that is."
        )
        return Diagnosis("Grammars", f"{broken}.", why)
    if there == languages:
        return make_healthy("Grammars", f"{len(there)} languages")
    lacking = ", ".join(language for language in languages if language not in there)
    fix = (
        "They come for Linux with glibc, macOS and Windows, on x86-64 and ARM; without one, code "
        "is read as plain text."
    )
    return Diagnosis("Grammars", f"none here for {lacking}.", fix, "odd")


def _check_home(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the record can be kept and the ports be had; leaves no trace where there is no home
    yet.
    """
    home = settings.home.absolute()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Diagnosis(
            "Home", f"{there} cannot be written to.", "Set GREENLIT_HOME to a folder that can."
        )
        return
    try:
        if there == home:
            lock_home(home).close()
    except HomeInUse as used:
        serves = _is_serving(settings)
        yield (
            make_healthy("Home", f"{home}, in use by the bot that serves now")
            if serves
            else Diagnosis("Home", f"{used}.")
        )
        return
    yield make_healthy("Home", f"{home}" if there == home else f"{home}, made at the first start")
    yield from _check_ports(settings)


def _check_ports(settings: Settings) -> Iterator[Diagnosis]:
    wanted = {
        "PORT": (settings.host, settings.port),
        "PAGE_PORT": ("127.0.0.1", settings.page_port),
    }
    for name, (host, port) in wanted.items():
        try:
            open_listener(host, port).close()
        except Unreachable as taken:
            yield Diagnosis("Port", f"{taken}.", f"Set GREENLIT_{name} to another one.")


def _is_serving(settings: Settings) -> bool:
    try:
        with urlopen(f"http://{settings.host}:{settings.port}/health", timeout=ASK_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _check_embeddings(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the model of meaning answers, where one is set."""
    found = open_embedder(*settings.embeddings_source)
    try:
        if found:
            found.embed(["def total(items): return sum(items)"])
            yield make_healthy("Embeddings", found.name)
    except Unreachable as gone:
        yield Diagnosis(
            "Embeddings", str(gone), "Until it answers, code is found by words alone.", "odd"
        )


def _check_app(settings: Settings) -> Iterator[Diagnosis]:
    """What GitHub says of the App, beside deploy/app.yml."""
    try:
        app = build_github(settings).fetch_registration()
    except Refusal as refused:  # its words say what to look at
        yield Diagnosis("GitHub App", str(refused))
        return
    except Unreachable as gone:
        fix = (
            f"Is {settings.github_api_url} right (GREENLIT_GITHUB_API_URL), and reached from here?"
        )
        yield Diagnosis("GitHub App", f"{gone}.", fix)
        return
    wanted = yaml.safe_load(files("deploy").joinpath("app.yml").read_text(encoding="utf-8"))
    yield make_healthy("GitHub App", app.slug)
    yield _check_permissions("Permissions", wanted["default_permissions"], app.permissions)
    yield _check_events(wanted["default_events"], app.events)
    yield _check_webhook(app)
    if not app.installations:
        yield Diagnosis(
            "Installed",
            "nowhere.",
            f"Install it on a repository: {settings.github_url}/apps/{app.slug}",
        )
    for installed in app.installations:
        yield _check_installation(installed, wanted["default_permissions"])
    if app.failed:
        yield _check_deliveries(app.failed)


def _check_permissions(
    what: str, wanted: Mapping[str, str], granted: Mapping[str, str], where: str = ""
) -> Diagnosis:
    lacking = [
        f"{name}: {level}"
        for name, level in wanted.items()
        if RANKS.index(granted.get(name, "none")) < RANKS.index(level)
    ]
    if not lacking:
        return make_healthy(what, where or "all there")
    if where:
        return Diagnosis(
            what,
            f"{where}, lacks {', '.join(lacking)}.",
            "Its owner must accept the App's new permissions.",
        )
    return Diagnosis(
        what,
        f"lacks {', '.join(lacking)}.",
        "Give them to the App: its settings, Permissions & events.",
    )


def _check_events(wanted: list[str], heard: tuple[str, ...]) -> Diagnosis:
    lacking = ", ".join(sorted(set(wanted) - set(heard)))
    if not lacking:
        return make_healthy("Events", "all there")
    return Diagnosis(
        "Events",
        f"lacks {lacking}.",
        "Subscribe the App to them: its settings, Permissions & events.",
    )


def _check_webhook(app: AppRegistration) -> Diagnosis:
    if urlsplit(app.hook_url).path == "/github":
        return make_healthy("Webhook", app.hook_url)
    fix = (
        "Set the App's webhook URL to where the world reaches this machine, with the path /github."
    )
    return Diagnosis("Webhook", f"{app.hook_url or 'no URL'}.", fix)


def _check_installation(installed: AppInstallation, wanted: Mapping[str, str]) -> Diagnosis:
    if installed.suspended:
        return Diagnosis(
            "Installed",
            f"at {installed.account}, but suspended.",
            "Its owner can undo that: Applications.",
        )
    return _check_permissions("Installed", wanted, installed.permissions, f"at {installed.account}")


def _check_deliveries(failed: tuple[HookDelivery, ...]) -> Diagnosis:
    newest = failed[0]
    what = f"{newest.event}.{newest.action}" if newest.action else newest.event
    found = (
        f"{len(failed)} of the newest hundred did not arrive; "
        f"last {what} at {newest.at}: {newest.status}."
    )
    unsigned = "Set GREENLIT_WEBHOOK_SECRET to the App's own secret."
    fix = (
        unsigned
        if "401" in newest.status
        else "Is the webhook URL reached from outside, and the bot serving?"
    )
    return Diagnosis(
        "Deliveries", found, f"{fix} `greenlit serve` asks for them again when it starts.", "odd"
    )


def _check_models(settings: ModelSettings) -> Iterator[Diagnosis]:
    try:
        model, state = build_model(settings).fetch_lifecycle()
    except Refusal as refused:
        yield Diagnosis("Claude", str(refused))
        return
    except Unreachable as gone:
        yield Diagnosis(
            "Claude",
            str(gone),
            "Is it reached from here? GREENLIT_ANTHROPIC_URL sets another address.",
        )
        return
    if state == "active":
        yield make_healthy("Claude", model)
    elif state == "deprecated":
        yield Diagnosis(
            "Claude", f"{model} is deprecated.", "Choose a newer GREENLIT_MODEL soon.", "odd"
        )
    else:
        yield Diagnosis(
            "Claude",
            f"{model} is {state} to this key.",
            "Set GREENLIT_MODEL to one that it may use.",
        )
