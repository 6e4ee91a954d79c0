"""Name a run for the operator's log."""

from __future__ import annotations

from bot.adapters.dbos.journal import read_run_number
from bot.values import Request, RunKey


def name_run(key: RunKey, value: object) -> dict[str, str]:
    """Name a run for the log, or the subject of what handles an event, and the delivery."""
    if not isinstance(value, Request):
        return {"run": key}
    run = key if read_run_number(key) else value.subject
    return {"run": run, "delivery": value.delivery}
