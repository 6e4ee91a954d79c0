"""The state of a run that goes on where an earlier one ended."""

from __future__ import annotations

from dataclasses import replace

from bot.values.resumption import Resumption
from bot.values.run_state import RunState
from bot.values.split import Split


def after_resumption(earlier: RunState, new: RunState, text: str) -> RunState:
    """Begin a run where an earlier one ended: its work, and caps, counts and a request of its own.

    `text` tells people so.
    """
    return replace(
        earlier,
        key=new.key,
        request=new.request,
        phase=new.phase,
        tree=replace(earlier.base, repo=new.request.repo),
        stalls=new.stalls,
        usage=new.usage,
        turns=new.turns,
        model_s=new.model_s,
        attempts=new.attempts,
        asked_approval=None,
        approvals=(),
        split=_keep_split(earlier.split),
        jobs=new.jobs,
        sandbox_s=new.sandbox_s,
        mutation_proof=earlier.mutation_proof if new.request.command == "test" else None,
        rerun_attempts=new.rerun_attempts,
        outcome=None,
        resumption=_describe_resumption(earlier, text),
    )


def _keep_split(split: Split | None) -> Split | None:
    """Keep what people decided about a split; what was only shown is shown anew."""
    return split if split is not None and (split.is_approved or split.is_whole) else None


def _describe_resumption(earlier: RunState, text: str) -> Resumption:
    return Resumption(
        text,
        goes_on=True,
        usd=earlier.total_usd,
        head=earlier.pushed.head if earlier.pushed else None,
        has_pull=earlier.pull is not None,
    )
