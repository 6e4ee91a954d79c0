"""Read from a run's recorded steps how it stands: plan or parts, diff, attempts, bill."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from bot.run import StepView, from_json
from bot.steps.ask_model import TimedTurn
from bot.steps.fetch_checks import ChecksSnapshot
from bot.steps.renew_request import Renewal
from bot.steps.use_tools import TurnOutcome
from bot.stories.recorded_steps import read_result
from bot.values import (
    Attempt,
    AttemptState,
    Checks,
    ConversationStart,
    Plan,
    PushResult,
    RunState,
    Split,
    Usage,
    Verdict,
)

LOOKUP = "find_last_state"  # the engine's step that reads how the run before ended


@dataclass(frozen=True, slots=True)
class RunHistory:
    """What the steps of a run came to, in the order in which they were done."""

    model: str = ""
    plan: Plan | None = None
    split: Split | None = None  # its parts, where it is too big for a plan
    files: tuple[str, ...] = ()  # that it changed so far
    diff: str = ""  # of what it pushed last
    attempts: tuple[Attempt, ...] = ()
    checks: Checks | None = None  # what CI said last
    usage: Usage = field(default_factory=Usage)
    turns: int = 0
    model_s: float = 0.0
    earlier: RunState | None = None  # how the run before ended, which this one may go on from


def read_history(steps: Sequence[StepView]) -> RunHistory:
    """Go through the steps; those of another version are passed over."""
    history = RunHistory()
    for step in steps:
        value = read_result(step.name, step.result)
        if step.name == "rerun_failed_jobs" and value:
            history = _after_verdict(history, "rerun")
        elif step.name == LOOKUP:
            history = replace(history, earlier=_read_state(step.result))
        elif type(value) in READERS:
            history = READERS[type(value)](history, value)
    return history


def _read_state(record: object) -> RunState | None:
    """Read how an earlier run stood; None where there was none, or one of another version."""
    try:
        state: RunState = from_json(record, RunState)
    except ValidationError:
        return None
    return state


def _after_renewal(history: RunHistory, _renewal: Renewal) -> RunHistory:
    """Take up the plan and the model of the run that this one goes on from."""
    earlier = history.earlier
    if earlier is None or earlier.start is None:
        return history
    return replace(history, plan=earlier.plan, model=earlier.start.model)


def _after_start(history: RunHistory, start: ConversationStart) -> RunHistory:
    return replace(history, model=start.model)


def _after_turn(history: RunHistory, timed: TimedTurn) -> RunHistory:
    return replace(
        history,
        usage=history.usage + timed.turn.usage,
        turns=history.turns + 1,
        model_s=history.model_s + timed.took_s,
    )


def _after_tools(history: RunHistory, outcome: TurnOutcome) -> RunHistory:
    changed = dict.fromkeys((*history.files, *outcome.changes))
    files = tuple(path for path in changed if path not in outcome.reverted)
    plan = outcome.plan or history.plan
    split = None if outcome.plan else outcome.split or history.split
    return replace(history, plan=plan, split=split, files=files)


def _after_push(history: RunHistory, push: PushResult) -> RunHistory:
    if not push.is_ours or push.obstacle:
        return history
    attempts = (*history.attempts, Attempt(push.sha, "running"))
    return replace(history, attempts=attempts, diff=push.diff, checks=None)


def _after_checks(history: RunHistory, snapshot: ChecksSnapshot) -> RunHistory:
    """Take up what CI says; a red one is told by its verdict."""
    history = replace(history, checks=snapshot.checks)
    if snapshot.checks.green:
        return _after_verdict(history, "green")
    if snapshot.checks.is_neutral:
        return _after_verdict(history, "neutral")
    if snapshot.checks.is_all_skipped:
        return _after_verdict(history, "skipped")
    return history


def _after_red(history: RunHistory, verdict: Verdict) -> RunHistory:
    return _after_verdict(history, "red", verdict)


def _after_verdict(
    history: RunHistory, state: AttemptState, verdict: Verdict | None = None
) -> RunHistory:
    """Write it to the newest attempt; without a verdict an earlier one stays."""
    if not history.attempts:
        return history
    *earlier, newest = history.attempts
    newest = replace(newest, state=state, verdict=verdict or newest.verdict)
    return replace(history, attempts=(*earlier, newest))


READERS: Mapping[type, Callable[[RunHistory, Any], RunHistory]] = MappingProxyType(
    {
        ConversationStart: _after_start,
        Renewal: _after_renewal,
        TimedTurn: _after_turn,
        TurnOutcome: _after_tools,
        PushResult: _after_push,
        ChecksSnapshot: _after_checks,
        Verdict: _after_red,
    }
)
