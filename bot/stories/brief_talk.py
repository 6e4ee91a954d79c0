"""Decide whether a brief is asked for, and end the run where people must say more first."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.brief_on_pull import PullWords, find_asking_thread, read_pull_words
from bot.steps.brief_rule import is_small_and_clear
from bot.steps.read_issue_form import read_issue_form
from bot.stories.brief_ends import (
    WHAT_IS_MISSING,
    explain_brief_questions,
    explain_question_answer,
    explain_vague,
    move_to_thread,
    render_for_thread,
)
from bot.stories.ends import explain_unchanged
from bot.stories.stops import Answered, Asks, EndsEarly, GaveUp
from bot.values import Brief, RunState, ThreadAnswer
from bot.values.next_state import after_answers
from bot.values.request import ON_DEMAND

BRIEF_TOOL = "submit_brief"


def needs_brief(state: RunState) -> bool:
    """Tell whether a conversation that begins asks for a brief: one about an issue or a command on
    a pull request that is not small and clear, or that has a brief already.
    """
    if state.target is not None:
        return _orders_in_words(state) and (state.brief is not None or state.retrieval.needs_brief)
    if not _may_ask(state):
        return False
    words = state.request.words
    return state.brief is not None or not is_small_and_clear(state.snapshot, words, state.retrieval)


def read_asked_on_pull(state: RunState) -> PullWords | None:
    """Read what a command on a pull request says; None for a review, whose threads have their own
    questions, and for a command without words.
    """
    if not _orders_in_words(state):
        return None
    request = state.request
    if not request.in_thread:
        return PullWords(read_pull_words(request, state.snapshot.comments))
    thread = find_asking_thread(state.threads, request.comment)
    comments = thread.comments if thread else ()
    return PullWords(read_pull_words(request, comments), is_on_lines=True)


def _orders_in_words(state: RunState) -> bool:
    """Tell whether `/generate` asks for something of a pull request, and no review does."""
    request = state.request
    return request.command == "generate" and bool(request.words or request.in_thread)


def _may_ask(state: RunState) -> bool:
    """Tell whether it is work on an issue, and no command that says all by itself."""
    return state.target is None and state.request.command not in ON_DEMAND


def asks_brief(state: RunState) -> bool:
    """Tell whether the conversation was begun so: its tools are in the record."""
    if state.start is None:
        return False
    return any(tool.name == BRIEF_TOOL for tool in state.opening.prefix.tools)


async def check_request(run: Run, state: RunState) -> None:
    """Raise Asks for a request of a word or two, before the model is asked and paid for."""
    if not (state.retrieval.is_asked_too_little and _may_ask(state)):
        return
    example = await run(read_issue_form, state.base)
    brief = Brief("feature", missing=WHAT_IS_MISSING, example=example)
    run.keep(replace(state, brief=brief))
    raise Asks(explain_vague(brief))


def check_brief(run: Run, state: RunState) -> None:
    """Raise Asks where people must say more before the work goes on: in the thread that asked,
    where one did.
    """
    brief = state.brief
    if brief is None or not brief.waits:
        return
    on_pull = state.target is not None
    if brief.missing:
        outcome = explain_vague(brief, on_pull=on_pull)
    else:
        outcome = explain_brief_questions(brief)
    thread = find_asking_thread(state.open_threads, state.request.comment)
    if thread is None or not state.request.in_thread:
        raise Asks(outcome)
    text = render_for_thread(outcome, brief)
    run.keep(after_answers(state, (ThreadAnswer(thread.id, "asked", text),)))
    raise Asks(move_to_thread(outcome))


def take_answers(run: Run, state: RunState, brief: Brief | None) -> RunState:
    """Take up what was answered since. Raises Asks where the brief still waits."""
    state = replace(state, brief=brief)
    if brief is not None and brief.waits:
        check_brief(run, run.keep(state))
    return state


def explain_no_change(state: RunState) -> EndsEarly:
    """Say why nothing is changed: a question was answered, or there was nothing to change."""
    if state.brief is not None and state.brief.kind == "question":
        return Answered(explain_question_answer(state))
    return GaveUp(explain_unchanged(state))
