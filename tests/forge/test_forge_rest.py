"""Tests of the forge's REST API: it refuses what GitHub refuses."""

from __future__ import annotations

import time

import httpx2
import pytest

from bot.values import Permission
from tests.forge.served_forge import OTHER, REPO, ServedForge

HERE = f"/repos/{REPO}"


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["message"]


def test_token_is_long_and_lives_an_hour(shared: ServedForge):
    """Tokens look as they do since 2026: about 520 characters, with dots."""
    path = f"/app/installations/{shared.installation}/access_tokens"
    answer = shared.request("POST", path, auth=shared.make_jwt()).json()

    assert answer["token"].startswith(f"ghs_{shared.keys.id}_")
    assert 500 < len(answer["token"]) < 560
    assert 2 == answer["token"].count(".")
    assert time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 3600)) in answer["expires_at"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"repositories": ["other"]}, "There is at least one repository that does not exist"),
        ({"repository_ids": [1]}, "There is at least one repository that does not exist"),
        ({"permissions": {"administration": "write"}}, "The permissions requested are not granted"),
        ({"permissions": {"statuses": "write"}}, "The permissions requested are not granted"),
    ],
)
def test_token_is_never_wider_than_the_installation(
    shared: ServedForge, asked: dict[str, object], why: str
):
    """Repositories and permissions beyond the installation's are refused."""
    status, message = said(
        shared.request(
            "POST",
            f"/app/installations/{shared.installation}/access_tokens",
            asked,
            shared.make_jwt(),
        )
    )

    assert 422 == status
    assert message.startswith(why)


def test_narrow_token_may_what_it_names(shared: ServedForge):
    """A token without a permission is told which one it lacks; metadata comes with every token."""
    token = shared.mint_token(issues="read")
    number = shared.forge.open_issue(REPO, "ada", "A", "B")
    refused = shared.request("POST", f"{HERE}/issues/{number}/comments", {"body": "x"}, token)

    assert 200 == shared.request("GET", f"{HERE}/issues/{number}", auth=token).status_code
    assert 200 == shared.request("GET", HERE, auth=token).status_code
    assert (403, "Resource not accessible by integration") == said(refused)
    assert "issues=write; pull_requests=write" == refused.headers["X-Accepted-GitHub-Permissions"]


def test_pull_requests_permission_is_no_way_to_issues(box: ServedForge):
    """Comments on an issue need `issues`; those on a pull request are content with `pull_requests`."""
    token = box.mint_token(pull_requests="write")
    issue = box.forge.open_issue(REPO, "ada", "A", "B")
    box.forge.push(REPO, "ada", "a", {"a": "a"}, "A.")
    pull = box.request(
        "POST", f"{HERE}/pulls", {"title": "T", "head": "a", "base": "main"}, token
    ).json()["number"]

    assert (
        403
        == box.request("POST", f"{HERE}/issues/{issue}/comments", {"body": "x"}, token).status_code
    )
    assert (
        201
        == box.request("POST", f"{HERE}/issues/{pull}/comments", {"body": "x"}, token).status_code
    )


def test_other_repositories_are_not_there(shared: ServedForge):
    """What a token is not for answers 404, as if it did not exist; names are equal in any case."""
    assert (404, "Not Found") == said(shared.request("GET", f"/repos/{OTHER}"))
    assert 200 == shared.request("GET", f"/repos/{REPO.upper()}").status_code


@pytest.mark.parametrize("auth", ["", "nonsense"])
def test_strangers_are_refused(shared: ServedForge, auth: str):
    """Without credentials, or with wrong ones, the answer is 401."""
    assert 401 == shared.request("GET", HERE, auth=auth).status_code
    assert 401 == shared.request("GET", "/app", auth=auth).status_code


def test_tokens_end(box: ServedForge):
    """A token that expired or was revoked is a wrong one."""
    other = box.mint_token()

    assert 204 == box.request("DELETE", "/installation/token", auth=other).status_code
    assert (401, "Bad credentials") == said(box.request("GET", HERE, auth=other))

    box.forge.expire_tokens()

    assert (401, "Bad credentials") == said(box.request("GET", HERE))


def test_jwt_must_be_short_and_fresh(shared: ServedForge):
    """A JWT that expired, lives too long or names no App is refused; so is a token where a JWT
    belongs.
    """
    now = int(time.time())
    expired, long, unknown = (
        shared.make_jwt(exp=now - 1),
        shared.make_jwt(exp=now + 3600),
        shared.make_jwt(iss="99"),
    )

    assert "must be a numeric value" in said(shared.request("GET", "/app", auth=expired))[1]
    assert "too far in the future" in said(shared.request("GET", "/app", auth=long))[1]
    assert (404, "Integration not found") == said(shared.request("GET", "/app", auth=unknown))
    assert 401 == shared.request("GET", "/app", auth=shared.app_token).status_code


def test_deleted_issue_is_gone(shared: ServedForge):
    """A deleted issue answers 410, one that never was 404; its number is not used again."""
    number = shared.forge.open_issue(REPO, "ada", "A", "B")
    shared.forge.delete_issue(REPO, number, "ada")

    assert 410 == shared.request("GET", f"{HERE}/issues/{number}").status_code
    assert (
        410 == shared.request("POST", f"{HERE}/issues/{number}/comments", {"body": "x"}).status_code
    )
    assert 404 == shared.request("GET", f"{HERE}/issues/999").status_code
    assert number + 1 == shared.forge.open_issue(REPO, "ada", "A", "B")


def test_locked_issue_takes_no_comment(shared: ServedForge):
    """An App cannot write to a locked conversation, though it may read it."""
    number = shared.forge.open_issue(REPO, "ada", "A", "B")
    shared.forge.lock_issue(REPO, number, "ada")
    answer = shared.request("POST", f"{HERE}/issues/{number}/comments", {"body": "x"})

    assert (403, "Unable to create comment because issue is locked.") == said(answer)
    assert shared.request("GET", f"{HERE}/issues/{number}").json()["locked"]


def test_archived_repository_is_read_only(box: ServedForge):
    """Writes to an archived repository are refused."""
    number = box.forge.open_issue(REPO, "ada", "A", "B")
    box.forge.archive_repository(REPO)

    assert box.request("GET", HERE).json()["archived"]
    assert 403 == box.request("POST", f"{HERE}/issues/{number}/comments", {"body": "x"}).status_code


@pytest.mark.parametrize(
    "body", [{}, {"body": None}, {"body": 1}, {"body": " "}, {"body": "x" * 65537}]
)
def test_bad_comment_is_invalid(shared: ServedForge, body: dict[str, object]):
    """A comment must be a text that is neither blank nor too long."""
    number = shared.forge.open_issue(REPO, "ada", "A", "B")

    assert 422 == shared.request("POST", f"{HERE}/issues/{number}/comments", body).status_code
    assert [] == shared.forge.list_comments(REPO, number)


def test_body_that_is_no_json_is_refused(shared: ServedForge):
    """400 for a body that cannot be parsed, or is no object."""
    number = shared.forge.open_issue(REPO, "ada", "A", "B")
    url = f"{shared.base}/api/v3{HERE}/issues/{number}/comments"
    shown = {"Authorization": f"token {shared.app_token}"}

    assert [400, 400] == [
        shared.client.post(url, content=body, headers=shown).status_code for body in (b"{", b"[]")
    ]


def test_lists_come_in_pages(shared: ServedForge):
    """The Link header leads to the next, previous, first and last page."""
    number = shared.forge.open_issue(REPO, "ada", "A", "B")
    for word in range(5):
        shared.forge.add_comment(REPO, number, "ada", str(word))
    second = shared.request("GET", f"{HERE}/issues/{number}/comments?per_page=2&page=2")
    links = {rel: link["url"].partition("?")[2] for rel, link in second.links.items()}

    assert ["2", "3"] == [comment["body"] for comment in second.json()]
    assert {
        "prev": "per_page=2&page=1",
        "next": "per_page=2&page=3",
        "last": "per_page=2&page=3",
        "first": "per_page=2&page=1",
    } == links


def test_unchanged_answers_cost_nothing(shared: ServedForge):
    """A conditional request that finds nothing new is 304 and does not count; a change is 200
    again.
    """
    number = shared.forge.open_issue(REPO, "ada", "A", "B")
    first = shared.request("GET", f"{HERE}/issues/{number}")
    same = shared.request(
        "GET", f"{HERE}/issues/{number}", **{"If-None-Match": first.headers["ETag"]}
    )
    shared.forge.edit_issue(REPO, number, "ada", title="New")
    new = shared.request(
        "GET", f"{HERE}/issues/{number}", **{"If-None-Match": first.headers["ETag"]}
    )
    left = [int(answer.headers["X-RateLimit-Remaining"]) for answer in (first, same, new)]

    assert [200, 304, 200] == [first.status_code, same.status_code, new.status_code]
    assert [left[0], left[0], left[0] - 1] == left


def test_permission_is_told_in_githubs_words(shared: ServedForge):
    """maintain shows as write and triage as read; nobody has none where all is private."""
    levels: dict[str, Permission] = {
        "max": "maintain",
        "tri": "triage",
        "root": "admin",
        "out": "none",
    }
    for login, level in levels.items():
        shared.forge.set_permission(REPO, login, level)
    found = {
        login: shared.request("GET", f"{HERE}/collaborators/{login}/permission").json()
        for login in ("max", "tri", "root", "out")
    }

    assert {"max": "write", "tri": "read", "root": "admin", "out": "none"} == {
        login: answer["permission"] for login, answer in found.items()
    }
    assert "maintain" == found["max"]["role_name"]
    assert 404 == shared.request("GET", f"{HERE}/collaborators/ghost/permission").status_code


def test_reaction_is_made_once(shared: ServedForge):
    """The same reaction a second time is 200 and not a new one."""
    number = shared.forge.open_issue(REPO, "ada", "A", "B")
    asks = [
        shared.request("POST", f"{HERE}/issues/{number}/reactions", {"content": "eyes"}).status_code
        for _ in range(2)
    ]

    assert [201, 200] == asks
    assert ["greenlit[bot]"] == [
        reaction.author for reaction in shared.forge.list_reactions(REPO, number)
    ]


def test_files_are_read_from_any_ref(box: ServedForge):
    """Contents come as base64, raw when asked for, as a list for a folder, 404 when there is none."""
    box.forge.push(REPO, "ada", "a/b", {"README.md": "Changed\n"}, "Change.")
    raw = box.request(
        "GET", f"{HERE}/contents/README.md?ref=a/b", Accept="application/vnd.github.raw+json"
    )

    assert "SGVsbG8K" == box.request("GET", f"{HERE}/contents/README.md").json()["content"].strip()
    assert "Changed\n" == raw.text
    assert ["src/a.py"] == [
        entry["path"] for entry in box.request("GET", f"{HERE}/contents/src").json()
    ]
    assert {"README.md": "file", "src": "dir"} == {
        entry["path"]: entry["type"] for entry in box.request("GET", f"{HERE}/contents/").json()
    }
    assert 404 == box.request("GET", f"{HERE}/contents/none").status_code


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/issues/x", 404),
        ("/issues/comments/1", 404),
        ("/pulls/999", 404),
        ("/branches/none", 404),
        ("/git/ref/tags/none", 404),
        ("/contents/README.md?ref=none", 404),
        ("/commits/none", 422),
        ("/commits/-x", 422),
        ("/check-suites/1/check-runs", 404),
        ("/check-runs/1", 404),
        ("/actions/jobs/1", 404),
        ("/actions/runs/1", 404),
    ],
)
def test_what_is_not_there_is_not_found(shared: ServedForge, path: str, status: int):
    """404, or 422 where a commit is looked for."""
    assert status == shared.request("GET", HERE + path).status_code


@pytest.mark.parametrize(
    "path", ["/app/installations/1", f"/repos/{OTHER}/installation", "/app/hook/deliveries/1"]
)
def test_app_sees_its_own_only(shared: ServedForge, path: str):
    """Installations and deliveries of others are not found."""
    assert 404 == shared.request("GET", path, auth=shared.make_jwt()).status_code


def test_token_for_too_many_repositories_is_refused(shared: ServedForge):
    """A token names 500 repositories at most."""
    asked = {"repositories": ["demo"] * 501}

    assert (
        422
        == shared.request(
            "POST",
            f"/app/installations/{shared.installation}/access_tokens",
            asked,
            shared.make_jwt(),
        ).status_code
    )


def test_limit_is_told_to_anybody(shared: ServedForge):
    """/rate_limit answers without credentials, and costs nothing."""
    answers = [
        shared.request("GET", "/rate_limit", auth="").json()["rate"]["used"] for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert 401 == shared.request("GET", HERE, auth="", Authorization="Basic eA==").status_code


def test_repositories_join_an_installation(box: ServedForge):
    """Installing an App on a second repository of the owner widens the installation."""
    again = box.forge.install(box.keys, OTHER)
    tokens = box.request(
        "POST", f"/app/installations/{again}/access_tokens", {"repository_ids": []}, box.make_jwt()
    )
    whole = box.request(
        "POST", f"/app/installations/{again}/access_tokens", auth=box.make_jwt()
    ).json()["token"]
    seen = box.request("GET", "/installation/repositories", auth=whole).json()

    assert (box.installation, 201) == (again, tokens.status_code)
    assert [REPO, OTHER] == [repository["full_name"] for repository in seen["repositories"]]


def test_large_file_comes_raw_only(box: ServedForge):
    """Over a megabyte the answer has no content; raw it is whole."""
    box.forge.push(REPO, "ada", "main", {"big": "x" * 1_100_000}, "Big.")
    answer = box.request("GET", f"{HERE}/contents/big").json()

    assert ("none", "", 1_100_000) == (answer["encoding"], answer["content"], answer["size"])
    assert 1_100_000 == len(
        box.request("GET", f"{HERE}/contents/big", Accept="application/vnd.github.raw").content
    )


def test_what_was_asked_is_kept(shared: ServedForge):
    """Method, path and status of every request can be looked up."""
    shared.request("GET", HERE)

    assert ("GET", f"/api/v3{HERE}", 200) == shared.forge.list_requests()[-1]
