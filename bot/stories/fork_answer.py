"""The answer to a pull request from a fork: a review, since nothing can be pushed there."""

from __future__ import annotations

from bot.run import Run
from bot.steps.suggest_to_fork import ForkAnswer, suggest_to_fork
from bot.stories.agent import write
from bot.stories.pull_ends import explain_answered
from bot.stories.review_answers import answer_delivered, answer_threads, take_up_threads
from bot.stories.watching import obey_signals
from bot.text import count_noun
from bot.values import Outcome, RunState

AGAIN = "To have me begin anew on what stands there now, comment `/retry`."


async def answer_fork(run: Run, state: RunState) -> Outcome:
    """Write the change, submit it as a review, and answer the threads that ask for it."""
    state = await write(run, await take_up_threads(run, state))
    await obey_signals(run, state.request)
    outcome = explain_answered(state)
    if state.patch.files:
        outcome = _explain(await run(suggest_to_fork, state, f"greenlit:fork:{run.key}"))
    if outcome.state == "gave up":
        await answer_delivered(run, state)
    else:
        await answer_threads(run, state, is_green=False)
    return outcome


def _explain(answer: ForkAnswer) -> Outcome:
    """Say how to take what was suggested. CI has run none of it."""
    if answer.obstacle:
        text = f"I suggested nothing, because {answer.obstacle}."
        return Outcome("gave up", text, next_step=AGAIN)
    text = f"This comes from a fork, where I cannot push. My review has {_name_parts(answer)}."
    return Outcome("suggested", text, next_step="CI has not run it: it does once you take it.")


def _name_parts(answer: ForkAnswer) -> str:
    suggestions = count_noun(answer.suggested, "suggestion")
    if not answer.has_patch:
        return f"the change as {suggestions}"
    if not answer.suggested:
        return "the change as a patch, with the command that applies it"
    return f"the change as {suggestions} and a patch, with the command that applies that"
