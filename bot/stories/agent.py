"""The writing of a change: one append-only conversation with the model.

Plan, edits and fixes are one conversation, so that each turn is served from the prompt cache.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.ask_model import ask_model, open_conversation
from bot.steps.render_findings import render_findings
from bot.steps.split_rule import SPLIT_TOOL, may_split
from bot.steps.use_tools import TurnOutcome, use_tools
from bot.stories.await_approval import have_plan_approved
from bot.stories.brief_talk import asks_brief, check_brief, check_request, explain_no_change
from bot.stories.choose_prompts import choose_prompts
from bot.stories.ends import (
    explain_gates,
    explain_minutes,
    explain_model_stop,
    explain_questions,
    explain_turns,
)
from bot.stories.judge_work import check_further, judge_work
from bot.stories.progress import tell
from bot.stories.prove_same_behaviour import keeps_behaviour, records_behaviour
from bot.stories.repeated_calls import warn_of_repeats
from bot.stories.review_answers import show_new_threads, take_up_threads
from bot.stories.stops import Asks, GaveUp, TooBig
from bot.stories.watching import obey_signal, obey_signals
from bot.tools import AgentContext
from bot.values import DayLimit, OpenFinish, Outcome, Patch, RunState, Turn, UserText
from bot.values.next_state import (
    after_answers,
    after_nudge,
    after_results,
    after_turn,
    answer_finish,
)
from bot.views.day_limit import render_day_advice, render_day_limit

LIMIT_NUDGES = 2
GATE_ROUNDS = 4
PAUSES_S = (5, 30, 120)  # between tries, when the model's answers break off


async def write(run: Run, state: RunState) -> RunState:
    """Go on until the model calls `finish`, the gates let its work through, and the repository's
    own checks pass where they can run here; the call stays open.

    Raises GaveUp at the caps, when the model does not end, or when the gates refuse too often, and
    TooBig when people must decide how the request is divided.
    """
    refusals = 0
    while True:
        state = await _converse_to_end(run, state)
        if not state.patch.files and state.answers:
            return state  # threads were answered with words alone
        if not state.patch.files:
            raise explain_no_change(state)
        state, findings = await judge_work(run, state)
        blocking = tuple(finding for finding in findings if finding.blocks)
        if not blocking:
            state = await check_further(run, state)
            if state.open_finish is not None:
                return state
            continue
        state = run.keep(answer_finish(state, render_findings(findings, state.plan)))
        refusals += 1
        if refusals == GATE_ROUNDS:
            raise GaveUp(explain_gates(blocking[0], GATE_ROUNDS))


async def _open(run: Run, state: RunState) -> RunState:
    await check_request(run, state)
    start = await run(open_conversation, state.base, state.snapshot.number, choose_prompts(state))
    return run.keep(
        replace(
            state,
            start=start,
            conversation=(UserText(start.first_message),),
            keeps_behaviour=keeps_behaviour(state),
        )
    )


async def _converse_to_end(run: Run, state: RunState) -> RunState:
    """Converse until the model hands its work in, and nobody has asked for more in a thread."""
    while True:
        before = await _converse(run, state)
        state = await take_up_threads(run, before, is_writing=True)
        if state is before:
            return state
        state = await show_new_threads(run, before, state)


async def _converse(run: Run, state: RunState) -> RunState:
    if state.start is None:
        state = await _open(run, state)
    while state.open_finish is None:
        await obey_signals(run)
        state = await take_turn(run, await have_plan_approved(run, state))
    return await have_plan_approved(run, state)


async def take_turn(run: Run, state: RunState) -> RunState:
    """Ask for one turn within the caps, and do what it says."""
    caps = state.caps
    if state.turns >= caps.turns:
        raise GaveUp(explain_turns(state))
    if state.model_s + state.sandbox_s >= caps.minutes * 60:
        raise GaveUp(explain_minutes(state))
    budget_usd = round(caps.usd - state.usage.usd, 6)
    repo, prefix = state.request.repo, state.opening.prefix
    timed = await run(ask_model, repo, prefix, state.conversation, budget_usd)
    state = run.keep(after_turn(state, timed.turn, timed.took_s))
    if timed.day_limit:
        raise GaveUp(_explain_day_limit(timed.day_limit))
    match timed.turn.stop:
        case "tools":
            return await _use_tools(run, state, timed.turn)
        case "end" if state.stalls.nudges < LIMIT_NUDGES:
            return run.keep(after_nudge(state, state.opening.nudge))
        case "broken" if state.stalls.broken_turns <= len(PAUSES_S):
            await _pause(run, PAUSES_S[state.stalls.broken_turns - 1])
            return state
        case _:
            raise GaveUp(explain_model_stop(state, timed.turn))


def _explain_day_limit(limit: DayLimit) -> Outcome:
    """Name the cap on a day's dollars, and when there is more."""
    text = render_day_limit(limit)
    return Outcome("gave up", text, kind="day budget", next_step=render_day_advice(limit))


async def _pause(run: Run, pause_s: float) -> None:
    if signal := await run.wait(pause_s):
        await obey_signal(run, signal)


async def _use_tools(run: Run, state: RunState, turn: Turn) -> RunState:
    outcome = await run(use_tools, _build_context(state), turn.calls)
    state = run.keep(_after_tools(state, outcome))
    if outcome.brief is not None:
        check_brief(run, await tell(run, state))
    if outcome.split is not None:
        call_id = [call.id for call in turn.calls if call.name == SPLIT_TOOL][-1]
        raise TooBig(outcome.split, state.brief, call_id, outcome.results)
    if outcome.plan is not None:
        state = await tell(run, replace(state, phase="editing"))
        if outcome.plan.questions:
            raise Asks(explain_questions(outcome.plan.questions))
    if outcome.finish is not None:
        call = OpenFinish(outcome.finish_call, outcome.finish, outcome.results)
        return run.keep(replace(state, open_finish=call))
    state, results = warn_of_repeats(state, turn, outcome.results)
    return run.keep(after_results(state, results))


def _build_context(state: RunState) -> AgentContext:
    return AgentContext(
        state.base,
        state.snapshot,
        state.retrieval,
        state.patch,
        command_words=state.request.words,
        instructions=state.config.instructions,
        plan=state.plan,
        finish=state.finish,
        config=state.config,
        open_threads=state.open_threads,
        answers=state.answers,
        target=state.target,
        merge=state.merge,
        merge_base=state.merge_base,
        threads=state.threads,
        earlier_verdict=state.earlier_verdict,
        project=state.project,
        workspace=state.key,
        jobs=state.jobs,
        making=state.making,
        asks_brief=asks_brief(state),
        place=state.place,
        brief=state.brief,
        records_behaviour=records_behaviour(state),
        behaviour=state.behaviour,
        may_split=may_split(state),
        named_lines=state.named_lines,
    )


def _after_tools(state: RunState, outcome: TurnOutcome) -> RunState:
    """Take up what a turn's calls changed: files, plan, list of things to do."""
    files = {**state.patch.files, **outcome.changes}
    for path in outcome.reverted:
        files.pop(path, None)
    return replace(
        after_answers(state, outcome.answers),
        patch=Patch(files),
        brief=outcome.brief or state.brief,
        plan=None if outcome.split else outcome.plan or state.plan,
        split=outcome.split or state.split,
        finish=outcome.words or outcome.finish or state.finish,
        todo=state.todo if outcome.todo is None else outcome.todo,
        jobs=state.jobs if outcome.jobs is None else outcome.jobs,
        sandbox_s=state.sandbox_s + outcome.sandbox_s,
        making=outcome.making or state.making,
        behaviour=outcome.behaviour or state.behaviour,
    )
