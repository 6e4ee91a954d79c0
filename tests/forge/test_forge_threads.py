"""Review threads through GraphQL: in pages, resolved and answered by who may."""

from __future__ import annotations

from typing import Any

import pytest

from bot.forge.review_records import NewThread, ThreadPlace
from tests.forge.served_forge import REPO, ServedForge

THREADS = """query($first: Int!, $after: String) { repository(owner: "acme", name: "demo") {
  pullRequest(number: 1) { reviewThreads(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id isResolved viewerCanResolve viewerCanUnresolve resolvedBy { login }
      comments(first: 2) { totalCount nodes { body state } pageInfo { hasNextPage endCursor } } }
} } } }"""
MORE = """query($id: ID!, $after: String) { node(id: $id) { ... on PullRequestReviewThread {
  comments(first: 2, after: $after) { nodes { body } } } } }"""
RESOLVE = (
    "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }"
)
REOPEN = (
    "mutation($id: ID!) { unresolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }"
)
REPLY = """mutation($id: ID!, $body: String!) { addPullRequestReviewThreadReply(
  input: {pullRequestReviewThreadId: $id, body: $body}) { comment { state author { login } } } }"""


@pytest.fixture
def reviewed(box: ServedForge) -> ServedForge:
    """A pull request with three threads on its lines."""
    box.forge.push(REPO, "ada", "a", {"new.py": "1\n2\n3\n"}, "X.")
    box.forge.open_pull(REPO, "ada", "a", "T")
    threads = [NewThread(ThreadPlace("new.py", line), f"Line {line}?") for line in (1, 2, 3)]
    box.forge.submit_review(REPO, 1, "ada", "COMMENT", "", threads)
    box.take_event_names()
    return box


def list_threads(box: ServedForge, **given: Any) -> dict[str, Any]:
    """A page of the threads."""
    answer = box.query_graphql(THREADS, **{"first": 9, **given})
    return answer["data"]["repository"]["pullRequest"]["reviewThreads"]


def error_of(answer: dict[str, Any]) -> str:
    """The type of the answer's one error."""
    (error,) = answer["errors"]
    return error["type"]


def test_threads_and_their_comments_come_in_pages(reviewed: ServedForge):
    """A cursor leads on, for threads and inside of each."""
    first = list_threads(reviewed, first=2)
    second = list_threads(reviewed, first=2, after=first["pageInfo"]["endCursor"])
    key = first["nodes"][0]["id"]
    for body in ("one", "two"):
        reviewed.query_graphql(REPLY, id=key, body=body)
    comments = list_threads(reviewed)["nodes"][0]["comments"]
    after = comments["pageInfo"]["endCursor"]
    rest = reviewed.query_graphql(MORE, id=key, after=after)["data"]["node"]["comments"]

    assert [(3, 2, True), (3, 1, False)] == [
        (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"])
        for page in (first, second)
    ]
    assert (3, ["Line 1?", "one"], True) == (
        comments["totalCount"],
        [comment["body"] for comment in comments["nodes"]],
        comments["pageInfo"]["hasNextPage"],
    )
    assert {"nodes": [{"body": "two"}]} == rest


def test_a_thread_is_resolved_and_opened_again(reviewed: ServedForge):
    """Once each, however often it is asked, and told to those who listen."""
    key = list_threads(reviewed)["nodes"][0]["id"]
    resolved = [
        reviewed.query_graphql(RESOLVE, id=key)["data"]["resolveReviewThread"]["thread"]
        for _ in range(2)
    ]
    thread = list_threads(reviewed)["nodes"][0]
    names = reviewed.take_event_names()
    opened = reviewed.query_graphql(REOPEN, id=key)["data"]["unresolveReviewThread"]["thread"]

    assert [{"isResolved": True}] * 2 == resolved
    assert (True, False, True, {"login": "greenlit"}) == (
        thread["isResolved"],
        thread["viewerCanResolve"],
        thread["viewerCanUnresolve"],
        thread["resolvedBy"],
    )
    assert ["pull_request_review_thread.resolved"] == names
    assert {"isResolved": False} == opened


def test_who_may_not_write_resolves_nothing(reviewed: ServedForge):
    """pull_requests: write answers, but only contents: write resolves."""
    key = list_threads(reviewed)["nodes"][0]["id"]
    reviewed.app_token = reviewed.mint_token(pull_requests="write")
    seen = list_threads(reviewed)["nodes"][0]
    refused = error_of(reviewed.query_graphql(RESOLVE, id=key))
    answered = reviewed.query_graphql(REPLY, id=key, body="Why?")["data"]
    reviewed.app_token = reviewed.mint_token(pull_requests="read")

    assert (False, "FORBIDDEN") == (seen["viewerCanResolve"], refused)
    assert "SUBMITTED" == answered["addPullRequestReviewThreadReply"]["comment"]["state"]
    assert "FORBIDDEN" == error_of(reviewed.query_graphql(REPLY, id=key, body="Hm?"))


def test_an_answer_joins_a_pending_review(reviewed: ServedForge):
    """As on GitHub: what the bot left pending takes its answers too, and nobody sees them yet."""
    key = list_threads(reviewed)["nodes"][0]["id"]
    reviewed.forge.submit_review(REPO, 1, "greenlit[bot]", "", "Later.")
    made = reviewed.query_graphql(REPLY, id=key, body="Hm.")["data"]
    comments = reviewed.forge.list_review_comments(REPO, 1)

    assert "PENDING" == made["addPullRequestReviewThreadReply"]["comment"]["state"]
    assert ["Line 1?", "Line 2?", "Line 3?"] == [comment.body for comment in comments]


@pytest.mark.parametrize(
    ("mutation", "given", "kind"),
    [
        (RESOLVE, {"id": "PRRT_xyz"}, "NOT_FOUND"),
        (REPLY, {"id": "PRRT_xyz", "body": "Hm."}, "NOT_FOUND"),
        (REPLY, {"body": " "}, "UNPROCESSABLE"),
    ],
)
def test_what_is_not_there_is_told(
    reviewed: ServedForge, mutation: str, given: dict[str, str], kind: str
):
    """An id of nothing, and an empty answer."""
    key = list_threads(reviewed)["nodes"][0]["id"]

    assert kind == error_of(reviewed.query_graphql(mutation, **{"id": key, **given}))


def test_what_is_locked_or_archived_stays_as_it_is(reviewed: ServedForge):
    """Neither answered nor resolved."""
    key = list_threads(reviewed)["nodes"][0]["id"]
    reviewed.forge.lock_issue(REPO, 1, "ada")
    locked = error_of(reviewed.query_graphql(REPLY, id=key, body="Hm."))
    reviewed.forge.archive_repository(REPO)
    archived = error_of(reviewed.query_graphql(RESOLVE, id=key))

    assert ["FORBIDDEN"] * 2 == [locked, archived]
    assert not list_threads(reviewed)["nodes"][0]["viewerCanResolve"]
