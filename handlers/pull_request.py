"""A pull request is closed, merged, edited or made a draft: the run whose branch it is asks GitHub
whether it is still wanted.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.values import RepoBranches, Signal
from bot.values.events import Event, PullChanged, PullClosed

MOVES = ("edited", "converted_to_draft")  # an edit may give it another base


def decide(event: Event) -> Intent:
    """Signal the run whose branch the pull request is from."""
    match event:
        case PullClosed(branch="") | PullChanged(branch=""):
            return Ignore("a pull request from a fork")
        case PullClosed():
            return _signal(event, Signal("closed", "the pull request was closed", event.sender))
        case PullChanged() if event.action in MOVES:
            return _signal(event, Signal("pull", event.action, event.sender))
        case _:
            return Ignore("")


def _signal(event: PullClosed | PullChanged, signal: Signal) -> Intent:
    branches = RepoBranches(event.repo.name, (event.branch,))
    return SignalRun(branches, signal, key=event.delivery)
