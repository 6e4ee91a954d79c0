"""Tell people how a run stands, and how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from bot.ports import Refusal, Unreachable
from bot.run import Run, RunFault
from bot.steps.answer_threads import reply_in_thread
from bot.steps.discard_workspace import discard_workspace
from bot.steps.open_pull import update_pull
from bot.steps.report import report, report_failure
from bot.stories.ends import (
    explain_broken_command,
    explain_fault,
    explain_refusal,
    explain_unreachable,
)
from bot.stories.review_answers import answer_delivered
from bot.stories.stops import EndsEarly
from bot.stories.watching import obey_signals
from bot.values import Outcome, Request, RunState
from bot.values.next_state import (
    after_end,
)


async def tell(run: Run, state: RunState) -> RunState:
    """Keep the state, and bring the run's comment up to date with it."""
    await run(report, run.keep(state))
    return state


async def carry_out(
    run: Run, request: Request, work: Callable[[Run, Request], Awaitable[Outcome]]
) -> Outcome:
    """Do the work of a run while it is wanted, and tell how it ended, however that is."""
    run.heed(partial(obey_signals, run))
    try:
        outcome = await work(run, request)
    except EndsEarly as ending:
        outcome = ending.outcome
    except Refusal as refusal:
        outcome = explain_refusal(refusal)
    except Unreachable as gone:
        outcome = explain_unreachable(gone)
    return await conclude(run, outcome)


async def conclude(run: Run, outcome: Outcome, broken_step: str = "") -> Outcome:
    """Tell the outcome where people see the run: in its comments and its open pull request, and in
    threads what was done for them, unless people want no more of it.

    Where nobody can be told any more, as in an issue that was locked, the outcome is the same.
    """
    run.heed(None)  # whatever is said now, it is over
    is_wanted = outcome.state != "stopped" or outcome.kind == "taken branch"
    if is_wanted and broken_step != reply_in_thread.name:
        with suppress(Refusal, Unreachable):
            await answer_delivered(run, run.state)
    state = run.keep(after_end(run.state, outcome))
    # A run that goes on with a pull request and pushed nothing leaves it as it was. One that works
    # on a pull request never writes over its words.
    is_own = state.pull is not None and state.target is None
    if is_own and outcome.pull is None and state.attempts:
        why = f"The run ended before the work was done. {outcome.text}"
        with suppress(Refusal, Unreachable):
            await run(update_pull, state, why)
    with suppress(Refusal):
        await run(report, state)
    if state.caps.sandbox != "none":
        with suppress(Unreachable):
            await run(discard_workspace, run.key)
    return outcome


async def conclude_failed(run: Run, value: object, fault: RunFault) -> Outcome:
    """End a run whose story could not end it: say what broke, and keep what there is of its work.

    What the story came to stays, where only the telling of it failed. A command that broke has kept
    no state, and there is no more of it to tell. What nobody asked for is told to nobody.
    """
    if fault.state is not None:
        return await conclude(run, fault.state.outcome or explain_fault(fault), fault.step)
    outcome = explain_broken_command(fault)
    if isinstance(value, Request):
        with suppress(Refusal, Unreachable):
            await run(report_failure, RunState(run.key, value, outcome=outcome))
    return outcome
