"""CI says something of a commit: the run whose branch it is asks GitHub for all checks of its head."""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.steps.push import issue_of
from bot.values import Signal, Subject
from bot.values.events import ChecksMoved, Event


def decide(event: Event) -> Intent:
    """Signal the run whose branch the checks are about."""
    match event:
        case ChecksMoved():
            signal = Signal("checks", event.kind, sha=event.sha)
            for branch in event.branches:
                if number := issue_of(branch):
                    subject = Subject(f"{event.repo.name}#{number}")
                    return SignalRun(subject, signal, key=event.delivery)
            return Ignore("not a branch of mine")
        case _:
            return Ignore("")
