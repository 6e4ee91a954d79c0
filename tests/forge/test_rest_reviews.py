"""Tests of what an App may do in reviews by REST, and how the forge refuses the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.forge import NewThread, ThreadPlace
from tests.forge.served_forge import REPO, ServedForge, serve_with_app

pytestmark = pytest.mark.served
LINE = {"path": "a.txt", "line": 2, "body": "Why?"}


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedForge]:
    """A served forge with a person's pull request, number 1, and the bot's, number 2."""
    with serve_with_app(tmp_path_factory.mktemp("forge")) as box:
        for branch in ("theirs", "ours"):
            box.forge.push(REPO, "ada", branch, {"a.txt": "1\n2\n3\n"}, "Add.")
        box.forge.wait_until_idle(30)
        box.forge.open_pull(REPO, "ada", "theirs", "Theirs")
        box.forge.open_pull(REPO, "greenlit[bot]", "ours", "Ours")
        box.take_event_names()
        yield box


def post(box: ServedForge, path: str, body: object, method: str = "POST") -> tuple[int, Any]:
    """Send a request about pull requests; return its status and what is wrong in it."""
    answer = box.request(method, f"/repos/{REPO}/pulls/{path}", body)
    data = answer.json()
    return answer.status_code, data.get("errors") or data.get("message")


@pytest.mark.parametrize(
    ("number", "body", "expected"),
    [
        (2, {"event": "APPROVE"}, "Can not approve your own pull request"),
        (2, {"event": "REQUEST_CHANGES"}, "Can not request changes on your own pull request"),
        (1, {"event": "COMMENT"}, "Body can't be blank"),
        (1, {"comments": [{**LINE, "line": 9}]}, "Line could not be resolved"),
        (1, {"comments": [{**LINE, "path": "b.txt"}]}, "Path could not be resolved"),
        (1, {"body": "x", "commit_id": "1" * 40}, f"The commit {'1' * 40} is not part"),
    ],
)
def test_a_review_that_cannot_be_is_refused(box, number, body, expected):
    """By a sentence, and nothing is left of it."""
    status, errors = post(box, f"{number}/reviews", body)

    assert (422, 1) == (status, len(errors))
    assert errors[0].startswith(expected)
    assert [] == box.request("GET", f"/repos/{REPO}/pulls/{number}/reviews").json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"line": 9}, "pull_request_review_thread.line"),
        ({"line": None}, "line"),
        ({"line": "2"}, "line"),
        ({"start_line": 3}, "pull_request_review_thread.start_line"),
        ({"side": "left"}, "side"),
        ({"path": ""}, "path"),
        ({"body": " "}, "body"),
    ],
)
def test_a_comment_that_cannot_be_is_refused(box, change, field):
    """By the field that is wrong."""
    sha = box.forge.find_pull(REPO, 1).head_sha
    status, errors = post(box, "1/comments", {**LINE, "commit_id": sha, **change})

    assert (422, [field]) == (status, [error["field"] for error in errors])


def test_a_pending_review_is_written_submitted_and_dismissed(box: ServedForge):
    """There is one at a time, and others do not see it."""
    path = f"/repos/{REPO}/pulls/1/reviews"
    pending = box.request("POST", path, {"comments": [LINE]}).json()
    second = post(box, "1/reviews", {"body": "Another."})
    single = post(box, "1/comments", LINE)
    review = f"1/reviews/{pending['id']}"
    early = post(box, f"{review}/dismissals", {"message": "No."}, "PUT")
    comments = box.request("GET", f"{path}/{pending['id']}/comments").json()

    assert ("PENDING", False, 1) == (pending["state"], "submitted_at" in pending, len(comments))
    assert (422, ["User can only have one pending review per pull request"]) == second
    assert 422 == single[0]
    assert (422, ["Can not dismiss a pending pull request review"]) == early
    assert [] == [
        review for review in box.forge.list_reviews(REPO, 1) if review.id == pending["id"]
    ]

    submitted = box.request(
        "POST", f"{path}/{pending['id']}/events", {"event": "REQUEST_CHANGES", "body": "No."}
    ).json()
    late = post(box, review, None, "DELETE")
    dismissed = box.request(
        "PUT", f"{path}/{pending['id']}/dismissals", {"message": "Well."}
    ).json()

    assert ("CHANGES_REQUESTED", "No.") == (submitted["state"], submitted["body"])
    assert (422, ["Can not delete a non-pending pull request review"]) == late
    assert "DISMISSED" == dismissed["state"]


def test_a_pending_review_is_deleted(box: ServedForge):
    """With its comments; nobody heard of them."""
    path = f"/repos/{REPO}/pulls/1/reviews"
    box.take_event_names()
    review = box.request("POST", path, {"comments": [LINE]}).json()["id"]
    deleted = box.request("DELETE", f"{path}/{review}")
    again = post(box, f"1/reviews/{review}/events", {"event": "COMMENT"})

    assert (200, 404) == (deleted.status_code, again[0])
    assert [] == box.take_event_names()


def test_pending_reviews_of_others_are_not_there(box: ServedForge):
    """Neither the review nor its comment is found."""
    review = box.forge.submit_review(
        REPO, 1, "bob", "", "", [NewThread(ThreadPlace("a.txt", 1), "Hm.")]
    )
    comment = max(box.forge.state.find_repository(REPO).review_comments)
    statuses = [
        box.request("GET", f"/repos/{REPO}/pulls/{path}").status_code
        for path in (f"1/reviews/{review}", f"1/reviews/{review}/comments", f"comments/{comment}")
    ]

    assert [404, 404, 404] == statuses


def test_only_a_threads_first_comment_is_answered(box: ServedForge):
    """An answer to an answer is refused; one in another pull request is not found."""
    first = box.forge.comment_on_lines(REPO, 1, "bob", ThreadPlace("a.txt", 1), "Why?")
    path = f"/repos/{REPO}/pulls/1/comments"
    answer = box.request("POST", f"{path}/{first}/replies", {"body": "Because."}).json()
    same = box.request("POST", path, {"body": "And so.", "in_reply_to": first}).json()
    nested = post(box, f"1/comments/{answer['id']}/replies", {"body": "x"})
    elsewhere = post(box, f"2/comments/{first}/replies", {"body": "x"})

    assert [first, first] == [answer["in_reply_to_id"], same["in_reply_to_id"]]
    assert (422, 404) == (nested[0], elsewhere[0])


def test_outdated_comments_have_no_line(box: ServedForge):
    """Where they began stays."""
    box.forge.push(REPO, "ada", "lines", {"a.txt": "1\n2\n3\n"}, "Add.")
    box.forge.wait_until_idle(30)
    number = box.forge.open_pull(REPO, "ada", "lines", "Lines")
    place = ThreadPlace("a.txt", 3, start_line=2)
    comment = box.forge.comment_on_lines(REPO, number, "bob", place, "Why?")
    old = box.forge.find_pull(REPO, number).head_sha
    box.forge.push(REPO, "ada", "lines", {"a.txt": "1\n2\nthree\n"}, "Change.")
    box.forge.wait_until_idle(30)
    view = box.request("GET", f"/repos/{REPO}/pulls/comments/{comment}").json()

    assert (None, None, None) == (view["line"], view["start_line"], view["position"])
    assert (3, 2, old) == (
        view["original_line"],
        view["original_start_line"],
        view["original_commit_id"],
    )
    assert "@@ -0,0 +1,3 @@\n+1\n+2\n+3" == view["diff_hunk"]


def test_a_review_of_an_older_commit_stands_where_its_lines_are_now(box: ServedForge):
    """A push between reading and reviewing does not lose it."""
    box.forge.push(REPO, "ada", "older", {"a.txt": "1\n2\n3\n"}, "Add.")
    box.forge.wait_until_idle(30)
    number = box.forge.open_pull(REPO, "ada", "older", "Older")
    old = box.forge.find_pull(REPO, number).head_sha
    box.forge.push(REPO, "ada", "older", {"a.txt": "0\n1\n2\n3\n"}, "Above.")
    box.forge.wait_until_idle(30)
    asked = {**LINE, "commit_id": old}
    view = box.request("POST", f"/repos/{REPO}/pulls/{number}/comments", asked).json()
    shown = box.request("GET", f"/repos/{REPO}/pulls/comments/{view['id']}").json()

    assert (3, 2) == (shown["line"], shown["original_line"])


def test_reviews_are_asked_of_who_can_read(box: ServedForge):
    """Not of the author, not of a bot; and who reviewed can be asked again."""
    path = "1/requested_reviewers"
    refused = [post(box, path, {"reviewers": [name]})[0] for name in ("ada", "greenlit[bot]")]
    box.take_event_names()
    for action in ("APPROVE", "COMMENT"):
        box.request("POST", f"/repos/{REPO}/pulls/{path}", {"reviewers": ["bob"]})
        box.forge.submit_review(REPO, 1, "bob", action, "Fine.")
    box.request("POST", f"/repos/{REPO}/pulls/{path}", {"reviewers": ["bob"]})
    asked = box.request("GET", f"/repos/{REPO}/pulls/{path}").json()["users"]
    box.request("DELETE", f"/repos/{REPO}/pulls/{path}", {"reviewers": ["bob"]})

    assert [422, 422] == refused
    assert ["bob"] == [user["login"] for user in asked]
    assert [
        "pull_request.review_requested",
        "pull_request_review.submitted",
        "pull_request.review_requested",
        "pull_request_review.submitted",
        "pull_request.review_requested",
        "pull_request.review_request_removed",
    ] == box.take_event_names()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("1/reviews", {"event": "SHOUT"}, 422),
        ("1/reviews", {"body": "x", "comments": {"a": 1}}, 422),
        ("1/reviews", {"body": "x", "comments": ["a"]}, 422),
        ("1/reviews", {"body": "x" * 65537}, 422),
        ("1/reviews", {"comments": [{**LINE, "body": ""}]}, 422),
        ("1/reviews/1/events", {"event": "COMMENT"}, 404),
        ("9/reviews", {"body": "x"}, 404),
        ("comments/1/reactions", {"content": "eyes"}, 404),
        ("comments/{comment}/reactions", {"content": "cat"}, 422),
    ],
)
def test_what_is_odd_is_refused(box: ServedForge, path: str, body: object, status: int):
    """An unknown event or reaction, what is no list, and what is not there."""
    comment = box.forge.comment_on_lines(REPO, 1, "bob", ThreadPlace("a.txt", 1), "Why?")

    assert status == post(box, path.format(comment=comment), body)[0]


def test_a_pending_review_needs_an_event_to_be_submitted(box: ServedForge):
    """An answer that is written meanwhile waits with it."""
    first = box.forge.comment_on_lines(REPO, 1, "bob", ThreadPlace("a.txt", 1), "Why?")
    path = f"/repos/{REPO}/pulls/1"
    review = box.request("POST", f"{path}/reviews", {"body": "Wait."}).json()["id"]
    box.take_event_names()
    refused = post(box, f"1/reviews/{review}/events", {})
    box.request("POST", f"{path}/comments/{first}/replies", {"body": "Later."})
    unseen = [comment.body for comment in box.forge.list_review_comments(REPO, 1)]
    silence = box.take_event_names()
    box.request("POST", f"{path}/reviews/{review}/events", {"event": "COMMENT"})
    newest = box.request("GET", f"{path}/comments?direction=desc").json()[0]

    assert (422, "event") == (refused[0], refused[1][0]["field"])
    assert ([], False) == (silence, "Later." in unseen)
    assert ("Later.", review) == (newest["body"], newest["pull_request_review_id"])


def test_a_locked_pull_request_takes_no_reviews_of_apps(box: ServedForge):
    """They are no collaborators with write access."""
    box.forge.push(REPO, "ada", "locked", {"a.txt": "1\n"}, "Add.")
    box.forge.wait_until_idle(30)
    number = box.forge.open_pull(REPO, "ada", "locked", "Locked")
    box.forge.lock_issue(REPO, number, "ada")
    statuses = [post(box, f"{number}/{path}", {"body": "x"})[0] for path in ("reviews", "comments")]

    assert [403, 403] == statuses
