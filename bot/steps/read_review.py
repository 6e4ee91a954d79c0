"""Read a review that was submitted: is it for the bot, and does it ask for anything?"""

from __future__ import annotations

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.find_open_threads import Audience, list_open_threads
from bot.values import PullDetails, Request


def _summarize_silence(why_not: str) -> Summary:
    return "review", Text(f"not for me: {why_not}" if why_not else "is for me")


@step("find_silence", _summarize_silence)
def find_silence(ports: Ports, request: Request, pull: PullDetails, *, is_recorded: bool) -> str:
    """Say why a review is not answered; empty when it is.

    Only in pull requests that the bot wrote: that it opened, or whose branch an issue's run follows
    (`is_recorded`). Whoever may not ask gets no word of it.
    """
    if why_not := _find_obstacle(pull, is_recorded=is_recorded):
        return why_not
    reviews = ports.reviews.list_reviews(request.repo, pull.number)
    review = next((review for review in reviews if review.id == request.review), None)
    if review is None or review.state == "dismissed":
        return "the review was dismissed"
    audience = Audience(ports, request.repo, reviews)
    if not audience.hears(request.asker, request.review):
        return f"{request.asker} may not ask"
    if not list_open_threads(audience, pull.number, is_ours=True):
        return "nothing in it waits for an answer"
    return ""


def _find_obstacle(pull: PullDetails, *, is_recorded: bool) -> str:
    """Say why reviews of this pull request are not answered; empty when they are."""
    if not (pull.is_ours or is_recorded) or pull.is_fork:
        return "the pull request is not mine"
    if not pull.is_open:
        return "the pull request is closed"
    return "the pull request is locked" if pull.is_locked else ""
