"""CI says something of a commit: the run whose branch it is asks GitHub for all its checks."""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.values import RepoBranches, Signal
from bot.values.events import ChecksMoved, Event


def decide(event: Event) -> Intent:
    """Signal the run whose branch the checks are about; the record knows which run that is."""
    match event:
        case ChecksMoved(branches=()):
            return Ignore("checks of a commit that no branch here has")
        case ChecksMoved():
            signal = Signal("checks", event.kind, sha=event.sha)
            branches = RepoBranches(event.repo.name, event.branches)
            return SignalRun(branches, signal, key=event.delivery)
        case _:
            return Ignore("")
