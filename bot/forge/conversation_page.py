"""What people and bots said of an issue or pull request, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.forge.forge_records import IssueRecord
from bot.forge.forge_state import RepositoryRecord
from bot.forge.review_records import ReviewRecord, ThreadRecord

VERBS = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "requested changes",
    "COMMENTED": "reviewed",
    "DISMISSED": "reviewed; the review was dismissed",
}


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wrote, at an anchor of the page that links lead to."""

    anchor: str
    author: str
    verb: str
    time: str
    body: str


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A thread: where it stands, how it stands, the lines that it is about, and what was said."""

    place: str
    state: str
    hunk: str
    posts: tuple[Post, ...]


def list_posts(repository: RepositoryRecord, issue: IssueRecord) -> list[Post]:
    """List what was said outside of threads, oldest first."""
    first = Post("description", issue.author, "", issue.created_at, issue.body)
    comments = [
        Post(f"issuecomment-{comment.id}", comment.author, "", comment.created_at, comment.body)
        for comment in repository.list_comments(issue.number)
    ]
    said_later = [*comments, *_list_reviews(repository, issue.number)]
    return [first, *sorted(said_later, key=lambda post: post.time)]


def list_threads(repository: RepositoryRecord, number: int) -> list[ShownThread]:
    """List the threads of a pull request, oldest first, with what everybody may see of them."""
    threads = []
    for thread in repository.list_threads(number):
        posts = [
            Post(f"discussion_r{comment.id}", comment.author, "", comment.created_at, comment.body)
            for comment in repository.list_thread_comments(thread)
        ]
        place, state = _describe_place(thread), _describe_state(thread)
        threads.append(ShownThread(place, state, thread.diff_hunk, tuple(posts)))
    return threads


def _list_reviews(repository: RepositoryRecord, number: int) -> Iterator[Post]:
    """List reviews that say something themselves; answers in threads are reviews without a word."""
    for review in repository.list_reviews(number):
        if review.body or review.state != "COMMENTED":
            yield _make_review_post(review)


def _make_review_post(review: ReviewRecord) -> Post:
    time = review.submitted_at or review.created_at
    anchor = f"pullrequestreview-{review.id}"
    return Post(anchor, review.author, VERBS[review.state], time, review.body)


def _describe_place(thread: ThreadRecord) -> str:
    place = thread.original if thread.is_outdated else thread.place
    if place.line is None:
        return place.path
    old = "old " if place.side == "LEFT" else ""
    if place.start_line is None:
        return f"{place.path}, {old}line {place.line}"
    return f"{place.path}, {old}lines {place.start_line} to {place.line}"


def _describe_state(thread: ThreadRecord) -> str:
    states = ["outdated"] if thread.is_outdated else []
    if thread.resolved_by:
        states.append(f"resolved by {thread.resolved_by}")
    return ", ".join(states)
