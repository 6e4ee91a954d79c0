"""Tests of the faults that are injected on purpose."""

from __future__ import annotations

import time

import httpx2
import pytest

from tests.forge.served_forge import REPO, ServedForge

COMMENTS = f"/repos/{REPO}/issues/1/comments"


@pytest.fixture(autouse=True)
def issue(box: ServedForge) -> None:
    box.forge.open_issue(REPO, "ada", "A", "B")


@pytest.mark.parametrize(("kind", "status", "done"), [("500", 500, 0), ("502-after", 502, 1)])
def test_server_fails_before_or_after_the_write(
    box: ServedForge, kind: str, status: int, done: int
):
    """A 500 is answered before anything happens, a 502 after the write; the next request is well
    again.
    """
    fault = box.forge.faults.add("POST", "/comments$", kind)
    first = box.request("POST", COMMENTS, {"body": "one"})

    assert (status, done, 1) == (
        first.status_code,
        len(box.forge.list_comments(REPO, 1)),
        fault.fired,
    )
    assert 201 == box.request("POST", COMMENTS, {"body": "two"}).status_code


@pytest.mark.parametrize(("kind", "done"), [("cut", 0), ("cut-after", 1)])
def test_connection_is_cut_before_or_after_the_write(box: ServedForge, kind: str, done: int):
    """The client gets no answer at all, whether the write happened or not."""
    box.forge.faults.add("POST", "/comments$", kind)
    with pytest.raises(httpx2.TransportError):
        box.request("POST", COMMENTS, {"body": "one"})

    assert done == len(box.forge.list_comments(REPO, 1))
    assert 200 == box.request("GET", COMMENTS).status_code
    assert ("POST", f"/api/v3{COMMENTS}", 0) in box.forge.list_requests()


@pytest.mark.parametrize(
    ("kind", "status", "headers"),
    [
        ("403-secondary", 403, {"retry-after": "7"}),
        ("403-secondary-silent", 403, {}),
        ("429", 429, {"retry-after": "7"}),
        ("429-silent", 429, {}),
        ("403-primary", 403, {"x-ratelimit-remaining": "0"}),
    ],
)
def test_limits_are_told_as_github_tells_them(
    box: ServedForge, kind: str, status: int, headers: dict[str, str]
):
    """With and without a word on when to come back; nothing is done meanwhile."""
    box.forge.faults.add("POST", "/comments$", kind, wait_s=7)
    answer = box.request("POST", COMMENTS, {"body": "one"})
    told = {
        name: answer.headers[name]
        for name in ("retry-after", "x-ratelimit-remaining")
        if name in answer.headers
    }

    assert (status, headers) == (answer.status_code, told)
    assert "rate limit" in answer.json()["message"]
    assert [] == box.forge.list_comments(REPO, 1)
    assert kind != "403-primary" or int(answer.headers["x-ratelimit-reset"]) > time.time()


def test_fault_fires_as_often_as_it_was_asked(box: ServedForge):
    """Other methods and paths are left alone, and what fired can be counted."""
    fault = box.forge.faults.add("GET", "/issues/1$", "500", times=2)
    box.request("POST", COMMENTS, {"body": "x"})
    statuses = [box.request("GET", f"/repos/{REPO}/issues/1").status_code for _ in range(3)]

    assert ([500, 500, 200], 2, 2) == (statuses, fault.fired, box.forge.faults.count_fired())


def test_git_can_fail_too(box: ServedForge):
    """Faults know git's paths."""
    box.forge.faults.add("GET", "info/refs", "500")

    assert 500 == httpx2.get(f"{box.base}/{REPO}.git/info/refs?service=git-upload-pack").status_code


def test_unknown_fault_is_refused(box: ServedForge):
    """A kind that does not exist is a mistake of the test."""
    with pytest.raises(ValueError, match="504 is none of 500"):
        box.forge.faults.add("GET", "/", "504")
