"""Fetch what CI says of a commit, all of it, at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Ports
from bot.values import Checks, Repo, Sha


@dataclass(frozen=True, slots=True)
class ChecksSnapshot:
    """What CI said, and when we looked (seconds since the epoch)."""

    checks: Checks
    at: float


def fetch_checks(ports: Ports, repo: Repo, sha: Sha) -> ChecksSnapshot:
    """Ask for all suites and statuses of the commit: a webhook is a hint, this is the truth."""
    return ChecksSnapshot(ports.ci.fetch_checks(repo, sha), ports.clock.now().timestamp())
