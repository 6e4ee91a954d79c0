"""Decide whether a request may be divided, and take what people say to its parts."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.run import Run
from bot.stories.await_approval import hear_decision
from bot.stories.progress import tell
from bot.stories.stops import TooBig
from bot.text.quoted_data import QUOTED, quote_data
from bot.values import ApprovalRequest, Patch, RunState, Signal, Split
from bot.values.approvals import hash_split
from bot.values.next_state import after_results

SPLIT_TOOL = "submit_split"
WHOLE = re.compile(r"(?:whole|in one(?: change)?)\b[\s.,:;!]*", re.IGNORECASE)


def may_split(state: RunState) -> bool:
    """Tell whether a request that is too big is divided: in a conversation that was begun with the
    tool for it, about an issue that is no part itself, as long as people do not want it whole.
    """
    is_offered = any(tool.name == SPLIT_TOOL for tool in state.opening.prefix.tools)
    is_whole = state.split is not None and state.split.is_whole
    is_apart = state.target is None and state.place is None and state.pushed is None
    return is_offered and is_apart and not is_whole and state.config.split != "never"


async def settle_split(run: Run, state: RunState, too_big: TooBig) -> RunState:
    """Show the parts, and wait for what people say: that they are approved, or how they want it
    otherwise, which answers the model's call. A run that waits holds no slot.

    Raises Stopped when nobody says anything in time, or the issue was edited.
    """
    split = too_big.split
    name = hash_split(state.request, state.snapshot, split)
    asked = ApprovalRequest("split", name)
    state, decision = await hear_decision(run, state, asked, Patch())
    if decision.kind == "approve":
        split = replace(split, hash=name, approved_by=decision.by)
        return await tell(run, replace(state, split=split))
    return run.keep(_answer(state, too_big, decision))


def _answer(state: RunState, too_big: TooBig, decision: Signal) -> RunState:
    """Tell the model what people want otherwise; their words are data."""
    whole = WHOLE.match(decision.text.strip())
    words = decision.text.strip()[whole.end() :] if whole else decision.text
    wish = "wants it in one change: plan it whole." if whole else "wants the parts otherwise."
    advice = "" if whole else "Submit the split anew, with what is said there."
    said = quote_data("Said with the command", words)
    sections = [f"@{decision.by} {wish}", QUOTED if said else "", said, advice]
    text = "\n\n".join(filter(None, sections))
    results = tuple(
        replace(result, text=text) if result.call_id == too_big.call_id else result
        for result in too_big.results
    )
    split = Split(is_whole=True) if whole else None
    return after_results(replace(state, split=split), results)
