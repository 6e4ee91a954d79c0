"""The delivery of a change: the run's branch, and its one pull request."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.find_surprising_lines import find_surprising_lines
from bot.steps.inspect_change import inspect_change, make_rules
from bot.steps.open_pull import open_pull, pull_was_closed
from bot.steps.predict_ci import predict_ci
from bot.steps.push_branch import (
    branch_moved,
    commit_patch,
    name_branch,
    push_change,
)
from bot.steps.rebase_patch import rebase_patch
from bot.stories.await_approval import choose_branch, have_push_approved
from bot.stories.draft_ends import explain_neutral_ci, explain_silent_ci, explain_skipped_ci
from bot.stories.ends import (
    explain_closed_pull,
    explain_green,
    explain_lost_access,
    explain_taken_branch,
    explain_unchecked,
    explain_untouched_pull,
)
from bot.stories.pull_ends import (
    explain_conflict,
    explain_green_pull,
    explain_red_pull,
    explain_refused_again,
    explain_unchecked_pull,
)
from bot.stories.stops import Stopped
from bot.stories.watching import check_pull, check_wanted, obey_signals
from bot.values import Checks, Outcome, RunState
from bot.values.next_state import (
    after_inspection,
    after_push,
    after_rebase,
    after_recheck,
    after_verdict,
)
from bot.views.commit_message import render_commit_message


async def deliver(run: Run, state: RunState) -> RunState:
    """Commit the patch on what was pushed before, and push it to the run's own branch.

    Raises Stopped when the branch is somebody else's.
    """
    await obey_signals(run)
    if state.target is not None:
        await check_pull(run, state)
    if state.branch is None:
        state = await _begin_branch(run, state)
    head = state.pushed.head if state.pushed else None
    message = render_commit_message(state)
    sha = await run(commit_patch, state.base, state.patch, head or state.base.sha, message)
    if sha == head:  # nothing new since an earlier run's push; CI may say something new
        return run.keep(after_recheck(state))
    state = await have_push_approved(run, state, state.patch)
    pushed = await run(push_change, state, sha)
    if pushed.obstacle:
        raise Stopped(explain_lost_access())
    if not pushed.is_ours and state.target is not None:
        return await _deliver_on_top(run, state)
    if not pushed.is_ours:
        raise Stopped(explain_taken_branch(state))
    if state.ci is None:
        state = await expect_ci(run, state)
    subject = message.partition("\n")[0] if state.target else ""
    return run.keep(after_push(state, pushed.sha, pushed.url, subject))


async def _begin_branch(run: Run, state: RunState) -> RunState:
    """Choose the run's own branch, and hear of what happens there from now on."""
    number = int(run.key.rpartition("/")[2])
    name = name_branch(state.config.branch_prefix, state.request, number)
    branch = await choose_branch(run, state, name)
    state = run.keep(replace(state, branch=branch))
    await run.follow(branch)
    return state


async def expect_ci(run: Run, state: RunState, checks: Checks | None = None) -> RunState:
    """Know what CI will do with the run's branch, by the workflows that stand on it.

    `checks` are what CI says of its newest commit, where that was asked already.
    """
    into = replace(state.base, branch=state.origin.branch)
    expected_ci = await run(predict_ci, into, state.own_branch, checks)
    return replace(state, ci=expected_ci)


async def _deliver_on_top(run: Run, state: RunState) -> RunState:
    """Deliver on top of what somebody pushed to the pull request meanwhile: once, if it fits.

    Raises Stopped when it does not: who pushes comes first.
    """
    if state.rebases:
        raise Stopped(explain_conflict(state, "it was not the first time"))
    rebased = await run(rebase_patch, state)
    if not rebased.obstacle and not rebased.patch.files:
        rebased = replace(rebased, obstacle="it holds my whole change already")
    if rebased.obstacle:
        raise Stopped(explain_conflict(state, rebased.obstacle))
    state = run.keep(after_rebase(state, rebased.tree, rebased.patch))
    findings = await run(inspect_change, state.base, state.patch, make_rules(state))
    for finding in findings:
        if finding.blocks:
            raise Stopped(explain_refused_again(state, finding.text))
    return await deliver(run, run.keep(after_inspection(state, findings)))


async def open_green(run: Run, state: RunState, checks: Checks) -> Outcome:
    """Open the pull request: CI is green."""
    state = after_verdict(state, "green", checks)
    if state.target is not None:
        return explain_green_pull(run.keep(state))
    if state.has_untouched_pull:
        return explain_untouched_pull(run.keep(state), "CI is green.")
    state = await show_pull(run, state, draft=state.config.draft)
    return explain_green(state)


async def open_unchecked(run: Run, state: RunState) -> Outcome:
    """Open the pull request of a repository without CI for pull requests, and say so."""
    state = after_verdict(state, "unchecked", Checks(state.delivery.head))
    if state.target is not None:
        return explain_unchecked_pull(run.keep(state))
    if state.has_untouched_pull:
        return explain_untouched_pull(run.keep(state), "")
    state = await show_pull(run, state, draft=state.config.draft)
    return replace(explain_unchecked(state), pull=state.opened.number)


async def leave_silent_draft(run: Run, state: RunState) -> Outcome:
    """Leave a draft: CI said nothing at all."""
    state = after_verdict(state, "silent", Checks(state.delivery.head))
    return await leave_draft(run, state, explain_silent_ci())


async def leave_undecided_draft(run: Run, state: RunState, checks: Checks) -> Outcome:
    """Leave a draft: CI passed for having done nothing, or says neither yes nor no."""
    if checks.is_neutral:
        state = after_verdict(state, "neutral", checks)
        return await leave_draft(run, state, explain_neutral_ci())
    state = after_verdict(state, "skipped", checks)
    return await leave_draft(run, state, explain_skipped_ci())


async def leave_draft(run: Run, state: RunState, outcome: Outcome) -> Outcome:
    """Open a draft that says why it is not green, or leave the branch if the repository says so.

    A pull request that people opened stays as it is.
    """
    if state.target is not None:
        return explain_red_pull(run.keep(state), outcome)
    if state.config.when_red == "nothing" and state.expected_ci.starts != "on pull request":
        run.keep(state)
        return replace(outcome, state="gave up")
    state = await show_pull(run, state, f"Not green. {outcome.text}", draft=True)
    return replace(outcome, pull=state.opened.number)


async def show_pull(run: Run, state: RunState, warning: str = "", *, draft: bool) -> RunState:
    """Open the one pull request or bring it up to date, while it is wanted and the branch is ours.

    `warning` says why it is not green.
    """
    state = run.keep(state)
    await obey_signals(run)
    await check_wanted(run, state.request)
    if await run(pull_was_closed, state.base, state.own_branch):
        raise Stopped(explain_closed_pull(state.request.asker))
    if await run(branch_moved, state.base, state.own_branch, state.delivery.head):
        raise Stopped(explain_taken_branch(state))
    if state.config.surprising_lines:
        surprising = await run(find_surprising_lines, state.base, state.patch)
        state = replace(state, surprising=surprising)
    pull = await run(open_pull, state, warning, draft=draft)
    return run.keep(replace(state, pull=pull))
