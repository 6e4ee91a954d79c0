"""Have a refactoring proved to do what the code did before, on the inputs that were recorded."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.behaviour_rule import asks_same_behaviour
from bot.steps.check_locally import LocalWork
from bot.steps.compare_behaviour import compare_behaviour
from bot.stories.brief_talk import needs_brief
from bot.stories.progress import tell
from bot.tools.behaviour_job import name_behaviour_workspace
from bot.values import ProjectChecks, RunState
from bot.values.behaviour import BehaviourComparison, RecordedBehaviour
from bot.values.next_state import answer_finish
from bot.values.request import ON_DEMAND
from bot.views.behaviour_words import render_differences

MOST_ROUNDS = 2  # that the model is shown what differs
BEHAVIOUR_TOOL = "record_behaviour"


def keeps_behaviour(state: RunState) -> bool:
    """Tell whether the work on an issue is to leave what the code does as it is."""
    if state.target is not None or state.request.command in ON_DEMAND:
        return False
    return asks_same_behaviour(state.snapshot, state.request.words)


def may_record(state: RunState) -> bool:
    """Tell whether a conversation that begins can record what the code does: there is a sandbox,
    and the request asks for a refactoring, or its brief may yet say so.
    """
    return state.project is not None and (keeps_behaviour(state) or needs_brief(state))


def records_behaviour(state: RunState) -> bool:
    """Tell whether the conversation was begun so: its tools are in the record."""
    if state.start is None:
        return False
    return any(tool.name == BEHAVIOUR_TOOL for tool in state.opening.prefix.tools)


async def prove_same_behaviour(run: Run, state: RunState) -> RunState:
    """Compare the work with its base, where inputs were recorded.

    What differs answers the model's `finish`, a few times; then people are told.
    """
    if state.behaviour is None or state.project is None or state.open_finish is None:
        return state
    behaviour = state.behaviour
    comparison = await _compare(run, state, state.project, behaviour)
    state = run.keep(replace(state, comparison=comparison))
    if not comparison.differences:
        return state
    rounds = state.stalls.differing + 1
    state = run.keep(replace(state, stalls=replace(state.stalls, differing=rounds)))
    if rounds > MOST_ROUNDS:
        return state
    return run.keep(answer_finish(state, render_differences(comparison)))


async def _compare(
    run: Run, state: RunState, project: ProjectChecks, behaviour: RecordedBehaviour
) -> BehaviourComparison:
    """Compare the work as it is now; once for the same work."""
    workspace = name_behaviour_workspace(run.key)
    work = LocalWork(state.base, state.patch, project, workspace)
    if state.comparison is not None and state.comparison.patch_id == work.patch_id:
        return state.comparison
    await tell(run, replace(state, phase="checking"))
    return await run(compare_behaviour, work, behaviour)
