"""Read what webhooks tell of pull requests and their reviews into events."""

from __future__ import annotations

from typing import TypedDict, cast, get_args

from bot.values import Repo
from bot.values.events import (
    PullAction,
    PullChanged,
    PullClosed,
    PullSynchronized,
    ReviewChanged,
    ReviewCommentCreated,
    ReviewSubmitted,
    SubmittedState,
    ThreadMoved,
)
from bot.web.payloads import validate_payload
from bot.web.pull_payloads import (
    PullChangePayload,
    PullRequestPayload,
    ReviewCommentPayload,
    ReviewPayload,
    SubmittedReviewPayload,
    SynchronizePayload,
    ThreadPayload,
)


class _PullParts(TypedDict):
    """What all events of a pull request have."""

    delivery: str
    repo: Repo
    number: int
    branch: str
    title: str
    body: str
    pull_author: str
    sender: str
    sender_bot: bool


def read_pull(
    delivery: str, action: str, data: dict[str, object]
) -> PullChanged | PullClosed | PullSynchronized:
    """Read `pull_request`."""
    if action == "closed":
        return _read_closed(delivery, data)
    if action == "synchronize":
        return _read_moved(delivery, data)
    payload = validate_payload(PullChangePayload, data)
    return PullChanged(
        **_make_parts(delivery, payload),
        at=payload.pull_request.updated_at,
        action=cast("PullAction", action),
    )


def _read_closed(delivery: str, data: dict[str, object]) -> PullClosed:
    payload = validate_payload(PullRequestPayload, data)
    return PullClosed(
        delivery,
        payload.make_repo(),
        payload.pull_request.number,
        payload.find_own_branch(),
        payload.pull_request.merged,
        payload.sender.login,
        payload.sender.is_bot,
        payload.author,
        payload.pull_request.body,
    )


def _read_moved(delivery: str, data: dict[str, object]) -> PullSynchronized:
    payload = validate_payload(SynchronizePayload, data)
    return PullSynchronized(
        delivery,
        payload.make_repo(),
        payload.pull_request.number,
        payload.find_own_branch(),
        payload.before,
        payload.after,
        payload.sender.login,
        payload.sender.is_bot,
    )


def read_review(
    delivery: str, action: str, data: dict[str, object]
) -> ReviewSubmitted | ReviewChanged | None:
    """Read `pull_request_review`."""
    if action == "submitted":
        return _read_submitted(delivery, data)
    payload = validate_payload(ReviewPayload, data)
    return ReviewChanged(
        **_make_parts(delivery, payload),
        at=payload.pull_request.updated_at,
        review=payload.review.id,
        action="dismissed" if action == "dismissed" else "edited",
    )


def _read_submitted(delivery: str, data: dict[str, object]) -> ReviewSubmitted | None:
    payload = validate_payload(SubmittedReviewPayload, data)
    review = payload.review
    if review.state not in get_args(SubmittedState):
        return None
    return ReviewSubmitted(
        **_make_parts(delivery, payload, by_app=review.is_by_app),
        at=review.submitted_at or payload.pull_request.updated_at,
        review=review.id,
        state=cast("SubmittedState", review.state),
        text=review.body,
        sender_id=payload.sender.id,
    )


def read_review_comment(delivery: str, _: str, data: dict[str, object]) -> ReviewCommentCreated:
    """Read `pull_request_review_comment`."""
    payload = validate_payload(ReviewCommentPayload, data)
    comment = payload.comment
    return ReviewCommentCreated(
        **_make_parts(delivery, payload, by_app=comment.is_by_app),
        at=comment.created_at,
        comment=comment.id,
        review=comment.pull_request_review_id or 0,
        text=comment.body,
        reply_to=comment.in_reply_to_id or 0,
        sender_id=payload.sender.id,
    )


def read_thread(delivery: str, action: str, data: dict[str, object]) -> ThreadMoved:
    """Read `pull_request_review_thread`."""
    payload = validate_payload(ThreadPayload, data)
    return ThreadMoved(
        **_make_parts(delivery, payload),
        at=payload.pull_request.updated_at,
        thread=payload.thread.node_id,
        action="resolved" if action == "resolved" else "unresolved",
    )


def _make_parts(delivery: str, payload: PullChangePayload, *, by_app: bool = False) -> _PullParts:
    """Make what all events have. What an App wrote for somebody is a bot's."""
    pull = payload.pull_request
    return {
        "delivery": delivery,
        "repo": payload.make_repo(),
        "number": pull.number,
        "branch": payload.find_own_branch(),
        "title": pull.title,
        "body": pull.body,
        "pull_author": payload.author,
        "sender": payload.sender.login,
        "sender_bot": payload.sender.is_bot or by_app,
    }
