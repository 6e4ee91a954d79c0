"""Serve the REST API of the comments in threads."""

from __future__ import annotations

from collections.abc import Iterable

from bot.forge.diff_places import PlaceNotInDiffError
from bot.forge.forge_issues import ForgeIssues
from bot.forge.forge_records import PullRecord
from bot.forge.forge_reviews import ForgeReviews, find_pending
from bot.forge.issue_views import REACTIONS, render_reaction
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_issues import check_unlocked, read_body
from bot.forge.rest_pulls import PULL, PULLS, READ, WRITE, find_pull
from bot.forge.rest_refusal import refuse_field, refuse_unknown
from bot.forge.review_places import COMMENT, read_place, resolve_commit
from bot.forge.review_records import NewReview, NewThread, ReviewCommentRecord
from bot.forge.review_views import render_review_comment

ALL, ONE = f"{PULLS}/comments", f"{PULLS}/comments/{{id}}"


class ReviewCommentRoutes:
    """Answers what an App asks about comments in threads, and lets it write some."""

    def __init__(self, reviews: ForgeReviews, issues: ForgeIssues) -> None:
        self._reviews = reviews
        self._issues = issues

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        return (
            RestRoute("GET", ALL, _list_all, READ),
            RestRoute("GET", ONE, _get_comment, READ),
            RestRoute("PATCH", ONE, self._edit, WRITE),
            RestRoute("DELETE", ONE, self._delete, WRITE),
            RestRoute("GET", f"{ONE}/reactions", _list_reactions, READ),
            RestRoute("POST", f"{ONE}/reactions", self._react, WRITE),
            RestRoute("GET", f"{PULL}/comments", _list_of_pull, READ),
            RestRoute("POST", f"{PULL}/comments", self._create, WRITE),
            RestRoute("POST", f"{PULL}/comments/{{id}}/replies", self._reply, WRITE),
        )

    def _create(self, request: RestRequest) -> RestResponse:
        """Begin a thread, or answer in one: `in_reply_to` makes all else but the body idle."""
        pull, body = check_unlocked(find_pull(request)), read_body(request, COMMENT)
        answered = request.data().get("in_reply_to")
        if isinstance(answered, int):
            return self._answer_in(request, pull, answered, body)
        if find_pending(request.repository, pull.number, request.login):
            message = "user_id can only have one pending review per pull request"
            raise refuse_field(COMMENT, "user_id", "custom", message)
        thread = NewThread(read_place(request.data()), body)
        new = NewReview("COMMENT", "", (thread,), resolve_commit(request, pull))
        try:
            comment = self._reviews.add_comment(request.repository, pull, request.login, new)
        except PlaceNotInDiffError as error:
            field = f"pull_request_review_thread.{error.field}"
            raise refuse_field(COMMENT, field, "custom", str(error)) from None
        return _answer(request, comment, 201)

    def _reply(self, request: RestRequest) -> RestResponse:
        pull = check_unlocked(find_pull(request))
        return self._answer_in(request, pull, request.number("id"), read_body(request, COMMENT))

    def _answer_in(
        self, request: RestRequest, pull: PullRecord, comment_id: int, body: str
    ) -> RestResponse:
        answered = _find(request, comment_id)
        if answered.number != pull.number:
            raise refuse_unknown()
        if answered.reply_to is not None:
            raise refuse_field(COMMENT, "in_reply_to", "invalid")
        repository, login = request.repository, request.login
        return _answer(request, self._reviews.reply(repository, answered.thread, login, body), 201)

    def _edit(self, request: RestRequest) -> RestResponse:
        comment, body = _find(request, request.number("id")), read_body(request, COMMENT)
        comment = self._reviews.edit_comment(request.repository, comment.id, request.login, body)
        return _answer(request, comment)

    def _delete(self, request: RestRequest) -> RestResponse:
        comment = _find(request, request.number("id"))
        self._reviews.delete_comment(request.repository, comment.id, request.login)
        return RestResponse(204)

    def _react(self, request: RestRequest) -> RestResponse:
        """Answer 201 for a new reaction, 200 for one that was there."""
        comment, content = _find(request, request.number("id")), request.require_text("content")
        if content not in REACTIONS:
            raise refuse_field("Reaction", "content", "invalid")
        reaction, is_new = self._issues.add_reaction(
            request.repository, comment.number, comment.id, request.login, content
        )
        return RestResponse(201 if is_new else 200, render_reaction(request.state, reaction))


def _list_all(request: RestRequest) -> RestResponse:
    comments = [
        comment
        for pull in request.repository.list_pulls()
        for comment in request.repository.list_review_comments(pull.number, request.login)
    ]
    return _paginate(request, sorted(comments, key=lambda comment: comment.id))


def _list_of_pull(request: RestRequest) -> RestResponse:
    number = find_pull(request).number
    return _paginate(request, request.repository.list_review_comments(number, request.login))


def _paginate(request: RestRequest, comments: Iterable[ReviewCommentRecord]) -> RestResponse:
    since = request.query.get("since", "")
    newer = [comment for comment in comments if comment.updated_at >= since]
    if request.query.get("direction") == "desc":
        newer.reverse()
    return paginate(
        request, newer, lambda each: render_review_comment(request.state, request.repository, each)
    )


def _get_comment(request: RestRequest) -> RestResponse:
    return _answer(request, _find(request, request.number("id")))


def _list_reactions(request: RestRequest) -> RestResponse:
    comment = _find(request, request.number("id"))
    reactions = [each for each in request.repository.reactions if each.comment == comment.id]
    return paginate(request, reactions, lambda reaction: render_reaction(request.state, reaction))


def _find(request: RestRequest, comment_id: int) -> ReviewCommentRecord:
    """Find a comment; somebody else's in a pending review is not there."""
    comment = request.repository.review_comments.get(comment_id)
    review = request.repository.reviews[comment.review] if comment else None
    if not comment or not review or not (review.submitted_at or review.author == request.login):
        raise refuse_unknown()
    return comment


def _answer(request: RestRequest, comment: ReviewCommentRecord, status: int = 200) -> RestResponse:
    view = render_review_comment(request.state, request.repository, comment)
    headers = {"Location": str(view["url"])} if status == 201 else {}
    return RestResponse(status, view, headers)
