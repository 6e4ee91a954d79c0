"""From the push to the end: watch CI, diagnose, fix and push, then open the pull request."""

from __future__ import annotations

from dataclasses import replace

from bot.logs import render_reading
from bot.run import Run
from bot.steps.diagnose import diagnose
from bot.steps.rerun_failed_jobs import rerun_failed_jobs
from bot.stories.agent import quote_reason, write
from bot.stories.delivery import (
    deliver,
    leave_draft,
    open_green,
    open_idle,
    open_silent,
    open_unchecked,
    show_pull,
)
from bot.stories.progress import tell
from bot.stories.stops import GaveUp, StaysRed
from bot.stories.watching import settle_ci
from bot.text import as_code_span
from bot.values import Checks, Outcome, RunState, Verdict
from bot.values.run_state import after_verdict, answer_finish

READING_CHARS = 16_000
MOST_NAMES = 5


async def until_green(run: Run, state: RunState) -> Outcome:
    """Go on, attempt by attempt, until CI is green or another fix would not help."""
    if state.expected_ci.starts == "never":
        return await open_unchecked(run, state)
    if state.expected_ci.starts == "on pull request":
        note = "CI runs on this draft; it is marked ready once CI is green."
        state = await show_pull(run, state, note, draft=True)
    try:
        while (checks := await _watch(run, state)).failed:
            state = await _react(run, state, checks)
    except StaysRed as stays_red:
        return await leave_draft(run, run.state, str(stays_red))
    if checks.green:
        return await open_green(run, state, checks)
    if checks.is_silent:
        return await open_silent(run, state)
    return await open_idle(run, state, checks)


async def _watch(run: Run, state: RunState) -> Checks:
    state = await tell(run, replace(state, phase="waiting"))
    return await settle_ci(run, state)


async def _react(run: Run, state: RunState, checks: Checks) -> RunState:
    """Run the failed jobs again once, where that may be all; else fix the change and push it.

    Raises StaysRed when another fix would not help, or when there is none.
    """
    verdict = await run(diagnose, state.base, state.delivery.head, checks)
    if verdict.reading.action == "rerun" and not state.rerun_attempts:
        rerun_attempts = await run(rerun_failed_jobs, state.base, checks)
        if rerun_attempts:
            state = replace(state, rerun_attempts=rerun_attempts)
            return run.keep(after_verdict(state, "rerun", checks, verdict))
    state = run.keep(after_verdict(state, "red", checks, verdict))
    if why := _explain_hopeless(state, verdict):
        raise StaysRed(why)
    try:
        return await _fix(run, state, verdict)
    except GaveUp as gave_up:
        raise StaysRed(f"CI is red and I could not repair it: {gave_up}.") from gave_up


async def _fix(run: Run, state: RunState, verdict: Verdict) -> RunState:
    """Answer the open `finish` with what the red CI says, and push what the model makes of it."""
    state = await tell(run, replace(state, phase="fixing"))
    async with run.slot(state.request.repo, state.request.at):
        before = state.patch
        state = await write(run, run.keep(answer_finish(state, _render_verdict(verdict))))
        if state.patch == before:
            reason = quote_reason(state.finish_call.finish)
            raise GaveUp(f"the model changed nothing more, and says: {reason}")
        return await deliver(run, state)


def _render_verdict(verdict: Verdict) -> str:
    """Tell the model which jobs are red, and what their logs say."""
    jobs = [f"{name} (job {job})" if job else name for name, job in verdict.jobs.items()]
    reading = render_reading(verdict.reading, READING_CHARS)
    return f"CI is red: {', '.join(jobs)}\n\n{reading}"


def _explain_hopeless(state: RunState, verdict: Verdict) -> str:
    """Say why another fix would not help; empty when it may."""
    earlier = {attempt.verdict.fingerprint for attempt in state.attempts[:-1] if attempt.verdict}
    if why := _explain_not_ours(state, verdict):
        return why
    if verdict.reading.action == "human":
        names = ", ".join(as_code_span(name) for name in list(verdict.jobs)[:MOST_NAMES])
        return f"{names} failed and left nothing that I can read. Please look at it."
    if verdict.fingerprint and verdict.fingerprint in earlier:
        return "CI shows the same failure as before my last fix, so I stopped rather than guess."
    count = len(state.attempts)
    if count >= state.caps.attempts:
        attempts = "1 attempt" if count == 1 else f"{count} attempts"
        return f"CI is still red after {attempts}."
    return ""


def _explain_not_ours(state: RunState, verdict: Verdict) -> str:
    """Say why it is not this change that CI is red for; empty when it is."""
    match verdict.kind:
        case "already red":
            branch = state.base.branch
            return f"`{branch}` was red in the same way before this change, and nothing new broke."
        case "infrastructure":
            return (
                "CI failed for a reason outside the code that I cannot repair. Please look at it."
            )
        case "set-up":
            return f"CI failed while it set itself up: {verdict.why}. Please look at it."
        case "flaky" if verdict.why:
            return (
                f"CI is flaky: {verdict.why}. I edit no code for that. "
                "Please run it again, or repair the test."
            )
        case _:
            return ""
