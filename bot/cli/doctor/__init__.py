"""`greenlit doctor`: tell what is missing for a run against GitHub, and how to get it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.cli.doctor.daily_caps import check_spending
from bot.cli.doctor.diagnosis import Diagnosis, Health, make_healthy
from bot.cli.doctor.kept_disk import check_disk
from bot.cli.doctor.machine import check_git, check_grammars, check_place, check_python
from bot.cli.doctor.sandbox_tier import check_sandbox
from bot.cli.doctor.services import (
    check_app,
    check_claude,
    check_collector,
    check_embeddings,
)
from bot.cli.doctor.shared_record import check_database
from bot.settings import Settings, SettingsReport, SettingState, examine_settings

HEALTHY, UNHEALTHY = 0, 1
HEALTH: Mapping[SettingState, Health] = {"missing": "sick", "wrong": "sick", "unknown": "odd"}


def run_doctor(console: Console, given: Mapping[str, Any] | None = None) -> int:
    """Check everything and tell all of it. Returns 0 when a run can work, 1 when not.

    What is `given` goes before the environment.
    """
    sick = 0
    for diagnosis in _diagnose(given or {}):
        sick += diagnosis.state == "sick"
        console.print(diagnosis.render())
    if not sick:
        console.print("\nAll is well. Start it: greenlit serve")
        return HEALTHY
    subject = "The one thing" if sick == 1 else f"The {sick} things"
    console.print(f"\n{subject} marked ✗ must be mended. Then ask again: greenlit doctor")
    return UNHEALTHY


def _diagnose(given: Mapping[str, Any]) -> Iterator[Diagnosis]:
    yield check_python()
    yield check_git()
    yield check_grammars()
    report = examine_settings(**given)
    yield from _check_settings(report, given.get("_env_file"))
    yield from check_place(report)
    yield from check_database(report)
    yield from check_disk(report)
    yield from check_spending(report)
    yield check_sandbox(report)
    yield from check_app(report)
    yield check_claude(report)
    yield from check_embeddings(report)
    yield from check_collector(report)


def _describe_file(path: Path) -> str:
    try:
        path.read_text("utf-8")
    except FileNotFoundError:
        return f"; there is no {path} to read"
    except (OSError, UnicodeError):  # which is told as what is wrong
        return ""
    return f" and {path}"


def _check_settings(report: SettingsReport, env_file: object) -> Iterator[Diagnosis]:
    place = "the environment"
    if isinstance(env_file, Path):
        place += _describe_file(env_file.absolute())
    text = f"all {len(Settings.model_fields)} are right, " if not report.problems else ""
    yield make_healthy("Settings", f"{text}read from {place}")
    for problem in report.problems:
        fix = f"For example: {problem.example}" if problem.example else ""
        yield Diagnosis("Setting", problem.reason, fix, HEALTH[problem.state])
