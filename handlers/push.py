"""A person pushes to a branch of the bot: from then on the branch is theirs, and its run stops."""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.values import RepoBranches, Signal
from bot.values.events import Event, PullSynchronized, Pushed


def decide(event: Event) -> Intent:
    """Signal the run whose branch it is; the bot's own pushes are no news."""
    match event:
        case Pushed() | PullSynchronized() if event.sender_bot:
            return Ignore("a push by a bot")
        case PullSynchronized(branch=""):
            return Ignore("a push to a fork")
        case Pushed() | PullSynchronized():
            signal = Signal("pushed", "somebody pushed to my branch", event.sender, event.after)
            branches = RepoBranches(event.repo.name, (event.branch,))
            return SignalRun(branches, signal, key=event.delivery)
        case _:
            return Ignore("")
