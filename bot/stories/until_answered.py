"""From the push to the end, with reviews: CI is green, and every thread has its answer."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.stories.agent import write
from bot.stories.delivery import deliver
from bot.stories.progress import tell
from bot.stories.pull_ends import explain_answered
from bot.stories.review_answers import (
    answer_threads,
    list_unanswered,
    show_new_threads,
    take_up_threads,
)
from bot.stories.take_suggestions import take_suggestions
from bot.stories.until_green import until_green
from bot.stories.watching import ThreadWaits, check_asker
from bot.values import Outcome, RunState
from bot.values.next_state import (
    after_wait,
    name_commit,
)

GREEN_ENDS = ("opened", "changed", "unchanged")  # or there is no CI


async def until_answered(run: Run, state: RunState) -> Outcome:
    """Go on until CI is green and nobody has asked for more in a thread; then answer the threads.

    Where CI does not become green, the answers say so.
    """
    outcome = await _bring_to_end(run, state)
    is_green = outcome.state in GREEN_ENDS and _is_green(run.state)
    await answer_threads(run, run.state, is_green=is_green)
    return outcome


async def _bring_to_end(run: Run, state: RunState) -> Outcome:
    """Wait for CI and do what people ask for meanwhile, until both have come to an end."""
    is_open = state.pull is not None or state.expected_ci.starts == "on pull request"
    while True:
        outcome = await _judge(run, state)
        if outcome is not None and not (is_open and outcome.state in GREEN_ENDS):
            return outcome
        before = run.state
        state = await take_up_threads(run, before)
        if state is not before:
            state = await _do_what_is_new(run, before, state)
        elif outcome is not None:
            return outcome


async def _do_what_is_new(run: Run, before: RunState, state: RunState) -> RunState:
    """Answer the threads that were taken up since `before`, and deliver what that changes."""
    state = await tell(run, replace(state, phase="editing"))
    async with run.slot(state.request.repo, state.request.at) as wait:
        await check_asker(run, state.request, wait)
        state = await take_suggestions(run, state)
        if not list_unanswered(state):
            return state
        written = await write(run, await show_new_threads(run, before, state))
        if written.patch == state.patch:  # words alone: CI goes on with what is pushed
            return run.keep(name_commit(written))
        return await deliver_change(run, after_wait(written, "stopped"))


async def deliver_change(run: Run, state: RunState) -> RunState:
    """Deliver what was changed; where threads were answered with words alone, there is nothing."""
    return await deliver(run, state) if state.patch.files else state


async def _judge(run: Run, state: RunState) -> Outcome | None:
    """Ask CI about what was pushed; where nothing was, there is nothing to ask.

    None when a thread asked for more before CI had ended.
    """
    if state.answers and not state.attempts:
        return explain_answered(run.keep(state))
    try:
        return await until_green(run, state)
    except ThreadWaits:
        return None


def _is_green(state: RunState) -> bool:
    """Tell whether CI is green with the newest commit of the run."""
    return not state.attempts or state.attempts[-1].state == "green"
