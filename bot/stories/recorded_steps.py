"""Every recorded act of the stories, and its line for people: terminal, demo and page read it here."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from bot.run import Step, Summary
from bot.steps import admit, checkout, diagnose, freeze, open_pull, push, report, retrieve
from bot.steps.ask_model import ask_model, open_conversation
from bot.steps.fetch_checks import fetch_checks
from bot.steps.inspect_change import inspect_change
from bot.steps.predict_ci import predict_ci
from bot.steps.rerun_failed_jobs import rerun_failed_jobs
from bot.steps.use_tools import use_tools

STEPS: tuple[Step[..., Any], ...] = (
    admit.rules,
    admit.may_ask,
    admit.decline,
    admit.acknowledge,
    admit.reply,
    admit.obstacle,
    admit.still_wanted,
    admit.limits,
    freeze.freeze,
    checkout.checkout,
    retrieve.retrieve,
    open_conversation,
    ask_model,
    use_tools,
    inspect_change,
    push.commit,
    push.push,
    push.moved,
    predict_ci,
    fetch_checks,
    diagnose.diagnose,
    rerun_failed_jobs,
    open_pull.was_closed,
    open_pull.open_pull,
    open_pull.retell,
    report.report,
    report.farewell,
)


def summarize_result(name: str, result: object) -> Summary | None:
    """Say in a line what a recorded step came to.

    None for a step that would only be noise, and for a record of another version.
    """
    step = next((step for step in STEPS if step.name == name), None)
    if step is None:
        return None
    try:
        return step.summarize(result)
    except ValidationError:
        return None
