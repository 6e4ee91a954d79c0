"""Wait until people approve a plan, or what would be pushed; a run that waits holds no slot.

The approval is bound to the hash of what was shown and of the frozen request. An edit of the issue
ends the run: a new plan for the new words is what a new run makes, and whoever approved the old one
would have approved what the page does not say any more.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.run import Run
from bot.steps.ask_approval import ask_approval, look_at_request
from bot.steps.find_exposure import find_exposure
from bot.stories.approval_ends import explain_edited_issue, explain_unapproved
from bot.stories.ends import explain_lost_access
from bot.stories.progress import tell
from bot.stories.stops import Stopped
from bot.stories.watching import obey_signal, obey_signals
from bot.values import (
    ApprovalRequest,
    Branch,
    Patch,
    RunState,
    SecretExposure,
    Signal,
)
from bot.values.approvals import covers, hash_contents, hash_files, hash_plan
from bot.values.next_state import after_approval

DECISIONS = ("approve", "otherwise")
LOOK_S = 6 * 3600.0  # a webhook may be lost


async def have_plan_approved(run: Run, state: RunState) -> RunState:
    """Wait until the plan is approved, where the repository wants that and it is not yet."""
    plan = state.plan
    if state.config.approve != "plan" or plan is None or plan.questions:
        return state
    name = hash_plan(state.request, state.snapshot, plan)
    if any(approval.hash == name for approval in state.approvals):
        return state
    return await _have_approved(run, state, ApprovalRequest("plan", name), Patch())


async def have_push_approved(
    run: Run, state: RunState, patch: Patch, *, is_ours: bool = True
) -> RunState:
    """Wait until what would be pushed is approved, where that is needed.

    That is the whole patch at the first push, where the repository wants to see that and it is ours
    and no suggestion of people; and whatever CI would run with secrets in reach. What is approved
    stays so while the contents are the same.
    """
    contents = hash_contents(patch)
    exposure = await _find_exposure(run, state, patch)
    files = {path: contents[path] for path in exposure.paths}
    is_whole = state.config.approve == "diff" and is_ours and not _has_seen_whole(state)
    if is_whole:
        files = contents
    if covers(state.approvals, files):
        return await _check_request(run, state)
    name = hash_files(state.request, state.snapshot, files)
    jobs = exposure.jobs if exposure.paths else ()
    asked = ApprovalRequest("diff", name, files, is_whole, jobs)
    return await _have_approved(run, state, asked, patch)


def _has_seen_whole(state: RunState) -> bool:
    return any(approval.is_whole for approval in state.approvals)


async def _find_exposure(run: Run, state: RunState, patch: Patch) -> SecretExposure:
    if state.config.ci_secrets == "allow":
        return SecretExposure()
    into = state.origin.branch
    return await run(find_exposure, state.base, patch, state.own_branch, into)


async def choose_branch(run: Run, state: RunState, branch: Branch) -> Branch:
    """Choose the name of the run's branch: where secrets shall be withheld, one for which the jobs
    do not start that are given some. Where there is none, an approval is asked for.
    """
    if state.config.ci_secrets != "withhold":
        return branch
    into = state.origin.branch
    exposure = await run(find_exposure, state.base, state.patch, branch, into)
    return Branch(exposure.other_branch or branch)


async def _check_request(run: Run, state: RunState) -> RunState:
    """Raise Stopped when the issue was edited since something of this run was approved."""
    if state.approvals and not state.own_attempts:
        look = await run(look_at_request, state.request)
        if look.is_edited:
            raise Stopped(explain_edited_issue(state, None))
    return state


async def _have_approved(
    run: Run, state: RunState, asked: ApprovalRequest, patch: Patch
) -> RunState:
    state, approval = await hear_decision(run, state, asked, patch)
    return await tell(run, after_approval(state, approval.by))


async def hear_decision(
    run: Run, state: RunState, asked: ApprovalRequest, patch: Patch
) -> tuple[RunState, Signal]:
    """Show it, and wait for who approves it, or says of a split how it is wanted otherwise.

    Raises Stopped when nobody does in time.
    """
    phase = state.phase
    if not _is_shown(state, asked):
        state = await _show(run, state, asked, patch)
    inbox = _DecisionInbox(run)
    run.heed(inbox.hear)
    decision = await _take_decision(run, state, inbox)
    run.heed(partial(obey_signals, run))
    return replace(state, phase=phase), decision


def _is_shown(state: RunState, asked: ApprovalRequest) -> bool:
    """Tell whether this was shown and waits since: an approval finds it at any moment."""
    shown = state.asked_approval
    return shown is not None and bool(shown.comment) and shown.hash == asked.hash


async def _show(run: Run, state: RunState, asked: ApprovalRequest, patch: Patch) -> RunState:
    if state.config.approve_by == "other":
        asked = replace(asked, asker=state.request.asker)
    state = await tell(run, replace(state, phase="approval", asked_approval=asked))
    asked = await run(ask_approval, state, asked, patch)
    return run.keep(replace(state, asked_approval=asked))


class _DecisionInbox:
    """Keep the decisions that come while the run waits for something else, such as a slot."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._decisions: list[Signal] = []

    async def hear(self) -> None:
        """Hear all signals so far; obey those that decide nothing."""
        while (signal := await self._run.wait(0)) is not None:
            if signal.kind in DECISIONS:
                self._decisions.append(signal)
            else:
                await obey_signal(self._run, signal)

    async def take(self, patience_s: float) -> Signal | None:
        """Take the next signal, or None when the time has passed."""
        if self._decisions:
            return self._decisions.pop(0)
        return await self._run.wait(patience_s)


async def _take_decision(run: Run, state: RunState, inbox: _DecisionInbox) -> Signal:
    """Wait for what decides about what was shown."""
    asked = state.asked_approval
    if asked is None:
        raise RuntimeError("nothing was shown to be approved")
    left_s = float(state.caps.approval_patience_s)
    while True:
        signal = await inbox.take(min(left_s, LOOK_S))
        # A signal that ends the run is obeyed first: what follows may have to wait for a slot.
        if signal is None or signal.kind not in DECISIONS:
            await obey_signal(run, signal or Signal("issue"))
        look = await run(look_at_request, state.request)
        if look.lost_access:
            raise Stopped(explain_lost_access())
        if look.is_edited:
            by = signal.by if signal and signal.kind == "edited" else ""
            raise Stopped(explain_edited_issue(state, asked, by))
        if signal is not None and _decides(signal, asked):
            await obey_signal(run, Signal("issue"))  # it may be closed by now
            return signal
        left_s = state.caps.approval_patience_s - (look.at - asked.asked_at)
        if left_s <= 0:
            raise Stopped(explain_unapproved(state, asked))


def _decides(signal: Signal, asked: ApprovalRequest) -> bool:
    if signal.kind == "otherwise":
        return asked.kind == "split"
    is_meant = signal.kind == "approve" and signal.text == asked.hash
    return is_meant and signal.by != asked.asker
