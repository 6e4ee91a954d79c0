"""Read a review that was submitted: is it for the bot, and does it ask for anything?"""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.find_open_threads import Audience, list_open_threads
from bot.values import PullDetails, Request


@dataclass(frozen=True, slots=True)
class ReviewReading:
    """The pull request of a review, and why nothing is done for it; empty where something is."""

    pull: PullDetails | None = None
    why_not: str = ""


def _summarize_reading(reading: ReviewReading) -> Summary:
    return "review", Text(f"not for me: {reading.why_not}" if reading.why_not else "is for me")


@step("read_review", _summarize_reading)
def read_review(ports: Ports, request: Request, *, is_recorded: bool) -> ReviewReading:
    """Ask GitHub how the pull request of a review stands, who wrote it, and what it asks for.

    Only a pull request that the bot wrote is looked at: that it opened, or whose branch is one of
    its runs' (`is_recorded`).
    """
    pull = ports.reviews.fetch_pull(request.repo, request.number)
    if pull is None:
        return ReviewReading(why_not="the pull request is gone")
    why_not = _find_obstacle(pull, is_recorded=is_recorded) or _find_silence(ports, request)
    return ReviewReading(pull, why_not)


def _find_obstacle(pull: PullDetails, *, is_recorded: bool) -> str:
    """Say why reviews of this pull request are not answered; empty when they are."""
    if not (pull.is_ours or is_recorded) or pull.is_fork:
        return "the pull request is not mine"
    if not pull.is_open:
        return "the pull request is closed"
    return "the pull request is locked" if pull.is_locked else ""


def _find_silence(ports: Ports, request: Request) -> str:
    """Say why there is nothing to answer in the review; empty when there is."""
    reviews = ports.reviews.list_reviews(request.repo, request.number)
    review = next((review for review in reviews if review.id == request.review), None)
    if review is None or review.state == "dismissed":
        return "the review was dismissed"
    audience = Audience(ports, request.repo, reviews)
    if not audience.hears(request.asker):
        return f"{request.asker} may not ask"
    if not list_open_threads(audience, request.number, is_ours=True):
        return "nothing in it waits for an answer"
    return ""
