"""Learn which of the repository's own checks can run here, where code can run at all."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.find_repo_checks import find_checks
from bot.values import RunState


async def learn_checks(run: Run, state: RunState) -> RunState:
    """Find the checks of the base; none where this machine or the repository forbids to run code.

    A run that an earlier release recorded had no sandbox, so that its record has no such step.
    """
    if state.caps.sandbox == "none":
        return replace(state, project=None)
    project = await run(find_checks, state.base, state.config)
    return replace(state, project=project)
