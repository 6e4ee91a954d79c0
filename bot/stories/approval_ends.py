"""Say how a run ended that waited for an approval, and what people can do next."""

from __future__ import annotations

from bot.stories.ends import FILE, name_actor
from bot.text.durations import render_duration
from bot.values import ApprovalRequest, Outcome, RunState

AGAIN = "To have me go on, comment `/retry`: I ask again then."
NOUNS = {"plan": "my plan", "diff": "my change", "split": "my split into parts"}


def explain_unapproved(state: RunState, asked: ApprovalRequest) -> Outcome:
    """Say that nobody approved it in time, and what asked for an approval."""
    patience = render_duration(state.caps.approval_patience_s)
    text = f"I stopped, because nobody approved {NOUNS[asked.kind]} within {patience}."
    setting = f"`approve: {state.config.approve}`"
    if asked.kind == "split":
        advice = f"With `split: never` in {FILE} I do every request in one change."
        return Outcome("stopped", text, kind="not approved", next_step=f"{AGAIN} {advice}")
    if asked.jobs:
        setting = f"`ci_secrets: {state.config.ci_secrets}`"
    next_step = f"{AGAIN} That I wait for one is {setting} in {FILE}."
    return Outcome("stopped", text, kind="not approved", next_step=next_step)


def explain_edited_issue(state: RunState, asked: ApprovalRequest | None, by: str = "") -> Outcome:
    """Say that what was to be approved is not what the issue asks for any more."""
    who = name_actor(by, state.request.asker)
    noun = NOUNS[asked.kind] if asked else "what was approved"
    text = f"I stopped, because the issue was edited{who}, and {noun} is for what it said before."
    next_step = "To have me begin with what it says now, comment `/generate`."
    return Outcome("stopped", text, kind="edited", next_step=next_step)
