"""Tests of reviews and threads on the forge: what people do, and what pushes do to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.forge import NewThread, ThreadPlace
from bot.forge.diff_places import PlaceNotInDiffError
from tests.forge.served_forge import REPO, ServedForge, serve_with_app

TEXT = "".join(f"{number}\n" for number in range(1, 31))


@pytest.fixture
def box(tmp_path) -> Iterator[ServedForge]:
    """A served forge whose main has a file of thirty lines, and one that goes away."""
    with serve_with_app(tmp_path) as box:
        box.forge.push(REPO, "ada", "main", {"a.txt": TEXT, "old.txt": "old\n"}, "Files.")
        yield box


@pytest.fixture
def pull(box: ServedForge) -> int:
    """A pull request that changes the lines 10 and 20, and deletes a file."""
    changed = TEXT.replace("\n10\n", "\nten\n").replace("\n20\n", "\ntwenty\n")
    box.forge.push(REPO, "ada", "b", {"a.txt": changed, "old.txt": None, "new.txt": "n\n"}, "Do.")
    number = box.forge.open_pull(REPO, "ada", "b", "Ten")
    box.take_event_names()
    return number


def push(box: ServedForge, text: str | None, path: str = "a.txt") -> None:
    """Push another text of a file to the pull request, and wait for what follows."""
    box.forge.push(REPO, "ada", "b", {path: text}, "More.")
    assert box.forge.wait_until_idle(30)


def list_places(box: ServedForge, pull: int) -> list[tuple[str, int | None] | None]:
    """List where the threads stand; None for an outdated one."""
    return [
        None if thread.is_outdated else (thread.place.path, thread.place.line)
        for thread in box.forge.list_threads(REPO, pull)
    ]


@pytest.mark.served
def test_a_review_is_one_event_and_one_for_each_comment(box: ServedForge, pull: int):
    """It is submitted with its threads, and whoever was asked for it is not asked any more."""
    box.forge.request_review(REPO, pull, "ada", "bob")
    whole = NewThread(ThreadPlace("new.txt", is_on_file=True), "Needed?")
    threads = [NewThread(ThreadPlace("a.txt", 10), "Why?"), whole]
    box.take_event_names()
    box.forge.submit_review(REPO, pull, "bob", "REQUEST_CHANGES", "Please.", threads)
    assert box.forge.wait_until_idle(30)
    review = box.received[0].payload["review"]

    assert ("changes_requested", "Please.") == (review["state"], review["body"])
    assert [
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "pull_request_review_comment.created",
    ] == box.take_event_names()
    assert () == box.forge.find_pull(REPO, pull).reviewers


@pytest.mark.served
def test_a_pending_review_is_seen_by_nobody(box: ServedForge, pull: int):
    """Nothing is sent or listed before it is submitted."""
    thread = NewThread(ThreadPlace("a.txt", 10), "Why?")
    review = box.forge.submit_review(REPO, pull, "bob", "", "", [thread])
    unseen = [*box.forge.list_reviews(REPO, pull), *box.forge.list_threads(REPO, pull)]

    assert ([], []) == (unseen, box.take_event_names())
    box.forge.submit_pending_review(REPO, review, "APPROVE", "Fine.")
    assert [("APPROVED", "Fine.")] == [
        (review.state, review.body) for review in box.forge.list_reviews(REPO, pull)
    ]
    assert [
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
    ] == box.take_event_names()


@pytest.mark.served
def test_a_thread_is_answered_resolved_and_opened_again(box: ServedForge, pull: int):
    """A reply comes with a review of its own, as on GitHub."""
    comment = box.forge.comment_on_lines(REPO, pull, "bob", ThreadPlace("a.txt", 10), "Why?")
    box.forge.reply(REPO, comment, "ada", "Because.")
    thread = box.forge.list_threads(REPO, pull)[0].id
    box.forge.resolve_thread(REPO, thread, "ada")
    box.forge.resolve_thread(REPO, thread, "ada")
    box.forge.resolve_thread(REPO, thread, "bob", resolved=False)
    answers = box.forge.list_review_comments(REPO, pull)

    assert [None, comment] == [answer.reply_to for answer in answers]
    assert [
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "pull_request_review_thread.resolved",
        "pull_request_review_thread.unresolved",
    ] == box.take_event_names()


@pytest.mark.served
@pytest.mark.parametrize(
    ("place", "field"),
    [
        (ThreadPlace("a.txt", 25), "line"),
        (ThreadPlace("a.txt", 11, start_line=25), "start_line"),
        (ThreadPlace("a.txt", 20, start_line=10), "start_line"),
        (ThreadPlace("a.txt", 10, start_line=10), "start_line"),
        (ThreadPlace("new.txt", 1, side="LEFT"), "line"),
        (ThreadPlace("README.md", 1), "path"),
    ],
)
def test_only_lines_of_the_diff_have_threads(box, pull, place, field):
    """What is not in the diff is refused, and the review with it."""
    with pytest.raises(PlaceNotInDiffError) as refusal:
        box.forge.comment_on_lines(REPO, pull, "bob", place, "Why?")

    assert (field, []) == (refusal.value.field, box.forge.list_reviews(REPO, pull))


@pytest.mark.served
def test_threads_follow_their_lines(box: ServedForge, pull: int):
    """Lines above move a thread; a change of its lines makes it outdated; undone, it is back."""
    for place in (
        ThreadPlace("a.txt", 10),
        ThreadPlace("a.txt", 12, start_line=11),
        ThreadPlace("a.txt", 10, side="LEFT"),
        ThreadPlace("old.txt", 1, side="LEFT"),
        ThreadPlace("a.txt", is_on_file=True),
    ):
        box.forge.comment_on_lines(REPO, pull, "bob", place, "Why?")
    ten = TEXT.replace("\n10\n", "\nten\n")
    push(box, "zero\n" + ten)
    moved = list_places(box, pull)
    push(box, ten.replace("ten", "Ten"))
    changed = list_places(box, pull)
    push(box, ten)

    old, whole = ("old.txt", 1), ("a.txt", None)
    assert [("a.txt", 11), ("a.txt", 13), ("a.txt", 10), old, whole] == moved
    assert [None, ("a.txt", 12), ("a.txt", 10), old, whole] == changed
    assert [("a.txt", 10), ("a.txt", 12), ("a.txt", 10), old, whole] == list_places(box, pull)


@pytest.mark.served
def test_a_thread_on_an_old_line_is_outdated_when_that_is_back(box: ServedForge, pull: int):
    """It is shown beside the new ones then, and there is nothing to say of it any more."""
    box.forge.comment_on_lines(REPO, pull, "bob", ThreadPlace("a.txt", 10, "LEFT"), "Keep it.")
    push(box, TEXT.replace("\n10\n", "\n10\nten\n"))

    assert [None] == list_places(box, pull)


@pytest.mark.served
def test_threads_of_files_that_go_are_outdated(box: ServedForge, pull: int):
    """A file that is renamed or deleted later, or as it was before, has no lines in the diff."""
    box.forge.comment_on_lines(REPO, pull, "bob", ThreadPlace("new.txt", 1), "Why?")
    box.forge.comment_on_lines(REPO, pull, "bob", ThreadPlace("a.txt", 9), "Why?")
    box.forge.push(REPO, "ada", "b", {"new.txt": None, "other.txt": "n\n", "a.txt": TEXT}, "More.")
    assert box.forge.wait_until_idle(30)

    assert [None, None] == list_places(box, pull)


@pytest.mark.served
def test_a_review_is_edited_and_dismissed(box: ServedForge, pull: int):
    """And comments are edited and deleted; a thread ends with its last comment."""
    review = box.forge.submit_review(REPO, pull, "bob", "APPROVE")
    box.forge.edit_review(REPO, review, "bob", "Fine.")
    box.forge.dismiss_review(REPO, review, "ada")
    comment = box.forge.comment_on_lines(REPO, pull, "bob", ThreadPlace("a.txt", 10), "Why?")
    box.take_event_names()
    box.forge.edit_review_comment(REPO, comment, "bob", "How?")
    box.forge.delete_review_comment(REPO, comment, "bob")

    assert ["DISMISSED", "COMMENTED"] == [
        review.state for review in box.forge.list_reviews(REPO, pull)
    ]
    assert [] == box.forge.list_threads(REPO, pull)
    assert [
        "pull_request_review_comment.edited",
        "pull_request_review_comment.deleted",
    ] == box.take_event_names()
