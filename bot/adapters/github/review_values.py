"""Make values of what GitHub says of pull requests and their reviews."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from github.PullRequest import PullRequest as GithubPull
from github.PullRequest import ReviewComment
from github.PullRequestReview import PullRequestReview

from bot.adapters.github.api_errors import require
from bot.adapters.github.issues import login_of, to_text
from bot.adapters.github.review_shapes import ThreadCommentShape, ThreadShape
from bot.edits import render_suggestion_block
from bot.values import (
    Branch,
    PullDetails,
    Review,
    ReviewThread,
    Sha,
    SuggestedChange,
    ThreadComment,
)
from bot.values.reviews import ReviewState

STATES: dict[str, ReviewState] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}


def make_thread(shape: ThreadShape, all_comments: Iterable[ThreadCommentShape]) -> ReviewThread:
    """Make the value of a thread; comments of pending reviews are left out."""
    comments = [comment for comment in all_comments if comment.state == "SUBMITTED"]
    is_on_file = shape.subject_type == "FILE"
    first = comments[0] if comments else None
    begins_left = shape.start_diff_side == "LEFT" and shape.diff_side == "RIGHT"
    has_start = not is_on_file and not begins_left  # else it counts other lines than the last one
    return ReviewThread(
        shape.id,
        shape.path,
        tuple(map(_comment_value, comments)),
        None if is_on_file else shape.line,
        shape.start_line if has_start else None,
        "left" if shape.diff_side == "LEFT" else "right",
        is_on_file,
        shape.is_resolved,
        shape.is_outdated,
        shape.viewer_can_resolve,
        None if is_on_file else shape.original_line,
        shape.original_start_line if has_start else None,
        Sha(first.original_sha) if first and first.original_sha else None,
        first.diff_hunk if first else "",
        begins_left=begins_left,
    )


def _comment_value(shape: ThreadCommentShape) -> ThreadComment:
    return ThreadComment(
        shape.id,
        shape.author,
        shape.body,
        shape.created_at,
        shape.last_edited_at or shape.created_at,
        bot=shape.kind == "Bot",
        review=shape.review or 0,
        url=shape.url,
        author_id=shape.author_id or 0,
    )


def make_review(review: PullRequestReview) -> Review:
    """Make the value of a submitted review."""
    return Review(
        require(review.id, "id"),
        login_of(review.user),
        STATES[require(review.state, "state")],
        review.body or "",
        to_text(review.submitted_at),
        is_by_bot=review.user is not None and review.user.type == "Bot",
    )


def make_pull(pull: GithubPull, own_login: str) -> PullDetails:
    """Make the value of a pull request that was fetched whole."""
    head_repo = pull.head.repo
    author = login_of(pull.user)
    is_merged = pull.merged_at is not None
    merge_sha = pull.merge_commit_sha if is_merged else None  # before: a merge to try out
    return PullDetails(
        require(pull.number, "number"),
        require(pull.html_url, "html_url"),
        require(pull.title, "title"),
        pull.body or "",
        author,
        base=Branch(require(pull.base.ref, "base.ref")),
        base_sha=Sha(require(pull.base.sha, "base.sha")),
        head=Branch(require(pull.head.ref, "head.ref")),
        head_sha=Sha(require(pull.head.sha, "head.sha")),
        head_repo=require(head_repo.full_name, "full_name") if head_repo else "",
        is_fork=head_repo is None or head_repo.id != pull.base.repo.id,
        is_ours=author == own_login,
        is_open=pull.state == "open",
        is_draft=bool(pull.draft),
        is_merged=is_merged,
        is_locked=bool(pull.raw_data.get("locked")),
        is_mergeable=pull.raw_data.get("mergeable"),
        merge_sha=Sha(merge_sha) if merge_sha else None,
        closed_at=to_text(pull.closed_at) if pull.closed_at else "",
    )


def write_suggestion(change: SuggestedChange) -> ReviewComment:
    """Write a suggestion as GitHub takes it."""
    text = "" if change.text is None else f"{change.text}\n"
    body = f"{change.body}\n\n{render_suggestion_block(text)}".lstrip()
    comment = {"path": change.path, "body": body, "line": change.line, "side": "RIGHT"}
    if change.start_line != change.line:
        comment |= {"start_line": change.start_line, "start_side": "RIGHT"}
    return cast("ReviewComment", comment)
