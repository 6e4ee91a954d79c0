"""A label is added to an issue: `autogen`, or the `label:` of `.github/greenlit.yml`, asks for a
pull request.

Whether the label is the repository's, and whether the person may ask, is found out by the story.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, StartRun
from bot.stories.handle_command import handle_command
from bot.values import Request
from bot.values.events import Event, IssueLabeled


def decide(event: Event) -> Intent:
    """Start `handle_command` for a label that a person added, once per delivery."""
    match event:
        case IssueLabeled() if event.sender_bot:
            return Ignore(f"{event.sender} is a bot")
        case IssueLabeled():
            request = Request(
                event.repo,
                event.number,
                event.sender,
                event.at,
                event.delivery,
                label=event.label,
                on_pull=event.on_pull,
                title=event.title,
                body=event.body,
                asker_id=event.sender_id,
            )
            return StartRun(handle_command, request, key=f"command/{event.delivery}")
        case _:
            return Ignore("")
