"""A pull request of the bot is closed or merged: its run stops."""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.steps.push import issue_of
from bot.values import Signal, Subject
from bot.values.events import Event, PullClosed


def decide(event: Event) -> Intent:
    """Signal the run whose branch the pull request is from."""
    match event:
        case PullClosed():
            number = issue_of(event.branch)
            if not number:
                return Ignore("not a branch of mine")
            signal = Signal("closed", "the pull request was closed", event.sender)
            return SignalRun(Subject(f"{event.repo.name}#{number}"), signal, key=event.delivery)
        case _:
            return Ignore("")
