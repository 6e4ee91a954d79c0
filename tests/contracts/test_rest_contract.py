"""The forge's REST API is as GitHub's own description has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from bot.forge import NewThread, StatusDetails, ThreadPlace
from bot.forge.forge_records import ArtifactRecord
from bot.forge.forge_state import now
from tests.contracts.exchange_checker import ExchangeChecker
from tests.forge.served_forge import CI, REPO, ServedForge, serve_with_app

HERE = f"/repos/{REPO}"

pytestmark = pytest.mark.usefixtures("described")


@pytest.fixture
def checker() -> ExchangeChecker:
    """A checker that saw nothing yet."""
    return ExchangeChecker()


@pytest.fixture
def box(tmp_path: Path, checker: ExchangeChecker) -> Iterator[ServedForge]:
    """A served forge, every exchange with it recorded."""
    with serve_with_app(tmp_path, checker) as box:
        yield box


def test_all_that_is_answered_is_as_described(box: ServedForge, checker: ExchangeChecker):
    """Every route of the forge, with all that it can show, fits GitHub's description."""
    ids = fill_forge(box)
    requests = [*list_writes(ids), *list_reads(ids), *list_last_writes(ids)]
    answers = [
        (path, box.request(method, path, body).status_code) for method, path, body in requests
    ]
    answers += [
        (path, box.request(method, path, auth=box.make_jwt()).status_code)
        for method, path in list_app_requests(box)
    ]

    assert [] == [answer for answer in answers if answer[1] >= 400]
    assert [] == checker.violations


def test_all_refusals_are_as_described(box: ServedForge, checker: ExchangeChecker):
    """What is missing, forbidden, gone or invalid is refused in GitHub's shape."""
    number = box.forge.open_issue(REPO, "ada", "A", "B")
    box.forge.delete_issue(REPO, number, "ada")
    reader = box.mint_token(metadata="read")
    statuses = [
        box.request("GET", HERE, auth="nobody").status_code,
        box.request("GET", "/app", auth="nobody").status_code,
        box.request("GET", "/repos/acme/nothing").status_code,
        box.request("GET", f"{HERE}/issues/{number}").status_code,
        box.request("GET", f"{HERE}/issues/1", auth=reader).status_code,
        box.request(
            "POST", f"{HERE}/pulls", {"title": "T", "head": "x", "base": "main"}
        ).status_code,
        box.request("POST", f"{HERE}/issues/{number}/comments", {"body": "b"}).status_code,
    ]

    assert [401, 401, 404, 410, 403, 422, 410] == statuses
    assert [] == checker.violations


def test_unchanged_is_as_described(box: ServedForge, checker: ExchangeChecker):
    """An answer that did not change is 304, without a body."""
    first = box.request("GET", HERE)
    again = box.request("GET", HERE, **{"If-None-Match": first.headers["ETag"]})

    assert (304, b"") == (again.status_code, again.content)
    assert [] == checker.violations


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
def test_what_a_caller_does_wrong_is_found(checker: ExchangeChecker, what: str):
    """A request that GitHub does not describe is a violation, also where the server behind would
    take it.
    """
    method, path, body = BROKEN[what]
    ask(checker, JSONResponse({}), method, f"/api/v3{path}", body)

    assert what in "\n".join(checker.violations)


def test_query_of_unknown_fields_is_found(checker: ExchangeChecker):
    """A GraphQL query is held to GitHub's schema, not to the forge's."""
    ask(
        checker,
        JSONResponse({"data": {}}),
        "POST",
        "/api/graphql",
        {"query": "{ viewer { colour } }"},
    )

    assert "query Cannot query field 'colour' on type 'User'" in "\n".join(checker.violations)


@pytest.mark.parametrize("what", WRONG)
def test_what_a_server_does_wrong_is_found(checker: ExchangeChecker, what: str):
    """A response that GitHub does not describe is a violation."""
    ask(checker, WRONG[what], "GET", f"/api/v3{HERE}")

    assert what in "\n".join(checker.violations)


def ask(
    checker: ExchangeChecker, answer: JSONResponse, method: str, path: str, body: object = None
) -> None:
    """Send one request to a server that has but one answer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        await answer(scope, receive, send)

    TestClient(checker(app)).request(method, path, json=body)


def fill_forge(box: ServedForge) -> dict[str, object]:
    """Make one of everything. Returns what the paths need."""
    forge = box.forge
    forge.state.makes_empty_suites = True
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
    pull = box.request(
        "POST", f"{HERE}/pulls", {"title": "T", "head": "feature/a", "base": "main", "draft": True}
    ).json()
    review = fill_reviews(box, pull["number"])
    details = StatusDetails("It broke", "https://ci.example/1")
    forge.set_status(REPO, str(review["sha"]), "ci/other", "failure", details)
    assert forge.wait_until_idle(30)
    job = forge.list_jobs(REPO)[0]
    artifact = ArtifactRecord(77, job.run, "junit", now(), now(), b"zip")
    forge.state.find_repository(REPO).artifacts[artifact.id] = artifact
    sub = forge.open_issue(REPO, "ada", "Part", "")
    issues = forge.state.find_repository(REPO).issues
    ids = {
        "number": number,
        "issue": issues[number].id,
        "sub": sub,
        "sub_issue": issues[sub].id,
        "comment": comment,
        "sha": sha,
        "tree": forge.state.store.read_commit(REPO, sha).tree,
        "pull": pull["number"],
        "suite": job.suite,
        **review,
        **fill_forks(box),
    }
    return {**ids, "run": job.run, "job": job.id, "artifact": artifact.id}


def fill_reviews(box: ServedForge, pull: int) -> dict[str, object]:
    """Review a pull request by people. Returns what the paths need."""
    forge, place = box.forge, ThreadPlace("run.sh", 1)
    forge.push(REPO, "ada", "feature/a", {"old.txt": "1\n2\n"}, "More.")
    assert forge.wait_until_idle(30)
    outdated = ThreadPlace("old.txt", 2, start_line=1)
    forge.comment_on_lines(REPO, pull, "ada", outdated, "```suggestion\n1\n```")
    comments = forge.list_review_comments(REPO, pull)
    forge.push(REPO, "ada", "feature/a", {"old.txt": "1\n3\n"}, "More.")
    assert forge.wait_until_idle(30)
    threads = [NewThread(place, "Why?")]
    review = forge.submit_review(REPO, pull, "ada", "REQUEST_CHANGES", "No.", threads)
    line_comment = forge.list_review_comments(REPO, pull)[-1].id
    sha = forge.list_branches(REPO)["feature/a"]
    found = {"review": review, "line_comment": line_comment, "outdated": comments[0].id}
    return {**found, "sha": sha}


def fill_forks(box: ServedForge) -> dict[str, object]:
    """Open a pull request from a fork, and one from a fork that is gone."""
    numbers = []
    for login in ("bob", "eve"):
        fork = box.forge.fork_repository(REPO, login)
        box.forge.push(fork, login, "theirs", {"theirs.txt": "x\n"}, "Theirs.")
        assert box.forge.wait_until_idle(30)
        numbers.append(box.forge.open_pull(REPO, login, f"{login}:theirs", "Theirs"))
    box.forge.delete_repository(fork)
    return {"foreign": numbers[0], "gone": numbers[1]}


def list_writes(ids: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """The writes that leave all there."""
    number, comment = ids["number"], ids["comment"]
    yield "POST", f"{HERE}/issues/{number}/reactions", {"content": "eyes"}
    yield "POST", f"{HERE}/issues/comments/{comment}/reactions", {"content": "confused"}
    yield "POST", f"{HERE}/issues/{number}/comments", {"body": "ours"}
    yield "POST", f"{HERE}/issues", {"title": "A part", "body": "Part of it."}
    yield "POST", f"{HERE}/issues/{number}/sub_issues", {"sub_issue_id": ids["sub_issue"]}
    blocker = {"issue_id": ids["issue"]}
    yield "POST", f"{HERE}/issues/{ids['sub']}/dependencies/blocked_by", blocker
    yield "PATCH", f"{HERE}/issues/comments/{comment}", {"body": "new"}
    yield "POST", f"{HERE}/issues/{number}/reactions", {"content": "eyes"}  # answered otherwise
    yield from list_git_writes(ids)
    yield from list_review_writes(f"{HERE}/pulls/{ids['pull']}", ids)


def list_git_writes(ids: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """What is made of git's objects, one by one."""
    new = {"path": "new.txt", "mode": "100644", "type": "blob", "content": "new\n"}
    gone = {"path": "README.md", "mode": "100644", "type": "blob", "sha": None}
    yield "POST", f"{HERE}/git/trees", {"base_tree": ids["sha"], "tree": [new, gone]}
    commit = {"message": "New.", "tree": ids["tree"], "parents": [ids["sha"]]}
    yield "POST", f"{HERE}/git/commits", commit
    yield "POST", f"{HERE}/git/refs", {"ref": "refs/heads/other", "sha": ids["sha"]}


def list_review_writes(pull: str, ids: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """The writes of a review: of lines, of a whole file, answers, and who is asked for one."""
    commit, own = {"commit_id": ids["sha"]}, f"{HERE}/pulls/comments/{ids['line_comment']}"
    line = {"path": "run.sh", "line": 1, "side": "RIGHT", "body": "Why?"}
    yield "POST", f"{pull}/requested_reviewers", {"reviewers": ["ada"]}
    yield "DELETE", f"{pull}/requested_reviewers", {"reviewers": ["ada"]}
    yield "POST", f"{pull}/requested_reviewers", {"reviewers": ["ada"]}
    yield "POST", f"{pull}/comments", {**commit, **line, "body": "Hm."}
    yield "POST", f"{pull}/comments", {**commit, **line, "subject_type": "file"}
    yield "POST", f"{pull}/comments/{ids['line_comment']}/replies", {"body": "Because."}
    yield "PATCH", own, {"body": "Why not?"}
    yield "POST", f"{own}/reactions", {"content": "eyes"}
    yield "POST", f"{own}/reactions", {"content": "eyes"}  # answered otherwise
    yield "POST", f"{pull}/reviews", {"event": "COMMENT", "body": "Look.", "comments": [line]}
    yield "POST", f"{pull}/reviews", {"body": "Not yet."}
    yield "PUT", f"{pull}/reviews/{ids['review']}", {"body": "Please."}
    yield "PUT", f"{pull}/reviews/{ids['review']}/dismissals", {"message": "Done."}


READS = """
collaborators/ada/permission
contents/README.md
contents/src
contents/run.sh?ref=feature/a
git/ref/heads/feature/a
git/matching-refs/heads/f
branches
branches/feature/a
commits/{sha}
commits/{sha}/check-runs
commits/feature/a/check-suites
commits/{sha}/status
commits/{sha}/pulls
check-runs/{job}
check-runs/{job}/annotations
check-suites/{suite}/check-runs
actions/jobs/{job}
actions/jobs/{job}/logs
actions/runs
actions/runs/{run}
actions/runs/{run}/jobs?filter=all
actions/runs/{run}/attempts/1
actions/runs/{run}/attempts/1/jobs
actions/runs/{run}/artifacts
actions/artifacts/{artifact}
actions/artifacts/{artifact}/zip
issues?state=all
issues/{number}
issues/{pull}
issues/{number}/labels
issues/{number}/sub_issues
issues/{sub}/dependencies/blocked_by
issues?creator=greenlit[bot]&state=all
issues/{number}/comments?per_page=2
issues/{number}/comments?per_page=2&page=2
issues/comments/{comment}
issues/{number}/reactions
issues/comments/{comment}/reactions
pulls?head=acme:feature/a&state=open
pulls/{pull}
pulls/{pull}
pulls/{pull}/commits
pulls/{pull}/files
pulls/{pull}/requested_reviewers
pulls/{pull}/reviews
pulls/{pull}/reviews/{review}
pulls/{pull}/reviews/{review}/comments
pulls/{pull}/comments?per_page=2
pulls/comments
pulls/comments/{line_comment}
pulls/comments/{outdated}
pulls/comments/{line_comment}/reactions
pulls/{foreign}
pulls?head=bob:theirs
pulls/{gone}
"""


def list_reads(ids: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """All that an installation's token can read."""
    for path in READS.format(**ids).split():
        yield "GET", f"{HERE}/{path}", None
    for path in (HERE, "/installation/repositories", "/rate_limit"):
        yield "GET", path, None


def list_last_writes(ids: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """The writes that end something."""
    pull = f"{HERE}/pulls/{ids['pull']}"
    yield "PATCH", pull, {"title": "New", "body": "text", "state": "closed"}
    yield "PATCH", pull, {"state": "open"}
    yield "POST", f"{HERE}/actions/runs/{ids['run']}/rerun-failed-jobs", None
    yield "DELETE", f"{HERE}/issues/comments/{ids['comment']}", None
    yield "DELETE", f"{HERE}/pulls/comments/{ids['line_comment']}", None
    yield "PUT", f"{HERE}/pulls/{ids['foreign']}/merge", {"merge_method": "squash"}
    yield "GET", f"{HERE}/pulls/{ids['foreign']}/merge", None
    yield "GET", f"{HERE}/pulls/{ids['foreign']}", None
    yield "DELETE", f"{HERE}/git/refs/heads/feature/a", None
    yield "DELETE", "/installation/token", None


def list_app_requests(box: ServedForge) -> Iterator[tuple[str, str]]:
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
