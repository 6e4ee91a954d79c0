"""A comment holds a command: a line that begins with one of `COMMANDS`, such as `/generate [what]`;
or what comes near to one: a misspelt command, or a mention of the bot.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Ignore, Intent, StartRun
from bot.stories.handle_command import COMMANDS, find_nearest_command, handle_command
from bot.text import parse_commands
from bot.values import Request
from bot.values.events import (
    CommentCreated,
    Event,
    IssueLabeled,
    ReviewCommentCreated,
    ReviewSubmitted,
)

Asking = IssueLabeled | CommentCreated | ReviewSubmitted | ReviewCommentCreated
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


def find_command(text: str) -> tuple[str, str] | None:
    """Find the first command of a comment, else the first thing that comes near to one: its name
    and the words behind it.
    """
    commands = parse_commands(text[:LIMIT_CHARS])
    ours = [command for command in commands if command[0] in COMMANDS]
    near = [command for command in commands if _comes_near(command[0])]
    return next(iter(ours or near), None)


def make_request(event: Asking) -> Request:
    """Say who asks where and when, as the webhook tells it."""
    on_pull = isinstance(event, ReviewSubmitted | ReviewCommentCreated) or event.on_pull
    return Request(
        event.repo,
        event.number,
        event.sender,
        event.at,
        event.delivery,
        on_pull=on_pull,
        title=event.title,
        body=event.body,
        asker_id=event.sender_id,
    )


def _handle_first_command(event: CommentCreated) -> Intent:
    command = find_command(event.text)
    if command is None:
        return Ignore("no command for me")
    name, words = command
    request = replace(make_request(event), command=name, words=words, comment=event.comment)
    return StartRun(handle_command, request, key=f"command/{event.delivery}")


def _comes_near(name: str) -> bool:
    """Tell whether it may be meant for us. Whose name a mention has, only GitHub knows."""
    return name.startswith("@") or bool(find_nearest_command(name))
