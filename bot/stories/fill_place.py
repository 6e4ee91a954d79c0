"""Have the model write the code of one marked place, until it fits there."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.ask_model import ask_model
from bot.stories.ends import explain_model_stop
from bot.stories.stops import GaveUp
from bot.text.prompts import load
from bot.tools.place_tools import SCHEMAS, PlaceToFill, answer_call
from bot.values import (
    ConversationStart,
    Outcome,
    Patch,
    PromptPrefix,
    RunState,
    Turn,
    UserText,
)
from bot.values.next_state import after_nudge, after_results, after_turn

BEGIN = "The job: write the code of the marked place. Begin with `read_place`."
NUDGE = "The job is not finished: call `fill_place` with the code."
MOST_TURNS = 6
NOT_FITTING = "What it wrote did not fit the place, however often it was told why."


async def fill_place(run: Run, asked: PlaceToFill) -> Outcome:
    """Keep the file with the code in its place as the patch of the run.

    Raises GaveUp when the model stops, or when what it writes does not fit in a few turns.
    """
    prefix = PromptPrefix(load("fill").text, SCHEMAS)
    start = ConversationStart(prefix, BEGIN, NUDGE)
    state = run.keep(replace(run.state, start=start, conversation=(UserText(BEGIN),)))
    while state.turns < MOST_TURNS:
        budget_usd = round(state.caps.usd - state.usage.usd, 6)
        timed = await run(ask_model, state.request.repo, prefix, state.conversation, budget_usd)
        state = run.keep(after_turn(state, timed.turn, timed.took_s))
        if timed.turn.stop == "end":
            state = run.keep(after_nudge(state, NUDGE))
        elif timed.turn.stop != "tools":
            raise GaveUp(explain_model_stop(state, timed.turn))
        else:
            state = run.keep(_answer(state, asked, timed.turn))
        if state.patch.files:
            return Outcome("done", "It fits.")
    raise GaveUp(Outcome("gave up", NOT_FITTING, kind="turns"))


def _answer(state: RunState, asked: PlaceToFill, turn: Turn) -> RunState:
    answers = [answer_call(asked, call) for call in turn.calls]
    state = after_results(state, tuple(answer.result for answer in answers))
    texts = [answer.text for answer in answers if answer.text is not None]
    return replace(state, patch=Patch({asked.place.path: texts[-1]})) if texts else state
