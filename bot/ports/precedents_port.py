"""Precedents: how earlier pull requests of the bot ended."""

from __future__ import annotations

from typing import Protocol

from bot.values import PullEnd, Repo


class Precedents(Protocol):
    """Read what became of the bot's own pull requests."""

    def list_pull_ends(self, repo: Repo, limit: int) -> tuple[PullEnd, ...]:
        """List the newest ends in this repository, newest first."""


class NoPrecedents:
    """No record of earlier pull requests."""

    def list_pull_ends(self, repo: Repo, limit: int) -> tuple[PullEnd, ...]:  # noqa: ARG002 - none
        """Return nothing."""
        return ()
