"""Wait for CI to settle, and hear what people say meanwhile."""

from __future__ import annotations

from bot.run import Run, SlotWait
from bot.steps.admit import GONE, LOST_ACCESS, find_stop_reason, is_authorized
from bot.steps.fetch_checks import ChecksSnapshot, fetch_checks
from bot.steps.find_pull_change import find_pull_change
from bot.steps.open_pull import pull_was_closed
from bot.steps.push_branch import branch_moved
from bot.stories.draft_ends import explain_slow_ci
from bot.stories.ends import (
    explain_closed_pull,
    explain_lost_access,
    explain_stop,
    explain_stop_command,
    explain_taken_branch,
    name_actor,
)
from bot.stories.pull_ends import explain_command, explain_moved_branch, explain_moved_pull
from bot.stories.stops import StaysRed, Stopped
from bot.text.durations import format_iso_time
from bot.values import Caps, Checks, Request, RunState, Signal, Waiting, WatchedHead

LEAST_PAUSE_S = 0.5  # else a wait that ends a moment too early has many short ones behind it


class ThreadWaits(Exception):
    """Somebody asked for more in a thread of the pull request, while CI was waited for."""


async def settle_ci(run: Run, state: RunState) -> Checks:
    """Wait until all of CI has spoken; silent checks when it stayed silent for too long.

    Raises StaysRed when CI does not end, and ThreadWaits when people ask for more before it does.
    Holds no slot of work.
    """
    caps = state.caps
    began = 0.0
    while True:
        snapshot = await run(fetch_checks, state.request.repo, state.delivery.head)
        began = began or snapshot.at
        waited_s = snapshot.at - began
        is_early = waited_s < caps.ci_grace_s
        if _has_settled(snapshot, state, is_early=is_early):
            return snapshot.checks
        if snapshot.checks.is_silent and not is_early:
            return snapshot.checks
        if waited_s >= caps.ci_patience_s:
            raise StaysRed(explain_slow_ci(caps))
        waiting = Waiting(
            "ci",
            since=format_iso_time(began),
            checks=snapshot.checks.checks,
            head=WatchedHead(state.request.repo, state.delivery.head),
        )
        await _wait_for_hint(run, _next_look_s(caps, waited_s, snapshot.pause_s), waiting)


async def obey_signals(run: Run) -> None:
    """Hear all signals so far: behind what CI said a person may wait.

    CI itself is asked anew when it is waited for.
    """
    while (signal := await run.wait(0)) is not None:
        await obey_signal(run, signal)


async def obey_signal(run: Run, signal: Signal) -> None:
    """Raise Stopped when people do not want the work any more. A webhook hints; GitHub says."""
    state, request = run.state, run.state.request
    if state.target is not None:
        await _obey_pull_signal(run, state, signal)
        return
    if signal.kind == "stop":
        raise Stopped(explain_stop_command(request.asker, signal.by))
    if signal.kind == "issue" and (why := await run(find_stop_reason, request)):
        # Of an issue that GitHub shows no more only the event tells what became of it.
        why = f"the issue was {signal.text}" if why == GONE and signal.text else why
        raise Stopped(explain_stop(f"{why}{name_actor(signal.by, request.asker)}"))
    if state.pushed is not None:
        await _obey_branch_signal(run, state, signal)


async def check_wanted(run: Run, request: Request) -> None:
    """Raise Stopped when the work is not wanted any more, or whoever asked may not ask now."""
    why = await run(find_stop_reason, request, check_access=True)
    if why == LOST_ACCESS:
        raise Stopped(explain_lost_access())
    if why:
        raise Stopped(explain_stop(why))


async def check_asker(run: Run, request: Request, wait: SlotWait) -> None:
    """Raise Stopped when whoever asked lost the right to while the run waited for its slot."""
    if wait == "waited, asked anew" and not await run(is_authorized, request):
        raise Stopped(explain_lost_access())


async def _obey_pull_signal(run: Run, state: RunState, signal: Signal) -> None:
    """Raise Stopped when the pull request that it works on was closed or moved.

    A push while the change is written stops nothing: the change may fit on top of it.
    """
    request = state.request
    if signal.kind == "stop":
        raise Stopped(explain_command(request.asker, signal.by))
    if signal.kind in ("issue", "closed", "pull"):
        await check_pull(run, state, signal.by)
    if state.phase == "waiting" and signal.kind == "pushed":
        await check_branch(run, state, signal.by)


async def check_pull(run: Run, state: RunState, by: str = "") -> None:
    """Raise Stopped when the pull request is closed, locked or has another base by now."""
    request = state.request
    if why := await run(find_pull_change, request, state.pull_details):
        raise Stopped(explain_moved_pull(why, by, request.asker))
    if request.on_pull:
        return
    if why := await run(find_stop_reason, request):  # it was asked for on the issue
        raise Stopped(explain_stop(f"{why}{name_actor(by, request.asker)}"))


async def check_branch(run: Run, state: RunState, by: str = "") -> None:
    """Raise Stopped when somebody pushed to the pull request on top of what CI was asked about."""
    if await run(branch_moved, state.base, state.own_branch, state.delivery.head):
        raise Stopped(explain_moved_branch(state, by))


async def _obey_branch_signal(run: Run, state: RunState, signal: Signal) -> None:
    """Raise Stopped when somebody else took the branch over, or closed its pull request."""
    base, branch = state.base, state.own_branch
    if signal.kind == "closed" and await run(pull_was_closed, base, branch):
        raise Stopped(explain_closed_pull(state.request.asker, signal.by))
    if signal.kind == "pushed" and await run(branch_moved, base, branch, state.delivery.head):
        is_deleted = bool(signal.sha) and not signal.sha.strip("0")
        raise Stopped(explain_taken_branch(state, signal.by, is_deleted=is_deleted))


async def _wait_for_hint(run: Run, patience_s: float, waiting: Waiting) -> None:
    """Wait for a signal, or for time to pass.

    CI is asked again after either. A signal about another commit ends the wait too, for signals
    that keep coming would hold it up for ever.
    """
    signal = await run.wait(patience_s, waiting)
    if signal is None:
        signal = Signal("issue")  # its webhook may have been lost
    await obey_signal(run, signal)
    if signal.kind == "review" and run.state.pull is not None and run.state.merge is None:
        raise ThreadWaits


def _next_look_s(caps: Caps, waited_s: float, pause_s: float) -> float:
    """Look again when the grace for silent CI or the patience ends, or after the usual time.

    `pause_s` is how long that is where somebody else watches CI; 0 where nobody does.
    """
    usual_s = max(caps.ci_poll_s, pause_s)
    grace_s = caps.ci_grace_s - waited_s
    left_s = grace_s if grace_s > 0 else caps.ci_patience_s - waited_s
    return min(usual_s, max(left_s, LEAST_PAUSE_S))


def _has_settled(snapshot: ChecksSnapshot, state: RunState, *, is_early: bool) -> bool:
    """Tell whether all of CI has ended. Early on, a green suite may be the first of several."""
    checks = snapshot.checks
    if checks.is_silent or checks.is_pending:
        return False
    if any(
        check.run_attempt <= state.rerun_attempts.get(str(check.run), 0)
        for check in checks.failed
        if check.run
    ):
        return False
    if not is_early:
        return True
    runs = {check.run for check in checks.checks if check.run}
    names = {check.name for check in checks.checks}
    expected = state.expected_ci
    return len(runs) >= expected.workflows and names.issuperset(expected.other_checks)
