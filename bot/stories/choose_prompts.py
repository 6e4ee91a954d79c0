"""Choose what the model is told first: the job, and what comes with it."""

from __future__ import annotations

from types import MappingProxyType

from bot.steps.ask_model import FOR_BEHAVIOUR, FOR_BRIEF, FOR_SANDBOX, FOR_THREADS
from bot.stories.brief_talk import asks_brief, needs_brief
from bot.stories.prove_same_behaviour import may_record, records_behaviour
from bot.values import RunState

JOBS = MappingProxyType({"document": "begin_document", "test": "begin_test"})


def choose_prompts(state: RunState) -> tuple[str, ...]:
    """Choose the prompts of a conversation that begins; those behind the first bring tools."""
    conditions = {
        FOR_SANDBOX: state.project is not None,
        FOR_BEHAVIOUR: may_record(state),
        FOR_BRIEF: needs_brief(state),
        FOR_THREADS: bool(state.open_threads),
        "resume": bool(state.patch.files),
    }
    return choose_job(state), *(prompt for prompt, holds in conditions.items() if holds)


def repeat_prompts(state: RunState) -> tuple[str, ...]:
    """Choose the prompts of a conversation in place of an earlier one: with the same tools."""
    conditions = {
        FOR_SANDBOX: state.project is not None,
        FOR_BEHAVIOUR: state.project is not None and records_behaviour(state),
        FOR_BRIEF: asks_brief(state),
    }
    return choose_job(state), *(prompt for prompt, holds in conditions.items() if holds)


def choose_job(state: RunState) -> str:
    """Choose the prompt that names the job."""
    if state.target is None:
        return JOBS.get(state.request.command, "begin")
    return "begin_merge" if state.merge is not None and state.merge.left else "begin_on_pull"
