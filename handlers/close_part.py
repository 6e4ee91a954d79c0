"""A part of a request that was split comes to an end: its pull request is merged, closed or made
ready, or its issue is closed, deleted or moved away. What needs it begins then. The issue of the
whole request is closed: no more parts begin.

The bot wrote a hidden marker into what belongs to a part; whether it is true, and whether another
issue that is closed was split, is found out by the story.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, StartRun
from bot.stories.follow_parts import follow_parts
from bot.text.bot_logins import is_bot_login
from bot.text.part_marker import read_part_marker
from bot.values import Repo
from bot.values.events import (
    Event,
    IssueClosed,
    IssueDeleted,
    IssueTransferred,
    PullChanged,
    PullClosed,
)
from bot.values.part_progress import PartsNews


def decide(event: Event) -> Intent:
    """Start `follow_parts`, once per delivery."""
    match event:
        case PullClosed():
            return _follow(event.repo, event.delivery, event.pull_author, event.body)
        case PullChanged(action="ready_for_review" | "reopened"):
            return _follow(event.repo, event.delivery, event.pull_author, event.body)
        case IssueClosed() if _read_parent(event.author, event.body) is None:
            return _look(event.repo, event.delivery, event.number)
        case IssueClosed() | IssueDeleted() | IssueTransferred():
            return _follow(event.repo, event.delivery, event.author, event.body)
        case _:
            return Ignore("")


def _follow(repo: Repo, delivery: str, author: str, body: str) -> Intent:
    parent = _read_parent(author, body)
    return Ignore("") if parent is None else _look(repo, delivery, parent)


def _read_parent(author: str, body: str) -> int | None:
    """Read of which issue a text of ours is about a part; None for any other text."""
    marker = read_part_marker(body) if is_bot_login(author) else None
    return marker[0] if marker else None


def _look(repo: Repo, delivery: str, parent: int) -> Intent:
    return StartRun(follow_parts, PartsNews(repo, parent, delivery), key=f"parts/{delivery}")
