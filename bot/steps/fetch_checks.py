"""Fetch what CI says of a commit, all of it, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.text.terminal_text import strip_control
from bot.values import Checks, Repo, Sha

SIGNS = MappingProxyType(
    {"pending": ("…", "dim"), "passed": ("✓", "green"), "failed": ("✗", "red")}
)


@dataclass(frozen=True, slots=True)
class ChecksSnapshot:
    """The checks of a commit at one moment, in seconds since the epoch."""

    checks: Checks
    at: float
    pause_s: float = 0.0  # for so long somebody else watches them; 0 where nobody does


def _summarize_checks(snapshot: ChecksSnapshot) -> Summary:
    line = Text()
    for check in snapshot.checks.checks:
        sign, style = SIGNS[check.state]
        line.append(", " if line else "").append(f"{sign} ", style)
        line.append(strip_control(f"{check.name} {check.conclusion or 'running'}"), style)
    return "CI", line or Text("has not said anything yet", "dim")


@step("fetch_checks", _summarize_checks)
def fetch_checks(ports: Ports, repo: Repo, sha: Sha) -> ChecksSnapshot:
    """Ask for all suites and statuses of the commit: a webhook is a hint, this is the truth."""
    checks = ports.ci.fetch_checks(repo, sha)
    pause_s = ports.ci_watch.compute_pause_s(repo)
    return ChecksSnapshot(checks, ports.clock.now().timestamp(), pause_s)
