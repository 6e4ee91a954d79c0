"""Show the parts of a request that is too big, and take what people say to them."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.run import Run
from bot.steps.answer import reply
from bot.steps.ask_approval import mark_replaced
from bot.steps.renew_request import renew_request
from bot.steps.snapshot_issue import snapshot_issue
from bot.stories.await_approval import hear_decision
from bot.stories.progress import tell
from bot.stories.stops import TooBig
from bot.values import ApprovalRequest, Patch, Request, RunState, Split
from bot.values.approvals import hash_split
from bot.values.next_state import after_approval, after_results
from bot.views.command_answers import render_waiting_split

WHOLE = re.compile(r"(?:whole|in one(?: change)?)(?:\s+please)?\s*(?:[.,:;!]\s*|$)", re.IGNORECASE)
PLAN_WHOLE = "It is wanted in one change: plan it whole."
SPLIT_ANEW = "The parts are wanted otherwise: submit the split anew, as is said here."


async def settle_split(run: Run, state: RunState, too_big: TooBig) -> RunState:
    """Show the parts, and wait for what people say: that they are approved, or how they want it
    otherwise, which answers the model's call. A run that waits holds no slot.

    Raises Stopped when nobody says anything in time, or the issue was edited.
    """
    while True:
        name = hash_split(state.request, state.snapshot, too_big.split)
        asked = ApprovalRequest("split", name)
        state, decision = await hear_decision(run, state, asked, Patch())
        if decision.request is None:
            split = replace(too_big.split, hash=name, approved_by=decision.by)
            return await tell(run, replace(after_approval(state, decision.by), split=split))
        answered = await _answer(run, state, too_big, decision.request)
        if answered is not None:
            return answered


async def _answer(run: Run, state: RunState, too_big: TooBig, asked: Request) -> RunState | None:
    """Tell the model what people want otherwise, as data. None, where they said nothing."""
    is_whole = WHOLE.match(asked.words)
    words = asked.words[is_whole.end() :] if is_whole else asked.words
    asked = replace(asked, words="" if words.lower() == "go" else words)
    issue = await run(snapshot_issue, asked)
    renewal = await run(renew_request, state, issue, asked)
    replaced = state.asked_approval
    if not renewal.news and not is_whole and replaced is not None:
        await run(reply, asked, render_waiting_split(replaced))
        return None
    if replaced is not None:
        await run(mark_replaced, state, replaced, asked.asker)
    text = "\n\n".join(filter(None, [renewal.news, PLAN_WHOLE if is_whole else SPLIT_ANEW]))
    results = tuple(
        replace(result, text=text) if result.call_id == too_big.call_id else result
        for result in too_big.results
    )
    split = Split(is_whole=True) if is_whole else None
    state = replace(state, issue=issue, split=split, asked_approval=None)
    return run.keep(after_results(state, results))
