"""Render reviews, threads and their comments as GitHub's API and webhooks show them."""

from __future__ import annotations

from bot.forge.account_views import find_association, render_user
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, make_node_id
from bot.forge.issue_views import render_reactions
from bot.forge.repository_views import repository_api_url
from bot.forge.review_records import ReviewCommentRecord, ReviewRecord, ThreadRecord


def render_review(state: ForgeState, repository: RepositoryRecord, review: ReviewRecord) -> Json:
    """Render a review as the API shows it; only a submitted one has the time of it."""
    page = review_url(state, repository, review)
    url = f"{repository_api_url(state, repository)}/pulls/{review.number}"
    view: Json = {
        "id": review.id,
        "node_id": make_node_id("PRR", repository.name, review.id),
        "user": render_user(state, review.author),
        "body": review.body,
        "state": review.state,
        "html_url": page,
        "pull_request_url": url,
        "author_association": find_association(state, repository, review.author),
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
        "commit_id": review.commit,
    }
    return {**view, "submitted_at": review.submitted_at} if review.submitted_at else view


def review_url(state: ForgeState, repository: RepositoryRecord, review: ReviewRecord) -> str:
    """Return the address of a review for people."""
    return f"{state.web}/{repository.name}/pull/{review.number}#pullrequestreview-{review.id}"


def review_comment_url(
    state: ForgeState, repository: RepositoryRecord, comment: ReviewCommentRecord
) -> str:
    """Return the address of a comment in a thread for people."""
    return f"{state.web}/{repository.name}/pull/{comment.number}#discussion_r{comment.id}"


def render_review_event(
    state: ForgeState, repository: RepositoryRecord, review: ReviewRecord
) -> Json:
    """Render a review as webhooks have it: the state in lower case, null for no text."""
    view = render_review(state, repository, review)
    return {
        **view,
        "state": review.state.lower(),
        "body": review.body or None,
        "updated_at": review.updated_at,
    }


def render_review_comment(
    state: ForgeState, repository: RepositoryRecord, comment: ReviewCommentRecord
) -> Json:
    """Render a comment with the place of its thread; where that is outdated, it has no line."""
    api = repository_api_url(state, repository)
    url, pull = f"{api}/pulls/comments/{comment.id}", f"{api}/pulls/{comment.number}"
    page = review_comment_url(state, repository, comment)
    links = {"self": url, "html": page, "pull_request": pull}
    view: Json = {
        "url": url,
        "pull_request_review_id": comment.review,
        "id": comment.id,
        "node_id": make_node_id("PRRC", repository.name, comment.id),
        **_render_place(repository.threads[comment.thread]),
        "user": render_user(state, comment.author),
        "body": comment.body,
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "html_url": page,
        "pull_request_url": pull,
        "author_association": find_association(state, repository, comment.author),
        "_links": {name: {"href": link} for name, link in links.items()},
        "reactions": render_reactions(repository, comment.number, comment.id, url),
    }
    return {**view, "in_reply_to_id": comment.reply_to} if comment.reply_to else view


def _render_place(thread: ThreadRecord) -> Json:
    place, original = thread.place, thread.original
    line, start_line = (None, None) if thread.is_outdated else (place.line, place.start_line)
    return {
        "diff_hunk": thread.diff_hunk,
        "path": place.path,
        "position": thread.position,
        "original_position": thread.original_position,
        "commit_id": thread.commit,
        "original_commit_id": thread.original_commit,
        "line": line,
        "start_line": start_line,
        "original_line": original.line,
        "original_start_line": original.start_line,
        "side": original.side,
        "start_side": original.start_side,
        "subject_type": "file" if original.is_on_file else "line",
    }


def render_thread(state: ForgeState, repository: RepositoryRecord, thread: ThreadRecord) -> Json:
    """Render a thread as its webhook has it: with the comments that all see."""
    comments = [
        render_review_comment(state, repository, comment)
        for comment in repository.list_thread_comments(thread)
    ]
    return {"node_id": make_node_id("PRRT", repository.name, thread.id), "comments": comments}
