"""A pull request is changed on top of its newest commit, and its CI made green again.

Whoever may write asks for it: with `/generate` what to change, with `/fix` to repair a red CI, by a
review. Nothing that people pushed is moved. To a fork nothing is pushed: the answer is a review.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.admit import compute_caps, load_repo_config
from bot.steps.checkout_pull import checkout_pull
from bot.steps.diagnose import diagnose
from bot.steps.fetch_checks import fetch_checks
from bot.steps.retrieve import retrieve
from bot.steps.snapshot_pull import snapshot_pull
from bot.stories.agent import write
from bot.stories.brief_talk import read_asked_on_pull
from bot.stories.checks_here import learn_checks
from bot.stories.delivery import expect_ci
from bot.stories.fork_answer import answer_fork
from bot.stories.progress import carry_out, tell
from bot.stories.pull_ends import explain_no_threads
from bot.stories.resume import resume_on_pull
from bot.stories.review_answers import needs_model, take_up_threads
from bot.stories.stops import Stopped
from bot.stories.take_suggestions import take_suggestions
from bot.stories.until_answered import deliver_change, until_answered
from bot.stories.watching import check_asker, obey_signals
from bot.values import Attempt, Outcome, Request, RunState
from bot.values.next_state import (
    after_pull_checkout,
    after_pull_snapshot,
)


async def work_on_pull(run: Run, request: Request) -> Outcome:
    """Change the pull request as it is asked, and tell how it ended, however that is."""
    return await carry_out(run, request, change_pull)


async def change_pull(run: Run, request: Request) -> Outcome:
    """Do the work, from the request to the end of CI."""
    state = await begin_on_pull(run, request)
    async with run.slot(request.repo, request.at) as wait:
        await check_asker(run, request, wait)
        if not state.is_resumed:
            state = await understand_pull(run, state)
        if state.pull_details.is_fork:
            return await answer_fork(run, state)
        state = await _make_change(run, state)
    return await until_answered(run, state)


async def _make_change(run: Run, state: RunState) -> RunState:
    """Make the change that is asked for; to repair CI begins with what it says of the head."""
    if state.is_resumed:
        return await deliver_change(run, await write(run, state))
    return state if state.request.command == "fix" else await _write_change(run, state)


async def _write_change(run: Run, state: RunState) -> RunState:
    """Write what is asked for, in the threads too, and deliver it.

    Raises Stopped when a review asked for it, and nothing of it waits for an answer any more.
    """
    state = await take_suggestions(run, await take_up_threads(run, state))
    if needs_model(state):
        return await deliver_change(run, await write(run, state))
    if not state.answers:
        raise Stopped(explain_no_threads(state))
    return state


async def begin_on_pull(run: Run, request: Request) -> RunState:
    """Say that the work begins; read what the repository allows, and the pull request."""
    state = run.keep(RunState(run.key, request))
    snapshot = await run(snapshot_pull, request)
    if not snapshot.target.is_fork:  # whose branch may be called as one of ours
        await run.follow(snapshot.target.head)
    state = after_pull_snapshot(state, snapshot.target, snapshot.issue, snapshot.threads)
    state = await tell(run, state)
    config = await run(load_repo_config, request)
    caps = await run(compute_caps, config)
    state = run.keep(replace(state, config=config, caps=caps))
    may_go_on = request.may_resume or snapshot.has_asked
    return await resume_on_pull(run, state) if may_go_on else state


async def understand_pull(run: Run, state: RunState) -> RunState:
    """Check out the head, see what CI says of it, and find the code that the request speaks of."""
    repo = state.request.repo
    await obey_signals(run)
    checkout = await run(checkout_pull, repo, state.pull_details)
    state = after_pull_checkout(state, checkout.tree, checkout.merge_base, checkout.base_sha)
    is_repair = state.request.command == "fix" and not state.pull_details.is_fork
    checks = None if is_repair else (await run(fetch_checks, repo, state.base.sha)).checks
    state = await expect_ci(run, state, checks)
    asked = read_asked_on_pull(state)
    retrieval = await run(retrieve, state.base, state.snapshot, asked, state.merge_base)
    state = run.keep(await learn_checks(run, replace(state, retrieval=retrieval)))
    if checks is None:  # the repair begins with what CI says
        return run.keep(replace(state, attempts=(Attempt(state.base.sha, "running"),)))
    if checks.failed:
        base_tip = state.pull_details.base_sha
        verdict = await run(diagnose, state.origin, state.base.sha, checks, base_tip)
        state = replace(state, earlier_verdict=verdict)
    return await tell(run, replace(state, phase="planning"))
