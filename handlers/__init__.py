"""Here lives the table of what the bot does: one file per thing, and the way from an event to intents."""

from __future__ import annotations

from collections.abc import Callable

from bot.web.webhook import Event
from bot.run import Ignore, Intent, Story
from handlers import follow_branch, follow_issue, hear_asking, solve_issue

Decide = Callable[[Event], Intent]

HANDLERS: tuple[Decide, ...] = (hear_asking.decide, follow_issue.decide, follow_branch.decide)

STORIES: tuple[Story, ...] = (hear_asking.hear_asking, solve_issue.solve_issue)


def route(event: Event) -> list[Intent]:
    """What to do about an event: what the handlers want, or one Ignore with their reasons."""
    intents = [decide(event) for decide in HANDLERS]
    wanted: list[Intent] = [intent for intent in intents if not isinstance(intent, Ignore)]
    why = "; ".join(dict.fromkeys(intent.why for intent in intents if isinstance(intent, Ignore) and intent.why))
    return wanted or [Ignore(why or f"nothing to do for {type(event).__name__}")]
