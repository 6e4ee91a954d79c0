"""A part of a request that was split comes to an end: its pull request is merged, closed or made
ready, or its issue is closed. What needs it begins then.

The bot wrote a hidden marker into both; whether it is true is found out by the story.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, StartRun
from bot.stories.follow_parts import follow_parts
from bot.text.bot_logins import is_bot_login
from bot.text.part_marker import read_part_marker
from bot.values import Repo
from bot.values.events import Event, IssueClosed, PullChanged, PullClosed
from bot.values.part_progress import PartsNews


def decide(event: Event) -> Intent:
    """Start `follow_parts`, once per delivery."""
    match event:
        case PullClosed():
            return _follow(event.repo, event.delivery, event.pull_author, event.body)
        case PullChanged(action="ready_for_review" | "reopened"):
            return _follow(event.repo, event.delivery, event.pull_author, event.body)
        case IssueClosed():
            return _follow(event.repo, event.delivery, event.author, event.body)
        case _:
            return Ignore("")


def _follow(repo: Repo, delivery: str, author: str, body: str) -> Intent:
    marker = read_part_marker(body) if is_bot_login(author) else None
    if marker is None:
        return Ignore("")
    news = PartsNews(repo, marker[0], delivery)
    return StartRun(follow_parts, news, key=f"parts/{delivery}")
