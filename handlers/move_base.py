"""A branch moves that pull requests are merged into, or one of them changes its base: those of the
bot that cannot be merged any more are brought up to date.

Which ones these are only GitHub knows, so a story asks it.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, StartRun
from bot.stories.follow_base import follow_base
from bot.text.bot_logins import is_bot_login
from bot.values import Branch, MovedBase
from bot.values.events import Event, PullChanged, Pushed

NOWHERE = "0" * 40
CONCERNED = ("opened", "reopened", "edited", "ready_for_review")  # the base may be another one now


def decide(event: Event) -> Intent:
    """Start `follow_base`, once per delivery."""
    match event:
        case Pushed() if NOWHERE in (event.before, event.after):
            return Ignore("a branch that is new or gone is no base of a pull request")
        case Pushed(sender_bot=True, is_default=False):
            return Ignore("a push by a bot")  # such as our own
        case Pushed():
            moved = MovedBase(
                event.repo, event.delivery, event.sender, event.sender_bot, Branch(event.branch)
            )
            return StartRun(follow_base, moved, key=f"base/{event.delivery}")
        case PullChanged() if _may_be_ours(event):
            moved = MovedBase(
                event.repo, event.delivery, event.sender, event.sender_bot, pull=event.number
            )
            return StartRun(follow_base, moved, key=f"base/{event.delivery}")
        case _:
            return Ignore("")


def _may_be_ours(event: PullChanged) -> bool:
    """Tell whether it is a bot's pull request, and has moved; what the bot itself edits is none."""
    is_by_us = event.sender_bot and event.action != "opened"
    is_of_bot = bool(event.branch) and is_bot_login(event.pull_author)
    return is_of_bot and event.action in CONCERNED and not is_by_us
