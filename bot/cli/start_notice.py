"""Say at the start of `greenlit serve` what serves, for whom, with which limits, and where."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from importlib.metadata import version
from queue import Empty, SimpleQueue

from bot.adapters.github.app_api import AppRegistration
from bot.adapters.github.github_app import GitHubApp
from bot.assembly import build_record
from bot.cli.chores import start_chore
from bot.ports import Refusal, Unreachable
from bot.settings import Settings
from bot.text import count_noun

PATIENCE_S = 5.0  # for GitHub; the bot serves whether it answers or not
MOST_ACCOUNTS = 5

log = logging.getLogger(__name__)


def print_start(
    settings: Settings, hub: GitHubApp, addresses: Mapping[str, str], *, works_on_runs: bool = True
) -> None:
    """Write the block to standard output, or as one line of a log that is JSON."""
    facts = {
        "app": _describe_app(settings, hub),
        "model": f"{settings.model}, effort {settings.effort}",
        "caps": _describe_caps(settings, works_on_runs=works_on_runs),
        "for": ", ".join(settings.allow) or "every repository that it is installed on",
        "home": str(settings.home.absolute()),
        **({"record": build_record(settings).name} if settings.database_url else {}),
        **addresses,
    }
    title = f"Greenlit {version('greenlit')}"
    if settings.log_format == "json":
        log.info("%s serves", title, extra={"event": "serving", "details": facts})
        return
    lines = [title, *(f"{name}: {text}" for name, text in facts.items())]
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


def _describe_app(settings: Settings, hub: GitHubApp) -> str:
    answers: SimpleQueue[AppRegistration | str] = SimpleQueue()
    start_chore(lambda: answers.put(_fetch_app(hub)))
    try:
        app = answers.get(timeout=PATIENCE_S)
    except Empty:
        app = "GitHub has not answered yet"
    if isinstance(app, str):
        return f"id {settings.app_id}; {app}"
    accounts = [installation.account for installation in app.installations]
    if not accounts:
        where = f"installed nowhere yet: {settings.github_url}/apps/{app.slug}"
    else:
        more = len(accounts) - MOST_ACCOUNTS
        names = ", ".join(accounts[:MOST_ACCOUNTS])
        if more > 0:
            names += f" and {more} more"
        where = f"{count_noun(len(accounts), 'installation')}: {names}"
    return f"{app.slug}, {where}; GitHub sends to {app.hook.url or 'no address yet'}"


def _fetch_app(hub: GitHubApp) -> AppRegistration | str:
    try:
        return hub.fetch_registration()
    except (Refusal, Unreachable) as wrong:
        return str(wrong).rstrip(".")


def _describe_caps(settings: Settings, *, works_on_runs: bool) -> str:
    pushes = count_noun(settings.attempts, "push", "pushes")
    slots = count_noun(settings.slots, "run")
    work = f"{settings.turns_per_run} turns, {settings.minutes_per_run} minutes"
    caps = [f"${settings.usd_per_run:.2f}, {work} and {pushes} a run"]
    if works_on_runs:
        caps.append(f"{slots} at once, {settings.slots_per_repository} in one repository")
    if settings.slots_in_all is not None:
        caps.append(f"{settings.slots_in_all} at once in all processes")
    if settings.usd_per_day is not None:
        caps.append(f"${settings.usd_per_day:.2f} a day")
    if settings.usd_per_repository_day is not None:
        caps.append(f"${settings.usd_per_repository_day:.2f} a day and repository")
    return "; ".join(caps)
