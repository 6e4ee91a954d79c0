"""Remove what a run kept in the sandbox between its jobs."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.tools.behaviour_job import name_behaviour_workspace
from bot.values import RunKey


def name_clean_workspace(key: RunKey) -> str:
    """Name the workspace in which a run proves its change.

    What the model's own commands left in the other one could make a check pass that fails in CI.
    """
    return f"{key}/checks"


@step("discard_workspace")
def discard_workspace(ports: Ports, key: RunKey) -> None:
    """Remove the run's own folders; there may be none."""
    for workspace in (key, name_clean_workspace(key), name_behaviour_workspace(key)):
        ports.sandbox.discard(workspace)
