"""Remove what a run kept in the sandbox between its jobs."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.values import RunKey


@step("discard_workspace")
def discard_workspace(ports: Ports, key: RunKey) -> None:
    """Remove the run's own folder; there may be none."""
    ports.sandbox.discard(key)
