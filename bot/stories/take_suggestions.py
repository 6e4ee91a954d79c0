"""Suggestions in the threads become one commit, before the model writes and without it."""

from __future__ import annotations

from dataclasses import replace

from bot.edits import has_suggestion
from bot.run import Run
from bot.steps.apply_suggestions import commit_suggestions
from bot.steps.checkout_pull import checkout_pull
from bot.steps.find_open_threads import find_open_threads
from bot.steps.push_branch import push_change
from bot.stories.await_approval import have_push_approved
from bot.stories.ends import explain_lost_access, explain_taken_branch
from bot.stories.progress import tell
from bot.stories.review_answers import is_own_pull
from bot.stories.stops import Stopped
from bot.values import (
    AppliedSuggestions,
    Attempt,
    Finish,
    Patch,
    PushedChange,
    PushResult,
    ReviewThread,
    RunState,
    Sha,
)
from bot.values.next_state import (
    after_answers,
    after_pull_checkout,
    after_threads,
)

TRIES = 3  # where people push at the same time


async def take_suggestions(run: Run, state: RunState) -> RunState:
    """Apply what is suggested in the threads without an answer, push it, and keep the answers.

    All that was written before must be pushed. Raises Stopped when nothing can be pushed.
    """
    for _ in range(TRIES):
        threads = _list_untouched(state)
        if not any(map(has_suggestion, threads)):
            return state
        applied = await run(commit_suggestions, state, threads)
        if applied.sha is None:
            return run.keep(after_answers(state, applied.answers))
        state = await have_push_approved(run, state, Patch(dict(applied.texts)), is_ours=False)
        pushed = await run(push_change, state, applied.sha)
        if pushed.obstacle:
            raise Stopped(explain_lost_access())
        if pushed.is_ours:
            return await tell(run, _after_suggestions(state, applied, pushed))
        if state.target is None:
            break
        state = await _stand_on_newest(run, state)
    raise Stopped(explain_taken_branch(state))


def _list_untouched(state: RunState) -> tuple[ReviewThread, ...]:
    """List the threads in which nothing was applied, asked or declined yet."""
    answered = {answer.thread for answer in state.answers}
    return tuple(thread for thread in state.open_threads if thread.id not in answered)


async def _stand_on_newest(run: Run, state: RunState) -> RunState:
    """Stand on what others pushed meanwhile, with the threads on their lines as they are now."""
    repo, target = state.request.repo, state.pull_details
    checkout = await run(checkout_pull, repo, target)
    state = after_pull_checkout(state, checkout.tree, checkout.merge_base, checkout.base_sha)
    untouched = {thread.id for thread in _list_untouched(state)}
    waiting = await run(find_open_threads, repo, target.number, is_ours=is_own_pull(state))
    moved = tuple(thread for thread in waiting if thread.id in untouched)
    return after_threads(state, moved, state.delivery.head)


def _after_suggestions(
    state: RunState, applied: AppliedSuggestions, pushed: PushResult
) -> RunState:
    """Stand on the commit of the suggestions: what is written now comes on top of it."""
    head = pushed.sha
    answers = tuple(
        replace(answer, sha=head) if answer.kind == "applied" else answer
        for answer in applied.answers
    )
    return replace(
        after_answers(_stand_on(state, applied, head), answers),
        pushed=_describe_push(state, applied, pushed),
        open_threads=_move_threads(state, applied, head),
        attempts=(*state.attempts, Attempt(head, "running")),
        rerun_attempts={},
    )


def _stand_on(state: RunState, applied: AppliedSuggestions, head: Sha) -> RunState:
    """Take the commit as the tree to change; a run for an issue keeps all its work as one patch."""
    if state.target is None:
        return replace(state, patch=Patch({**state.patch.files, **applied.texts}))
    return replace(state, tree=replace(state.base, sha=head), patch=Patch())


def _describe_push(
    state: RunState, applied: AppliedSuggestions, pushed: PushResult
) -> PushedChange:
    """Say what stands on the branch: the words of a change are the model's, where it wrote one."""
    words = state.delivery.finish
    if not words.title:
        words = Finish(applied.title, "", f"{applied.title}.")
    files = dict.fromkeys([*state.delivery.files, *applied.paths])
    return PushedChange(pushed.sha, words, tuple(files), pushed.url, applied.title)


def _move_threads(
    state: RunState, applied: AppliedSuggestions, head: Sha
) -> tuple[ReviewThread, ...]:
    """Let the threads that wait for an answer stand on the lines of the new commit."""
    moved = {thread.id: replace(thread, head_sha=head) for thread in applied.moved}
    return tuple(moved.get(thread.id, thread) for thread in state.open_threads)
