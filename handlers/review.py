"""A pull request is reviewed. All threads of a review are heard together, once it is submitted.

A comment on lines that begins with a command, such as `/generate use a set`, is heard by itself and
answered in its thread; a command in the text of a review is heard as in any comment.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Ignore, Intent, StartRun
from bot.stories.handle_command import handle_command
from bot.stories.handle_review import handle_review
from bot.text.bot_logins import is_bot_login
from bot.values.events import (
    Event,
    ReviewChanged,
    ReviewCommentCreated,
    ReviewSubmitted,
    ThreadMoved,
)
from handlers.command import find_command, make_request


def decide(event: Event) -> Intent:
    """Start `handle_review` once per review, and `handle_command` for a command in a comment."""
    match event:
        case ReviewSubmitted():
            return _hear_bot(event) if event.sender_bot else _hear_person(event)
        case ReviewCommentCreated():
            return _hear_comment(event)
        case ReviewChanged():
            return Ignore("a run asks GitHub what reviews say before it answers them")
        case ThreadMoved():
            return Ignore("a run asks GitHub which threads are open before it answers them")
        case _:
            return Ignore("")


def _hear_bot(event: ReviewSubmitted) -> Intent:
    """Hear a bot where the configuration may name it; never one that opened the pull request."""
    if event.sender == event.pull_author:
        return Ignore(f"{event.sender} answers in its own pull request")
    if not (is_bot_login(event.sender) and is_bot_login(event.pull_author)):
        return Ignore(f"{event.sender} is a bot")
    return _start_review(event)


def _hear_person(event: ReviewSubmitted) -> Intent:
    command = _find_command(event)
    if command is not None:
        return _start_command(event, *command)
    if event.state == "approved":
        return Ignore("an approval asks for nothing")
    return _start_review(event)


def _hear_comment(event: ReviewCommentCreated) -> Intent:
    if event.sender_bot:
        return Ignore(f"{event.sender} is a bot")
    command = _find_command(event)
    if command is None:
        return Ignore("a comment on lines is heard with its review")
    return _start_command(event, *command)


def _find_command(event: ReviewSubmitted | ReviewCommentCreated) -> tuple[str, str] | None:
    """Find the command of a text. In a bot's pull request a name calls somebody to what the review
    says, and is no command: all of the review is heard there.
    """
    command = find_command(event.text)
    is_mention = command is not None and command[0].startswith("@")
    return None if is_mention and is_bot_login(event.pull_author) else command


def _start_review(event: ReviewSubmitted) -> Intent:
    request = replace(make_request(event), review=event.review)
    key = f"review/{event.repo.name}#{event.number}/{event.review}"
    return StartRun(handle_review, request, key=key)


def _start_command(event: ReviewSubmitted | ReviewCommentCreated, name: str, words: str) -> Intent:
    request = replace(make_request(event), command=name, words=words, review=event.review)
    if isinstance(event, ReviewCommentCreated):
        request = replace(request, comment=event.comment, in_thread=True)
    return StartRun(handle_command, request, key=f"command/{event.delivery}")
