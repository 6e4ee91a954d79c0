"""From the push to the end, with reviews: CI is green, and every thread has its answer."""

from __future__ import annotations

from bot.run import Run
from bot.stories.agent import write
from bot.stories.delivery import deliver
from bot.stories.pull_ends import explain_answered
from bot.stories.review_answers import (
    answer_threads,
    list_unanswered,
    show_new_threads,
    take_up_threads,
)
from bot.stories.take_suggestions import take_suggestions
from bot.stories.until_green import until_green
from bot.values import Outcome, RunState

GREEN_ENDS = ("opened", "changed", "unchanged")  # or there is no CI


async def until_answered(run: Run, state: RunState) -> Outcome:
    """Go on until CI is green and nobody has asked for more in a thread; then answer the threads.

    Where CI does not become green, the answers say so.
    """
    is_open = state.pull is not None or state.expected_ci.starts == "on pull request"
    outcome = await _judge(run, state)
    while is_open and outcome.state in GREEN_ENDS:
        before = run.state
        state = await take_up_threads(run, before)
        if state is before:
            break
        async with run.slot(state.request.repo, state.request.at):
            state = await take_suggestions(run, state)
            if list_unanswered(state):
                state = await write(run, await show_new_threads(run, before, state))
                state = await deliver_change(run, state)
        outcome = await _judge(run, state)
    is_green = outcome.state in GREEN_ENDS and _is_green(run.state)
    await answer_threads(run, run.state, is_green=is_green)
    return outcome


async def deliver_change(run: Run, state: RunState) -> RunState:
    """Deliver what was changed; where threads were answered with words alone, there is nothing."""
    return await deliver(run, state) if state.patch.files else state


async def _judge(run: Run, state: RunState) -> Outcome:
    """Ask CI about what was pushed; where nothing was, there is nothing to ask."""
    if state.answers and not state.attempts:
        return explain_answered(run.keep(state))
    return await until_green(run, state)


def _is_green(state: RunState) -> bool:
    """Tell whether CI is green with the newest commit of the run."""
    return not state.attempts or state.attempts[-1].state == "green"
