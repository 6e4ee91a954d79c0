"""The fields of the operator's log by which a run is known."""

from __future__ import annotations

from bot.adapters.dbos.journal import read_run_number
from bot.values import Request, RunKey
from bot.values.part_progress import PartsNews
from bot.values.set_aside_run import SetAsideRun


def list_run_fields(key: RunKey, value: object) -> dict[str, str]:
    """List the run, or the subject of what handles an event, and the delivery."""
    match value:
        case Request():
            run = key if read_run_number(key) else value.subject
            return {"run": run, "delivery": value.delivery}
        case SetAsideRun():
            return list_run_fields(value.key, value.request)
        case PartsNews(after=None):
            return {"run": key, "delivery": value.key}
        case _:  # events have a delivery, and what a run began by itself has none
            return {"run": key, "delivery": getattr(value, "delivery", "")}
