"""A comment holds a command: a line that begins with `/generate [what]`, `/retry`, `/stop`,
`/status` or `/help`.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, StartRun
from bot.stories.handle_command import COMMANDS, handle_command
from bot.text import parse_commands
from bot.values import Request
from bot.values.events import CommentCreated, Event

LIMIT_CHARS = 8_000  # reading hostile Markdown takes time by its square, and anybody may comment


def decide(event: Event) -> Intent:
    """Start `handle_command` for the first command of a person's comment, once per delivery."""
    match event:
        case CommentCreated() if event.sender_bot:
            return Ignore(f"{event.sender} is a bot")
        case CommentCreated():
            return _handle_first_command(event)
        case _:
            return Ignore("")


def _handle_first_command(event: CommentCreated) -> Intent:
    ours = [
        command for command in parse_commands(event.text[:LIMIT_CHARS]) if command[0] in COMMANDS
    ]
    if not ours:
        return Ignore("no command for me")
    name, words = ours[0]
    request = Request(
        event.repo,
        event.number,
        event.sender,
        event.at,
        event.delivery,
        command=name,
        words=words,
        comment=event.comment,
        on_pull=event.on_pull,
        title=event.title,
        body=event.body,
        asker_id=event.sender_id,
    )
    return StartRun(handle_command, request, key=f"command/{event.delivery}")
