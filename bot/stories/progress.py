"""Tell people how a run stands."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bot.ports import Refusal, Unreachable
from bot.run import Run
from bot.steps.open_pull import update_pull
from bot.steps.report import report
from bot.values import Outcome, RunState


async def tell(run: Run, state: RunState) -> RunState:
    """Keep the state, and bring the run's comment up to date with it."""
    await run(report, run.keep(state))
    return state


async def conclude(run: Run, outcome: Outcome) -> Outcome:
    """Tell the outcome where people see the run: in its comment and its open pull request.

    Where nobody can be told any more, as in an issue that was locked, the outcome is the same.
    """
    run.heed(None)  # whatever is said now, it is over
    state = run.keep(replace(run.state, outcome=outcome))
    # A run that goes on with a pull request and pushed nothing leaves it as it was.
    if state.pull is not None and outcome.pull is None and state.attempts:
        why = f"The run ended before CI was green. {outcome.text}"
        with suppress(Refusal, Unreachable):
            await run(update_pull, state, why)
    with suppress(Refusal):
        await run(report, state)
    return outcome
