"""A person pushes to a branch of the bot: from then on the branch is theirs, and its run stops."""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.steps.push import issue_of
from bot.values import Signal, Subject
from bot.values.events import Event, PullSynchronized, Pushed


def decide(event: Event) -> Intent:
    """Signal the run whose branch it is; the bot's own pushes are no news."""
    match event:
        case Pushed() | PullSynchronized() if event.sender_bot:
            return Ignore("a push by a bot")
        case Pushed() | PullSynchronized():
            number = issue_of(event.branch)
            if not number:
                return Ignore("not a branch of mine")
            signal = Signal("pushed", "somebody pushed to my branch", event.sender, event.after)
            return SignalRun(Subject(f"{event.repo.name}#{number}"), signal, key=event.delivery)
        case _:
            return Ignore("")
