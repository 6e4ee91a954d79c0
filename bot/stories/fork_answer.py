"""The answer to a pull request from a fork: a review, since nothing can be pushed there."""

from __future__ import annotations

from bot.run import Run
from bot.steps.admit import LOST_ACCESS
from bot.steps.suggest_to_fork import MOVED, REFUSED, TOO_LONG, ForkAnswer, suggest_to_fork
from bot.stories.agent import write
from bot.stories.ends import RETRY, explain_lost_access
from bot.stories.pull_ends import BEGIN_ANEW, explain_answered
from bot.stories.review_answers import answer_threads, take_up_threads
from bot.stories.watching import obey_signals
from bot.text import count_noun
from bot.values import Outcome, RunState
from bot.views.fork_review import NOT_RUN

BY_HAND = "Please change it by hand: the plan is in my other comment."
NEXT_STEPS = {  # by what stood in the way
    MOVED: BEGIN_ANEW,
    TOO_LONG: "Please ask for less at a time.",
    REFUSED: RETRY,
}


async def answer_fork(run: Run, state: RunState) -> Outcome:
    """Write the change, submit it as a review, and answer the threads that ask for it."""
    state = await write(run, await take_up_threads(run, state))
    await obey_signals(run)
    outcome = explain_answered(state)
    if state.patch.files:
        outcome = explain_fork_answer(await run(suggest_to_fork, state, f"greenlit:fork:{run.key}"))
    if outcome.state in ("suggested", "unchanged"):
        await answer_threads(run, state, is_green=False)
    return outcome


def explain_fork_answer(answer: ForkAnswer) -> Outcome:
    """Say how to take what was suggested. CI has run none of it."""
    if answer.obstacle == LOST_ACCESS:
        return explain_lost_access()
    if answer.obstacle:
        text = f"I suggested nothing, because {answer.obstacle}."
        return Outcome("gave up", text, next_step=NEXT_STEPS.get(answer.obstacle, BY_HAND))
    text = f"This comes from a fork, where I cannot push. My review has {_name_parts(answer)}."
    return Outcome("suggested", text, next_step=NOT_RUN)


def _name_parts(answer: ForkAnswer) -> str:
    suggestions = count_noun(answer.suggested, "suggestion")
    if not answer.has_patch:
        return f"the change as {suggestions}"
    if not answer.suggested:
        return "the change as a patch, with the command that applies it"
    return f"the change as {suggestions} and a patch, with the command that applies that"
