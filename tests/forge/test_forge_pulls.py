"""Tests of the forge's pull requests."""

from __future__ import annotations

import subprocess

import pytest

from tests.forge.served_forge import REPO, ServedForge

HERE = f"/repos/{REPO}/pulls"
MARK = """mutation($id: ID!) { %s(input: {pullRequestId: $id}) { pullRequest { isDraft } } }"""


@pytest.fixture
def pull(box: ServedForge) -> dict:
    """An open draft from the branch a/b to main."""
    box.forge.push(REPO, "ada", "a/b", {"new": "1\n2\n"}, "First.")
    asked = {"title": "T", "head": "a/b", "base": "main", "body": "B", "draft": True}
    made = box.request("POST", HERE, asked).raise_for_status().json()
    box.take_event_names()
    return made


def errors(box: ServedForge, **asked: str) -> list[dict[str, str]]:
    answer = box.request("POST", HERE, {"title": "T", "head": "a/b", "base": "main", **asked})
    assert 422 == answer.status_code
    return answer.json()["errors"]


def test_pull_request_is_opened(box: ServedForge, pull: dict):
    """It has the branch's commits and lines, the App's bot as author, and is an issue too."""
    found = box.forge.list_pulls(REPO)[0]

    assert (1, 1, 2, "greenlit[bot]") == (
        pull["commits"],
        pull["changed_files"],
        pull["additions"],
        pull["user"]["login"],
    )
    assert (found.number, True, "open") == (pull["number"], found.draft, found.state)
    assert "pull_request" in box.request("GET", f"/repos/{REPO}/issues/{pull['number']}").json()


def test_one_pull_request_for_a_branch(box: ServedForge, pull: dict):
    """A second open one for the same head and base is refused, in GitHub's words."""
    assert ["A pull request already exists for acme:a/b."] == [
        error["message"] for error in errors(box)
    ]


def test_pull_request_needs_commits_and_branches(box: ServedForge):
    """Between equal branches there is nothing to ask for; a branch that is not there is invalid."""
    box.forge.push(REPO, "ada", "main", {"b": "b"}, "On main.")

    assert [("head", "invalid")] == [(error["field"], error["code"]) for error in errors(box)]
    assert ["No commits between main and main"] == [
        error["message"] for error in errors(box, head="main")
    ]
    assert [("base", "invalid")] == [
        (error["field"], error["code"]) for error in errors(box, head="main", base="none")
    ]


def test_pull_requests_are_found_by_head_and_state(box: ServedForge, pull: dict):
    """A head is named with its owner; without one the filter is ignored, as GitHub does."""
    box.forge.close_pull(REPO, pull["number"], "ada")
    counts = [
        len(box.request("GET", f"{HERE}?{query}").json())
        for query in (
            "head=acme:a/b&state=all",
            "head=acme:a/b",
            "state=closed",
            "head=acme:x&state=all",
            "head=x&state=all",
        )
    ]

    assert [1, 0, 1, 0, 1] == counts


def test_push_moves_the_pull_request(box: ServedForge, pull: dict):
    """A push to the head branch sends `synchronize` with both ends."""
    sha = box.forge.push(REPO, "ada", "a/b", {"new": "3"}, "Second.")
    box.forge.wait_until_idle(30)
    told = box.received[-1].payload

    assert (pull["head"]["sha"], sha) == (told["before"], told["after"])
    assert ["push", "pull_request.synchronize"] == box.take_event_names()
    assert sha == box.request("GET", f"{HERE}/{pull['number']}").json()["head"]["sha"]


def test_draft_is_marked_ready_and_back(box: ServedForge, pull: dict):
    """Ready and draft are GraphQL's, once each."""
    mark, back = (
        MARK % name for name in ("markPullRequestReadyForReview", "convertPullRequestToDraft")
    )
    answers = [box.query_graphql(query, id=pull["node_id"]) for query in (mark, mark, back)]

    assert [False, False, True] == [
        next(iter(answer["data"].values()))["pullRequest"]["isDraft"] for answer in answers
    ]
    assert [
        "pull_request.ready_for_review",
        "pull_request.converted_to_draft",
    ] == box.take_event_names()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"state": "merged"}, "state"),
        ({"title": " "}, "title"),
        ({"title": "x" * 257}, "title"),
        ({"state": "open"}, "state"),
    ],
)
def test_bad_edit_is_invalid(box: ServedForge, pull: dict, asked: dict[str, str], field: str):
    """Unknown states, blank or long titles, and opening again without the branch are refused."""
    if asked == {"state": "open"}:
        delete = [
            "git",
            "--git-dir",
            str(box.forge.git_dir(REPO)),
            "update-ref",
            "-d",
            "refs/heads/a/b",
        ]
        box.forge.close_pull(REPO, pull["number"], "ada")
        subprocess.run(delete, check=True)
    answer = box.request("PATCH", f"{HERE}/{pull['number']}", asked)

    assert (422, field) == (answer.status_code, answer.json()["errors"][0]["field"])


def test_pull_request_is_labeled_like_an_issue(box: ServedForge, pull: dict):
    """What happens to a pull request as an issue is not told as an issue's event."""
    box.forge.add_label(REPO, pull["number"], "autogen", "ada")
    box.forge.add_label(REPO, pull["number"], "autogen", "ada")

    assert [] == box.take_event_names()
    assert ["autogen"] == [
        label["name"] for label in box.request("GET", f"{HERE}/{pull['number']}").json()["labels"]
    ]


def test_pull_request_is_edited_closed_and_opened_again(box: ServedForge, pull: dict):
    """State and words are changed by one call."""
    path = f"{HERE}/{pull['number']}"
    closed = box.request("PATCH", path, {"state": "closed", "title": "New"}).json()
    opened = box.request("PATCH", path, {"state": "open", "body": ""}).json()

    assert ("closed", "New", "open", None) == (
        closed["state"],
        closed["title"],
        opened["state"],
        opened["body"],
    )
    assert ["closed", "edited", "reopened", "edited"] == [
        name.partition(".")[2] for name in box.take_event_names()
    ]
