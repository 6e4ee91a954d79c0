"""CI turns red on a branch whose run has ended: on the bot's open pull request it is told why, and
repaired where the pull request is to blame.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, StartRun
from bot.stories.repair_checks import repair_checks
from bot.values.events import ChecksMoved, Event

RED = ("failure", "error", "timed_out", "startup_failure")
WHOLE = ("check_suite", "status")  # each check of a suite is told too: that would be the same news


def decide(event: Event) -> Intent:
    """Start `repair_checks` for a suite or a status that failed, once per delivery.

    Whose branch it is, and whether a run is under way, is found out by the story.
    """
    match event:
        case ChecksMoved(branches=()):
            return Ignore("")
        case ChecksMoved() if event.kind in WHOLE and event.state in RED:
            return StartRun(repair_checks, event, key=f"checks/{event.delivery}")
        case _:
            return Ignore("")
