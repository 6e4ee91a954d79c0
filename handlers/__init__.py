"""The table of what the bot does: one file for each thing that a person or CI does on GitHub."""

from __future__ import annotations

from collections.abc import Callable

from bot.run import Ignore, Intent
from bot.values.events import Event
from handlers import (
    checks,
    close_issue,
    close_part,
    close_pull,
    command,
    label_issue,
    move_base,
    pull_request,
    push,
    red_checks,
    review,
)

Decide = Callable[[Event], Intent]

HANDLERS: tuple[Decide, ...] = (
    label_issue.decide,
    command.decide,
    close_issue.decide,
    checks.decide,
    red_checks.decide,
    push.decide,
    move_base.decide,
    pull_request.decide,
    close_pull.decide,
    close_part.decide,
    review.decide,
)


def route(event: Event) -> list[Intent]:
    """Ask every handler about the event; one Ignore with their reasons when none wants it."""
    intents = [decide(event) for decide in HANDLERS]
    wanted: list[Intent] = [intent for intent in intents if not isinstance(intent, Ignore)]
    reasons = [intent.why for intent in intents if isinstance(intent, Ignore) and intent.why]
    why = "; ".join(dict.fromkeys(reasons))
    return wanted or [Ignore(why or "nothing to do")]
