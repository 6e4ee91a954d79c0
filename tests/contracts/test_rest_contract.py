"""Here lives the comparison of the forge's REST API with GitHub's own description of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

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
    asked = [(method, path, box.ask(method, path, body).status_code) for method, path, body in everything(**filled)]
    asked += [(method, path, box.ask(method, path, auth=box.jwt()).status_code) for method, path in as_app(box)]

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


BROKEN: dict[str, Callable[[Boxed], object]] = {
    "GitHub has no such operation": lambda box: box.ask("GET", f"{HERE}/nothing"),
    "no query parameter 'colour'": lambda box: box.ask("GET", f"{HERE}/pulls?colour=red"),
    "parameter state: $: 'red' is not one of": lambda box: box.ask("GET", f"{HERE}/pulls?state=red"),
    "request has no field 'colour'": lambda box: box.ask(
        "POST", f"{HERE}/issues/1/comments", {"body": "b", "colour": 1}
    ),
    "request $.content: 'cat' is not one of": lambda box: box.ask(
        "POST", f"{HERE}/issues/1/reactions", {"content": "cat"}
    ),
    "no body is wanted": lambda box: box.ask("GET", HERE, {"a": 1}),
    "query Cannot query field 'colour'": lambda box: box.graph("{ viewer { colour } }"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_a_caller_does_wrong_is_found(tmp_path: Path, checked: Checked, what: str):
    """A request that GitHub does not describe is a violation, also where the server behind would take it."""

    def lenient(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"].endswith("access_tokens"):
                await app(scope, receive, send)
                return
            await Request(scope, receive).body()
            await JSONResponse({"data": {}}, 200)(scope, receive, send)

        return checked(answer)

    with boxed(tmp_path, lenient) as box:
        BROKEN[what](box)

    assert what in "\n".join(checked.violations)


WRONG: dict[str, tuple[object, int]] = {
    "response $: 'full_name' is a required property": ({"id": 1}, 200),
    "repos/get never answers 202": ({}, 202),
    "an error without message or documentation_url": ({}, 404),
    "no header x-github-request-id": ({}, 200),
    "response $: [] is not of type 'object'": ([], 200),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_server_does_wrong_is_found(tmp_path: Path, checked: Checked, what: str):
    """A response that GitHub does not describe is a violation."""

    def wrong(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            tokens = scope["path"].endswith("access_tokens")
            await (app if tokens else JSONResponse(*WRONG[what]))(scope, receive, send)

        return checked(answer)

    with boxed(tmp_path, wrong) as box:
        box.ask("GET", HERE)

    assert what in "\n".join(checked.violations)


def fill(box: Boxed) -> dict[str, object]:
    """One of everything; returns what the paths need."""
    forge = box.forge
    forge.empty_suites = True
    number = forge.open_issue(REPO, "ada", "Title", "", ["bug"])
    for word in ("one", "two", "three"):
        comment = forge.comment(REPO, number, "ada", word)
    sha = forge.push(
        REPO, "ada", "feature/a", {".github/workflows/ci.yml": CI, "broken": "", "run.sh": "ls\n"}, "Break."
    )
    forge.set_status(REPO, sha, "ci/other", "failure", "It broke", "https://ci.example/1")
    pull = box.ask("POST", f"{HERE}/pulls", {"title": "T", "head": "feature/a", "base": "main", "draft": True}).json()
    assert forge.quiet(20)
    job = forge.jobs(REPO)[0]
    ids = {"number": number, "comment": comment, "sha": sha, "pull": pull["number"], "suite": job.suite}
    return {**ids, "run": job.run, "job": job.id}


def everything(
    number: int, comment: int, sha: str, pull: int, suite: int, run: int, job: int
) -> Iterator[tuple[str, str, object]]:
    """All that an installation's token can ask."""
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
    delivery = box.forge.deliveries()[-1].id
    yield "GET", "/app"
    yield "GET", "/app/installations"
    yield "GET", f"/app/installations/{box.installation}"
    yield "GET", f"{HERE}/installation"
    yield "GET", "/app/hook/config"
    yield "GET", "/app/hook/deliveries?per_page=2"
    yield "GET", f"/app/hook/deliveries/{delivery}"
    yield "POST", f"/app/hook/deliveries/{delivery}/attempts"
