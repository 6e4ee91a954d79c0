"""A pull request of the bot is closed or merged: its run stops."""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.values import RepoBranches, Signal
from bot.values.events import Event, PullClosed


def decide(event: Event) -> Intent:
    """Signal the run whose branch the pull request is from."""
    match event:
        case PullClosed(branch=""):
            return Ignore("a pull request from a fork")
        case PullClosed():
            signal = Signal("closed", "the pull request was closed", event.sender)
            branches = RepoBranches(event.repo.name, (event.branch,))
            return SignalRun(branches, signal, key=event.delivery)
        case _:
            return Ignore("")
