"""Take up what people ask in the threads of a pull request, and answer it there."""

from __future__ import annotations

from dataclasses import replace

from bot.edits import has_suggestion
from bot.run import Run
from bot.steps.answer_threads import reply_in_thread, request_reviews, resolve_threads
from bot.steps.find_open_threads import find_open_threads
from bot.steps.push_branch import is_named_after
from bot.steps.render_new_threads import render_new_threads
from bot.steps.thread_rules import find_news
from bot.values import ReviewThread, RunState, Subject
from bot.values.next_state import (
    after_threads,
    answer_finish,
)

MOST_THREADS = 30  # at a time; the others are taken up when these have their answers
ANSWERING = "answer_thread"  # the tool


async def take_up_threads(run: Run, state: RunState, *, is_writing: bool = False) -> RunState:
    """Take up the threads that wait for an answer by now, and were not read as they are now.

    The state stays the same when there are none, and in a merge. Suggestions wait until what is
    being written is pushed: they are applied on top of it.
    """
    if state.pull is None or state.pushed is None or state.merge:
        return state
    repo, number = state.request.repo, state.pull.number
    waiting = await run(find_open_threads, repo, number, is_ours=is_own_pull(state))
    if is_writing:
        waiting = tuple(thread for thread in waiting if not has_suggestion(thread))
    news = find_news(waiting, state.open_threads)[:MOST_THREADS]
    return run.keep(after_threads(state, news, state.pushed.head)) if news else state


async def show_new_threads(run: Run, before: RunState, state: RunState) -> RunState:
    """Show the model what was taken up since `before`: as the answer to its `finish`.

    Where the conversation has no tools for threads, another one begins on the same work.
    """
    tools = state.opening.prefix.tools if state.start else ()
    if state.open_finish is None or ANSWERING not in {tool.name for tool in tools}:
        anew = replace(state, start=None, conversation=(), plan=None, open_finish=None)
        return run.keep(anew)
    new = [thread for thread in list_unanswered(state) if thread not in before.open_threads]
    names = [thread.id for thread in new]
    text = await run(render_new_threads, state, names)
    return run.keep(answer_finish(state, text))


async def answer_threads(run: Run, state: RunState, *, is_green: bool) -> RunState:
    """Post the answers that were not posted yet; one to a thread that is gone is forgotten. Where
    CI is green, resolve the threads that a commit answers, and ask for the review again.
    """
    new = [answer for answer in state.answers if not answer.is_posted]
    paths = {thread.id: thread.path for thread in state.open_threads}
    gone = set()
    for answer in new:  # a review's own text is answered in the comment at the end
        if paths.get(answer.thread) and not await run(reply_in_thread, state, answer):
            gone.add(answer.thread)
    left = [answer for answer in state.answers if answer.thread not in gone]
    posted = tuple(replace(answer, is_posted=True) for answer in left)
    state = run.keep(replace(state, answers=posted))
    if new and is_green:
        await run(resolve_threads, state)
        if is_own_pull(state):
            await run(request_reviews, state)
    return state


async def answer_delivered(run: Run, state: RunState) -> None:
    """Post the answers that hold although the work came to no end: words alone, and those whose
    commit is pushed. What was posted stays.
    """
    answers = tuple(
        answer
        for answer in state.answers
        if answer.is_posted or answer.kind != "done" or answer.sha is not None
    )
    await answer_threads(run, replace(state, answers=answers), is_green=False)


def needs_model(state: RunState) -> bool:
    """Tell whether anything is left that the model must do: a thread without an answer, or words
    that are not a thread's.
    """
    if list_unanswered(state):
        return True
    request = state.request
    return bool(request.words) or not (request.review or request.in_thread or state.answers)


def list_unanswered(state: RunState) -> tuple[ReviewThread, ...]:
    """List the threads that still wait for an answer, or for more than a part of it."""
    answered = {answer.thread for answer in state.answers if not answer.is_partial}
    return tuple(thread for thread in state.open_threads if thread.id not in answered)


def is_own_pull(state: RunState) -> bool:
    """Tell whether the bot wrote the pull request: it opened it, or an issue's run its branch."""
    if state.target is None or state.target.is_ours:
        return True
    return is_named_after(state.target.head, Subject(state.key.rpartition("/")[0]))
