"""Tell people of a run that was set aside: process after process died while it worked."""

from __future__ import annotations

from contextlib import suppress

from bot.ports import Refusal, Unreachable
from bot.run import Run, StartRun
from bot.steps.report import report_failure
from bot.values import Outcome, Request, RunKey, RunState
from bot.values.set_aside_run import SetAsideRun


async def tell_set_aside(run: Run, set_aside: SetAsideRun) -> Outcome:
    """Say in the run's comment that it will not go on by itself, and what to do next."""
    outcome = explain_set_aside(set_aside.key)
    with suppress(Refusal, Unreachable):
        await run(report_failure, RunState(set_aside.key, set_aside.request, outcome=outcome))
    return Outcome("done", f"told that {set_aside.key} is set aside")


def begin_to_tell(key: RunKey, value: object) -> StartRun | None:
    """Make the intent to tell of a run with this value; None where no person asked for it."""
    if not isinstance(value, Request):
        return None
    return StartRun(tell_set_aside, SetAsideRun(key, value), key=f"set-aside/{key}")


def explain_set_aside(key: RunKey) -> Outcome:
    """Say that a run does not go on by itself, as it ended the processes that it ran in."""
    text = (
        "I set this run aside: three times in a row the process that worked on it died at the same "
        "place. That is a fault of mine, or of the machine, not of what you asked."
    )
    next_step = (
        f"Whoever runs me finds the cause in the logs, and brings it back where it stood with "
        f"`greenlit runs retry {key}`; `/retry` begins anew."
    )
    return Outcome("failed", text, None, "broke", next_step, detail=f"{key} is set aside")
