"""Tests of the forge's GraphQL API: what it refuses, and how it pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.forge.served_forge import CI, REPO, ServedForge

READY = "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }"
SUITES = """query($oid: GitObjectID!, $first: Int, $after: String) {
  repository(owner: "acme", name: "demo") { object(oid: $oid) { ... on Commit {
    checkSuites(first: $first, after: $after) { totalCount nodes { databaseId checkRuns(first: 9) { nodes { name } } }
      pageInfo { hasNextPage endCursor } }
  } } }
}"""


def suites(box: ServedForge, sha: str, **given: object) -> dict:
    return box.query_graphql(SUITES, oid=sha, **given)["data"]["repository"]["object"][
        "checkSuites"
    ]


@pytest.mark.parametrize(
    ("query", "kind", "words"),
    [
        (
            '{ repository(owner: "acme", name: "other") { id } }',
            "NOT_FOUND",
            "Could not resolve to a Repository",
        ),
        (
            '{ repository(owner: "acme", name: "demo") { pullRequest(number: 9) { id } } }',
            "NOT_FOUND",
            "number of 9",
        ),
        ('{ node(id: "PR_xyz") { id } }', "NOT_FOUND", "global id of 'PR_xyz'"),
        (
            '{ repository(owner: "acme", name: "demo") { pullRequests { totalCount } } }',
            "MISSING_PAGINATION_BOUNDARIES",
            "`first` or `last`",
        ),
        (
            '{ repository(owner: "acme", name: "demo") { pullRequests(first: 101) { totalCount } } }',
            "EXCESSIVE_PAGINATION",
            "100",
        ),
        ("{ colour }", None, "Cannot query field 'colour'"),
        ("{", None, "Syntax Error"),
    ],
)
def test_errors_have_a_type(shared: ServedForge, query: str, kind: str | None, words: str):
    """An error is answered with 200, beside the data, with GitHub's type for it."""
    error = shared.query_graphql(query)["errors"][0]

    assert kind == error.get("type")
    assert words in error["message"]


def test_permissions_hold_for_graphql(box: ServedForge):
    """Fields that a token has no right to are null, with an error that says so."""
    sha = box.forge.push(REPO, "ada", "a", {"x": ""}, "X.")
    box.app_token = box.mint_token(contents="read")
    answer = box.query_graphql(SUITES, oid=sha, first=1)

    assert {"checkSuites": None} == answer["data"]["repository"]["object"]
    assert [("FORBIDDEN", "Resource not accessible by integration")] == [
        (error["type"], error["message"]) for error in answer["errors"]
    ]


def test_marking_ready_needs_contents_too(box: ServedForge):
    """pull_requests: write alone cannot mark a draft as ready."""
    box.forge.push(REPO, "ada", "a", {"x": ""}, "X.")
    asked = {"title": "T", "head": "a", "base": "main", "draft": True}
    pull = box.request("POST", f"/repos/{REPO}/pulls", asked).json()
    box.app_token = box.mint_token(pull_requests="write")

    assert "FORBIDDEN" == box.query_graphql(READY, id=pull["node_id"])["errors"][0]["type"]
    assert box.forge.list_pulls(REPO)[0].draft


def test_connections_come_in_pages(shared: ServedForge):
    """A cursor leads from page to page; the count is of all."""
    files = {f".github/workflows/{name}.yml": CI for name in "abc"}
    sha = shared.forge.push(REPO, "ada", "a", files, "CI.")
    assert shared.forge.wait_until_idle(30)
    first = suites(shared, sha, first=2)
    second = suites(shared, sha, first=2, after=first["pageInfo"]["endCursor"])

    assert [(3, 2, True), (3, 1, False)] == [
        (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"])
        for page in (first, second)
    ]
    assert 3 == len({suite["databaseId"] for page in (first, second) for suite in page["nodes"]})
    assert [{"name": "test"}, {"name": "after"}] == second["nodes"][0]["checkRuns"]["nodes"]


def test_node_is_found_by_its_id(shared: ServedForge):
    """Every id that was answered leads back to its node; one of another repository to nothing."""
    sha = shared.forge.push(REPO, "ada", "n", {".github/workflows/ci.yml": CI}, "CI.")
    assert shared.forge.wait_until_idle(30)
    pull = shared.request(
        "POST", f"/repos/{REPO}/pulls", {"title": "T", "head": "n", "base": "main"}
    ).json()
    repo = shared.request("GET", f"/repos/{REPO}").json()["node_id"]
    suite = shared.request("GET", f"/repos/{REPO}/commits/{sha}/check-suites").json()[
        "check_suites"
    ][0]["node_id"]
    run = shared.request("GET", f"/repos/{REPO}/commits/{sha}/check-runs").json()["check_runs"][0][
        "node_id"
    ]
    commit = shared.request("GET", f"/repos/{REPO}/commits/{sha}").json()["node_id"]
    kinds = [
        shared.query_graphql("query($id: ID!) { node(id: $id) { __typename id } }", id=key)["data"][
            "node"
        ]["__typename"]
        for key in (repo, commit, suite, run, pull["node_id"])
    ]

    assert ["Repository", "Commit", "CheckSuite", "CheckRun", "PullRequest"] == kinds


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda box: box.forge.close_pull(REPO, 1, "ada"), "UNPROCESSABLE"),
        (lambda box: box.forge.archive_repository(REPO), "FORBIDDEN"),
    ],
)
def test_only_what_is_open_is_marked(
    box: ServedForge, act: Callable[[ServedForge], None], kind: str
):
    """A closed pull request, or one of an archived repository, cannot be made ready."""
    box.forge.push(REPO, "ada", "a", {"x": ""}, "X.")
    pull = box.request(
        "POST", f"/repos/{REPO}/pulls", {"title": "T", "head": "a", "base": "main", "draft": True}
    ).json()
    act(box)

    assert [kind] == [
        error["type"] for error in box.query_graphql(READY, id=pull["node_id"])["errors"]
    ]


def test_checks_are_filtered(shared: ServedForge):
    """Suites by App, check runs by name and to the latest; a commit without CI has no rollup."""
    sha = shared.forge.push(REPO, "ada", "f", {".github/workflows/ci.yml": CI, "broken": ""}, "CI.")
    base = shared.forge.list_branches(REPO)["main"]
    assert shared.forge.wait_until_idle(30)
    run = shared.forge.list_jobs(REPO)[-1].run
    shared.request("POST", f"/repos/{REPO}/actions/runs/{run}/rerun-failed-jobs")
    assert shared.forge.wait_until_idle(30)
    query = """query($oid: GitObjectID!) { repository(owner: "acme", name: "demo") { object(oid: $oid) { ... on Commit {
      none: checkSuites(first: 1, filterBy: {appId: 1}) { totalCount }
      statusCheckRollup { state }
      status { state }
      checkSuites(first: 1, filterBy: {appId: 15368}) { nodes {
        all: checkRuns(first: 9) { totalCount }
        latest: checkRuns(first: 9, filterBy: {checkType: LATEST}) { totalCount }
        named: checkRuns(first: 9, filterBy: {checkName: "after"}) { totalCount }
      } }
    } } } }"""
    red, bare = (
        shared.query_graphql(query, oid=oid)["data"]["repository"]["object"] for oid in (sha, base)
    )

    assert [4, 2, 2] == [view["totalCount"] for view in red["checkSuites"]["nodes"][0].values()]
    assert ({"state": "FAILURE"}, None, None) == (
        red["statusCheckRollup"],
        red["status"],
        bare["statusCheckRollup"],
    )
    assert {"totalCount": 0} == red["none"]


def test_viewer_is_the_bot(shared: ServedForge):
    """A token speaks for the App's bot."""
    assert {"data": {"viewer": {"login": "greenlit[bot]"}}} == shared.query_graphql(
        "{ viewer { login } }"
    )
