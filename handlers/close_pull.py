"""A pull request of the bot is merged or closed: how it ended is recorded, and its branch deleted
where the repository's configuration says so.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun, StartRun
from bot.stories.follow_pull import follow_pull
from bot.text.bot_logins import is_bot_login
from bot.values import Signal
from bot.values.ended_pulls import name_followed
from bot.values.events import Event, PullChanged, PullClosed


def decide(event: Event) -> Intent:
    """Start `follow_pull`, or tell the one that waits that the pull request is open again.

    Whether the bot opened it is found out by the story: an App alone knows its own name.
    """
    match event:
        case PullClosed() if event.branch and is_bot_login(event.pull_author):
            subject = name_followed(event.repo.name, event.number)
            return StartRun(follow_pull, event, key=event.delivery, subject=subject)
        case PullChanged(action="reopened") if is_bot_login(event.pull_author):
            signal = Signal("closed", "the pull request was opened again", event.sender)
            return SignalRun(
                name_followed(event.repo.name, event.number), signal, key=event.delivery
            )
        case _:
            return Ignore("")
