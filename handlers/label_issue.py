"""A label is added to an issue: `autogen`, or the `label:` of `.github/greenlit.yml`, asks for a
pull request.

Whether the label is the repository's, and whether the person may ask, is found out by the story.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Ignore, Intent, StartRun
from bot.stories.handle_command import handle_command
from bot.values.events import Event, IssueLabeled
from handlers.command import make_request


def decide(event: Event) -> Intent:
    """Start `handle_command` for a label that a person added, once per delivery."""
    match event:
        case IssueLabeled() if event.sender_bot:
            return Ignore(f"{event.sender} is a bot")
        case IssueLabeled():
            request = replace(make_request(event), label=event.label)
            return StartRun(handle_command, request, key=f"command/{event.delivery}")
        case _:
            return Ignore("")
