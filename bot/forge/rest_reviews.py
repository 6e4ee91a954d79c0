"""Serve the REST API of reviews."""

from __future__ import annotations

from collections.abc import Mapping

from bot.forge.diff_places import PlaceNotInDiffError
from bot.forge.forge_records import PullRecord
from bot.forge.forge_reviews import STATES, ForgeReviews, find_pending
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_issues import check_body, check_unlocked
from bot.forge.rest_pulls import PULL, READ, WRITE, find_pull
from bot.forge.rest_refusal import RestRefusal, refuse_entity, refuse_field, refuse_unknown
from bot.forge.review_places import COMMENT, read_place, resolve_commit
from bot.forge.review_records import NewReview, NewThread, ReviewAction, ReviewRecord
from bot.forge.review_views import render_review, render_review_comment

REVIEWS = f"{PULL}/reviews"
REVIEW = f"{REVIEWS}/{{id}}"
NOT_OF_ONES_OWN = {"APPROVE": "approve", "REQUEST_CHANGES": "request changes on"}


class ReviewRoutes:
    """Answers what an App asks about reviews, and lets it write some."""

    def __init__(self, reviews: ForgeReviews) -> None:
        self._reviews = reviews

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        return (
            RestRoute("GET", REVIEWS, _list_reviews, READ),
            RestRoute("POST", REVIEWS, self._create, WRITE),
            RestRoute("GET", REVIEW, _get_review, READ),
            RestRoute("PUT", REVIEW, self._edit, WRITE),
            RestRoute("DELETE", REVIEW, self._delete, WRITE),
            RestRoute("GET", f"{REVIEW}/comments", _list_comments, READ),
            RestRoute("POST", f"{REVIEW}/events", self._submit, WRITE),
            RestRoute("PUT", f"{REVIEW}/dismissals", self._dismiss, WRITE),
        )

    def _create(self, request: RestRequest) -> RestResponse:
        pull = check_unlocked(find_pull(request))
        if find_pending(request.repository, pull.number, request.login):
            raise refuse_entity("User can only have one pending review per pull request")
        new = NewReview(
            _read_action(request, pull),
            _read_body(request),
            _read_threads(request),
            resolve_commit(request, pull),
        )
        if new.action in ("COMMENT", "REQUEST_CHANGES") and not (new.body or new.threads):
            raise refuse_entity("Body can't be blank")
        try:
            review = self._reviews.create(request.repository, pull, request.login, new)
        except PlaceNotInDiffError as error:
            what = {"path": "Path"}.get(error.field, "Line")
            raise refuse_entity(f"{what} could not be resolved") from None
        return _answer(request, review)

    def _submit(self, request: RestRequest) -> RestResponse:
        pull, review = find_pull(request), _find_own_pending(request, "submit")
        action = _read_action(request, pull)
        if not action:
            raise refuse_field("PullRequestReview", "event", "missing_field")
        body = _read_body(request)
        return _answer(request, self._reviews.submit(request.repository, review.id, action, body))

    def _edit(self, request: RestRequest) -> RestResponse:
        review, body = _find_review(request), request.require_text("body")
        review = self._reviews.edit(request.repository, review.id, request.login, body)
        return _answer(request, review)

    def _delete(self, request: RestRequest) -> RestResponse:
        review = _find_own_pending(request, "delete")
        view = render_review(request.state, request.repository, review)
        self._reviews.delete_pending(request.repository, review.id)
        return RestResponse(200, view)

    def _dismiss(self, request: RestRequest) -> RestResponse:
        review, _ = _find_review(request), request.require_text("message")
        if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
            state = review.state.lower()
            raise refuse_entity(f"Can not dismiss a {state} pull request review")
        review = self._reviews.dismiss(request.repository, review.id, request.login)
        return _answer(request, review)


def _list_reviews(request: RestRequest) -> RestResponse:
    reviews = request.repository.list_reviews(find_pull(request).number, request.login)
    return paginate(
        request, reviews, lambda each: render_review(request.state, request.repository, each)
    )


def _get_review(request: RestRequest) -> RestResponse:
    return _answer(request, _find_review(request))


def _list_comments(request: RestRequest) -> RestResponse:
    comments = request.repository.list_comments_of(_find_review(request))
    return paginate(
        request,
        comments,
        lambda each: render_review_comment(request.state, request.repository, each),
    )


def _answer(request: RestRequest, review: ReviewRecord) -> RestResponse:
    return RestResponse(200, render_review(request.state, request.repository, review))


def _find_review(request: RestRequest) -> ReviewRecord:
    """Find a review of the pull request; somebody else's pending one is not there."""
    for review in request.repository.list_reviews(find_pull(request).number, request.login):
        if review.id == request.number("id"):
            return review
    raise refuse_unknown()


def _find_own_pending(request: RestRequest, verb: str) -> ReviewRecord:
    review = _find_review(request)
    if review.submitted_at:
        raise refuse_entity(f"Can not {verb} a non-pending pull request review")
    return review


def _read_action(request: RestRequest, pull: PullRecord) -> ReviewAction:
    """Read the event: none leaves the review pending. Nobody approves what is theirs."""
    event = request.text("event") or ""
    if event and pull.author == request.login and event in NOT_OF_ONES_OWN:
        raise refuse_entity(f"Can not {NOT_OF_ONES_OWN[event]} your own pull request")
    for action in STATES:
        if event == action:
            return action
    raise refuse_field("PullRequestReview", "event", "invalid")


def _read_threads(request: RestRequest) -> tuple[NewThread, ...]:
    comments = request.data().get("comments")
    if comments is None:
        return ()
    if not isinstance(comments, list) or not all(isinstance(each, dict) for each in comments):
        raise RestRefusal(422, "Invalid request.\n\nFor 'properties/comments', not a list.")
    return tuple(map(_read_thread, comments))


def _read_thread(fields: Mapping[str, object]) -> NewThread:
    return NewThread(read_place(fields), check_body(str(fields.get("body", "")), COMMENT))


def _read_body(request: RestRequest) -> str:
    """Read the text of a review, which need not have one."""
    body = request.text("body")
    return check_body(body, "PullRequestReview") if body else ""
