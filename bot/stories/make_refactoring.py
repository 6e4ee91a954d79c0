"""Refactor the code as a comment says, without the model, and judge the change as any other."""

from __future__ import annotations

from dataclasses import replace

from bot.refactor import parse_refactoring
from bot.run import Run
from bot.steps.inspect_change import inspect_change, make_rules
from bot.steps.refactor_code import refactor_code
from bot.stories.demand_ends import explain_no_refactoring, explain_refused_refactoring
from bot.stories.local_checks import judge_locally
from bot.stories.progress import tell
from bot.stories.stops import GaveUp
from bot.stories.watching import obey_signals
from bot.values import OpenFinish, Patch, RunState
from bot.values.next_state import after_inspection
from bot.views.refactoring_words import write_finish


async def make_refactoring(run: Run, state: RunState) -> RunState:
    """Refactor the base, and have gates and local checks judge it; what is red there CI judges.

    Raises GaveUp when it cannot be done as a whole, or when the gates refuse it.
    """
    await obey_signals(run)
    state = await tell(run, replace(state, phase="editing"))
    command = parse_refactoring(state.request.words)
    code = await run(refactor_code, state.base, state.config, command)
    if code.is_refused:
        raise GaveUp(explain_no_refactoring(code))
    finish = write_finish(code)
    call = OpenFinish("", finish)
    state = run.keep(replace(state, patch=Patch(code.files), open_finish=call, finish=finish))
    findings = await run(inspect_change, state.base, state.patch, make_rules(state))
    state = run.keep(after_inspection(state, findings))
    for finding in findings:
        if finding.blocks:
            raise GaveUp(explain_refused_refactoring(finding))
    return await judge_locally(run, _ask_for_approval(state))


def _ask_for_approval(state: RunState) -> RunState:
    """Have the change itself approved where the repository wants to approve plans: it has none."""
    if state.config.approve != "plan":
        return state
    return replace(state, config=replace(state.config, approve="diff"))
