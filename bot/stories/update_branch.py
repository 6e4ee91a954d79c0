"""The base is merged into a pull request's branch, and CI made green again.

Whoever may write asks for it with `/update`; of a pull request that the bot opened it is done by
itself once that can no longer be merged. What git and the rules for certain conflicts leave is
solved by the model, hunk by hunk. Where that is not enough nothing is pushed, and people are told.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.draft_merge import commit_resolution, draft_merge, has_same_conflicts
from bot.steps.push_branch import push_change
from bot.stories.agent import write
from bot.stories.await_approval import have_push_approved
from bot.stories.checks_here import learn_checks
from bot.stories.delivery import expect_ci
from bot.stories.ends import explain_lost_access
from bot.stories.merge_ends import (
    explain_moved_head,
    explain_open_conflicts,
    explain_unsolved,
    explain_up_to_date,
)
from bot.stories.progress import carry_out, tell
from bot.stories.stops import GaveUp, Stopped
from bot.stories.until_green import until_green
from bot.stories.watching import check_asker, check_pull, obey_signals
from bot.stories.work_on_pull import begin_on_pull
from bot.values import Outcome, Request, RunState, Sha
from bot.values.next_state import (
    after_draft,
    after_merge,
)
from bot.views.merge_message import render_merge_message

MOST_DRAFTS = 3  # while people go on pushing


async def update_branch(run: Run, request: Request) -> Outcome:
    """Merge the base into the branch, and tell how it ended, however that is."""
    return await carry_out(run, request, _update)


async def _update(run: Run, request: Request) -> Outcome:
    state = await begin_on_pull(run, request)
    async with run.slot(request.repo, request.at) as wait:
        await check_asker(run, request, wait)
        state = await _draft(run, state)
        if state.merge_draft.commit is None:
            return explain_up_to_date(state)
        state = await _solve(run, state)
        state = await _push(run, state)
    return await until_green(run, state)


async def _draft(run: Run, state: RunState) -> RunState:
    """Merge what stands on both branches now; what is certain is solved in it."""
    await obey_signals(run)
    draft = await run(draft_merge, state.request.repo, state.pull_details, state.config)
    return run.keep(after_draft(state, draft))


async def _solve(run: Run, state: RunState) -> RunState:
    """Have the model solve what is left. Raises GaveUp where it does not, or may not."""
    left = state.merge_draft.left
    if not left:
        return state
    if any(conflict.advice for conflict in left):
        raise GaveUp(explain_open_conflicts(state))
    state = await learn_checks(run, state)
    state = await tell(run, replace(state, phase="planning"))
    try:
        return await write(run, state)
    except GaveUp as gave_up:
        raise GaveUp(explain_unsolved(run.state, gave_up.outcome)) from gave_up


async def _push(run: Run, state: RunState) -> RunState:
    """Push the merge commit. Where people pushed meanwhile, merge anew, as long as it fits.

    Raises Stopped when it does not: who pushes comes first.
    """
    for _ in range(MOST_DRAFTS):
        await obey_signals(run)
        await check_pull(run, state)
        sha = await _commit(run, state)
        if state.merge_draft.left:  # the rest is what both sides have reviewed
            state = await have_push_approved(run, state, state.patch)
        pushed = await run(push_change, state, sha)
        if pushed.obstacle:
            raise Stopped(explain_lost_access())
        if pushed.is_ours:
            return run.keep(after_merge(await expect_ci(run, state), pushed.sha, pushed.url))
        state = await _draft_anew(run, state)
    raise Stopped(explain_moved_head(state))


async def _commit(run: Run, state: RunState) -> Sha:
    """Commit what the model made of the draft; without open conflicts the draft is the commit."""
    draft = state.merge_draft
    if not draft.left:
        return state.base.sha
    finish = state.finish_call.finish
    message = render_merge_message(state.own_branch, state.origin.branch, draft, finish)
    return await run(commit_resolution, draft, state.base, state.patch, message)


async def _draft_anew(run: Run, state: RunState) -> RunState:
    """Merge what stands there now. Raises Stopped where what the model wrote is not about that."""
    before = state.merge_draft
    state = await _draft(run, state)
    after = state.merge_draft
    if after.commit is None or not await run(has_same_conflicts, state.base, before, after):
        raise Stopped(explain_moved_head(state))
    return state
