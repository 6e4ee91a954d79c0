"""From the push to the end: watch CI, diagnose, fix and push, then open the pull request."""

from __future__ import annotations

from dataclasses import replace

from bot.logs import render_reading
from bot.run import Run
from bot.steps.diagnose import diagnose
from bot.steps.rerun_failed_jobs import rerun_failed_jobs
from bot.stories.agent import write
from bot.stories.delivery import (
    deliver,
    leave_draft,
    leave_silent_draft,
    leave_undecided_draft,
    open_green,
    open_unchecked,
    show_pull,
)
from bot.stories.draft_ends import (
    explain_hopeless,
    explain_no_more_changes,
    explain_no_repair,
)
from bot.stories.progress import tell
from bot.stories.stops import GaveUp, StaysRed
from bot.stories.watching import check_asker, check_branch, settle_ci
from bot.values import Checks, Outcome, RunState, Verdict
from bot.values.next_state import (
    after_verdict,
    after_wait,
    answer_finish,
)

READING_CHARS = 16_000


async def until_green(run: Run, state: RunState) -> Outcome:
    """Go on, attempt by attempt, until CI is green or another fix would not help."""
    if state.expected_ci.starts == "never":
        return await open_unchecked(run, state)
    if state.expected_ci.starts == "on pull request" and state.target is None:
        note = "CI runs on this draft; it is marked ready once CI is green."
        state = await show_pull(run, state, note, draft=True)
    try:
        while (checks := await _watch(run, state)).failed:
            state = await _react(run, state, checks)
    except StaysRed as stays_red:
        return await leave_draft(run, after_wait(run.state, "slow"), stays_red.outcome)
    if checks.green:
        return await open_green(run, state, checks)
    if checks.is_silent:
        return await leave_silent_draft(run, state)
    return await leave_undecided_draft(run, state, checks)


async def _watch(run: Run, state: RunState) -> Checks:
    state = await tell(run, replace(state, phase="waiting"))
    return await settle_ci(run, state)


async def _react(run: Run, state: RunState, checks: Checks) -> RunState:
    """Run the failed jobs again once, where that may be all; else fix the change and push it.

    Raises StaysRed when another fix would not help, or when there is none.
    """
    base_tip = state.target.base_sha if state.target else None
    verdict = await run(diagnose, state.origin, state.delivery.head, checks, base_tip)
    if verdict.reading.action == "rerun" and not state.rerun_attempts:
        rerun_attempts = await run(rerun_failed_jobs, state.base, checks)
        if rerun_attempts:
            state = replace(state, rerun_attempts=rerun_attempts)
            return run.keep(after_verdict(state, "rerun", checks, verdict))
    state = run.keep(after_verdict(state, "red", checks, verdict))
    if hopeless := explain_hopeless(state, verdict):
        raise StaysRed(hopeless)
    if state.target is not None:
        await check_branch(run, state)  # whoever pushed since may have repaired it
    try:
        return await _fix(run, state, verdict)
    except GaveUp as gave_up:
        raise StaysRed(explain_no_repair(gave_up.outcome)) from gave_up


async def _fix(run: Run, state: RunState, verdict: Verdict) -> RunState:
    """Answer the open `finish` with what the red CI says, and push what the model makes of it."""
    state = await tell(run, replace(state, phase="fixing"))
    async with run.slot(state.request.repo, state.request.at) as wait:
        await check_asker(run, state.request, wait)
        before = state.patch
        state = await write(run, run.keep(_tell_verdict(state, verdict)))
        if state.patch == before:
            raise GaveUp(explain_no_more_changes(state))
        return await deliver(run, state)


def _tell_verdict(state: RunState, verdict: Verdict) -> RunState:
    """Tell the model why CI is red: as the answer to its `finish`, else with the request."""
    if state.open_finish is None:
        return replace(state, earlier_verdict=verdict)
    return answer_finish(state, _render_verdict(verdict))


def _render_verdict(verdict: Verdict) -> str:
    """Tell the model which jobs are red, and what their logs say."""
    jobs = [f"{name} (job {job})" if job else name for name, job in verdict.jobs.items()]
    reading = render_reading(verdict.reading, READING_CHARS)
    return f"CI is red: {', '.join(jobs)}\n\n{reading}"
