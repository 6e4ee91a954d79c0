"""Here lives the comparison of the forge's REST API with GitHub's own description of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from bot.forge import StatusDetails
from tests.contracts.checked import Checked
from tests.forge.boxed import CI, REPO, Boxed, boxed

HERE = f"/repos/{REPO}"

pytestmark = pytest.mark.usefixtures("described")


@pytest.fixture
def checked() -> Checked:
    return Checked()


@pytest.fixture
def box(tmp_path: Path, checked: Checked) -> Iterator[Boxed]:
    with boxed(tmp_path, checked) as box:
        yield box


def test_all_that_is_answered_is_as_described(box: Boxed, checked: Checked):
    """Every route of the forge, with all that it can show, fits GitHub's description."""
    filled = fill(box)
    asked = [
        (method, path, box.ask(method, path, body).status_code)
        for method, path, body in everything(filled)
    ]
    asked += [
        (method, path, box.ask(method, path, auth=box.jwt()).status_code)
        for method, path in as_app(box)
    ]

    assert [] == [one for one in asked if one[2] >= 400]
    assert [] == checked.violations


def test_all_refusals_are_as_described(box: Boxed, checked: Checked):
    """What is missing, forbidden, gone or invalid is refused in GitHub's shape."""
    number = box.forge.open_issue(REPO, "ada", "A", "B")
    box.forge.delete_issue(REPO, number, "ada")
    reader = box.token(metadata="read")
    statuses = [
        box.ask("GET", HERE, auth="nobody").status_code,
        box.ask("GET", "/app", auth="nobody").status_code,
        box.ask("GET", "/repos/acme/nothing").status_code,
        box.ask("GET", f"{HERE}/issues/{number}").status_code,
        box.ask("GET", f"{HERE}/issues/1", auth=reader).status_code,
        box.ask("POST", f"{HERE}/pulls", {"title": "T", "head": "x", "base": "main"}).status_code,
        box.ask("POST", f"{HERE}/issues/{number}/comments", {"body": "b"}).status_code,
    ]

    assert [401, 401, 404, 410, 403, 422, 410] == statuses
    assert [] == checked.violations


def test_unchanged_is_as_described(box: Boxed, checked: Checked):
    """An answer that did not change is 304, without a body."""
    first = box.ask("GET", HERE)
    again = box.ask("GET", HERE, **{"If-None-Match": first.headers["ETag"]})

    assert (304, b"") == (again.status_code, again.content)
    assert [] == checked.violations


BROKEN: dict[str, tuple[str, str, object]] = {
    "GitHub has no such operation": ("GET", f"{HERE}/nothing", None),
    "no query parameter 'colour'": ("GET", f"{HERE}/pulls?colour=red", None),
    "parameter state: $: 'red' is not one of": ("GET", f"{HERE}/pulls?state=red", None),
    "request has no field 'colour'": (
        "POST",
        f"{HERE}/issues/1/comments",
        {"body": "b", "colour": 1},
    ),
    "request $.content: 'cat' is not one of": (
        "POST",
        f"{HERE}/issues/1/reactions",
        {"content": "cat"},
    ),
    "a body is required": ("POST", f"{HERE}/issues/1/reactions", None),
    "no body is wanted": ("GET", HERE, {"a": 1}),
}
WRONG: dict[str, JSONResponse] = {
    "response $: 'full_name' is a required property": JSONResponse({"id": 1}),
    "repos/get never answers 202": JSONResponse({}, 202),
    "an error without message or documentation_url": JSONResponse({}, 404),
    "no header x-github-request-id": JSONResponse({}),
    "response $: [] is not of type 'object'": JSONResponse([]),
    "content type 'text/plain' is none of ['application/json']": JSONResponse(
        {}, media_type="text/plain"
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_a_caller_does_wrong_is_found(checked: Checked, what: str):
    """A request that GitHub does not describe is a violation, also where the server behind would
    take it.
    """
    method, path, body = BROKEN[what]
    ask(checked, JSONResponse({}), method, f"/api/v3{path}", body)

    assert what in "\n".join(checked.violations)


def test_query_of_unknown_fields_is_found(checked: Checked):
    """A GraphQL query is held to GitHub's schema, not to the forge's."""
    ask(
        checked,
        JSONResponse({"data": {}}),
        "POST",
        "/api/graphql",
        {"query": "{ viewer { colour } }"},
    )

    assert "query Cannot query field 'colour' on type 'User'" in "\n".join(checked.violations)


@pytest.mark.parametrize("what", WRONG)
def test_what_a_server_does_wrong_is_found(checked: Checked, what: str):
    """A response that GitHub does not describe is a violation."""
    ask(checked, WRONG[what], "GET", f"/api/v3{HERE}")

    assert what in "\n".join(checked.violations)


def ask(
    checked: Checked, answer: JSONResponse, method: str, path: str, body: object = None
) -> None:
    """One request to a server that has but one answer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        await answer(scope, receive, send)

    TestClient(checked(app)).request(method, path, json=body)


def fill(box: Boxed) -> dict[str, object]:
    """One of everything; returns what the paths need."""
    forge = box.forge
    forge.makes_empty_suites = True
    number = forge.open_issue(REPO, "ada", "Title", "", ["bug"])
    for word in ("one", "two", "three"):
        comment = forge.add_comment(REPO, number, "ada", word)
    sha = forge.push(
        REPO,
        "ada",
        "feature/a",
        {".github/workflows/ci.yml": CI, "broken": "", "run.sh": "ls\n"},
        "Break.",
    )
    forge.set_status(
        REPO, sha, "ci/other", "failure", StatusDetails("It broke", "https://ci.example/1")
    )
    pull = box.ask(
        "POST", f"{HERE}/pulls", {"title": "T", "head": "feature/a", "base": "main", "draft": True}
    ).json()
    assert forge.wait_until_idle(20)
    job = forge.list_jobs(REPO)[0]
    ids = {
        "number": number,
        "comment": comment,
        "sha": sha,
        "pull": pull["number"],
        "suite": job.suite,
    }
    return {**ids, "run": job.run, "job": job.id}


def everything(filled: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """All that an installation's token can ask."""
    number, comment, sha, pull, suite, run, job = filled.values()
    reads = [
        HERE,
        f"{HERE}/collaborators/ada/permission",
        f"{HERE}/contents/README.md",
        f"{HERE}/contents/src",
        f"{HERE}/contents/run.sh?ref=feature/a",
        f"{HERE}/git/ref/heads/feature/a",
        f"{HERE}/git/matching-refs/heads/f",
        f"{HERE}/branches",
        f"{HERE}/branches/feature/a",
        f"{HERE}/commits/{sha}",
        f"{HERE}/commits/{sha}/check-runs",
        f"{HERE}/commits/feature/a/check-suites",
        f"{HERE}/commits/{sha}/status",
        f"{HERE}/commits/{sha}/pulls",
        f"{HERE}/check-runs/{job}",
        f"{HERE}/check-runs/{job}/annotations",
        f"{HERE}/check-suites/{suite}/check-runs",
        f"{HERE}/actions/jobs/{job}",
        f"{HERE}/actions/jobs/{job}/logs",
        f"{HERE}/actions/runs",
        f"{HERE}/actions/runs/{run}",
        f"{HERE}/actions/runs/{run}/jobs?filter=all",
        f"{HERE}/actions/runs/{run}/attempts/1/jobs",
        f"{HERE}/issues?state=all",
        f"{HERE}/issues/{number}",
        f"{HERE}/issues/{pull}",
        f"{HERE}/issues/{number}/labels",
        f"{HERE}/issues/{number}/comments?per_page=2",
        f"{HERE}/issues/{number}/comments?per_page=2&page=2",
        f"{HERE}/issues/comments/{comment}",
        f"{HERE}/issues/{number}/reactions",
        f"{HERE}/issues/comments/{comment}/reactions",
        f"{HERE}/pulls?head=acme:feature/a&state=open",
        f"{HERE}/pulls/{pull}",
        "/installation/repositories",
        "/rate_limit",
    ]
    yield "POST", f"{HERE}/issues/{number}/reactions", {"content": "eyes"}
    yield "POST", f"{HERE}/issues/{number}/reactions", {"content": "eyes"}
    yield "POST", f"{HERE}/issues/comments/{comment}/reactions", {"content": "confused"}
    yield "POST", f"{HERE}/issues/{number}/comments", {"body": "ours"}
    yield "PATCH", f"{HERE}/issues/comments/{comment}", {"body": "new"}
    yield from (("GET", path, None) for path in reads)
    yield "PATCH", f"{HERE}/pulls/{pull}", {"title": "New", "body": "text", "state": "closed"}
    yield "PATCH", f"{HERE}/pulls/{pull}", {"state": "open"}
    yield "POST", f"{HERE}/actions/runs/{run}/rerun-failed-jobs", None
    yield "DELETE", f"{HERE}/issues/comments/{comment}", None
    yield "DELETE", "/installation/token", None


def as_app(box: Boxed) -> Iterator[tuple[str, str]]:
    """All that an App can ask with its JWT."""
    delivery = box.forge.list_deliveries()[-1].id
    yield "GET", "/app"
    yield "GET", "/app/installations"
    yield "GET", f"/app/installations/{box.installation}"
    yield "GET", f"{HERE}/installation"
    yield "GET", "/app/hook/config"
    yield "GET", "/app/hook/deliveries?per_page=2"
    yield "GET", f"/app/hook/deliveries/{delivery}"
    yield "POST", f"/app/hook/deliveries/{delivery}/attempts"
