"""What CI says, with GraphQL answered by GitHub's own schema."""

from __future__ import annotations

import pytest
from graphql import GraphQLSchema, parse, validate

from bot.adapters.github.check_shapes import RUNS, SUITES
from bot.adapters.github.github_app import GitHubApp
from bot.ports import RateLimited, Refusal, Unreachable
from bot.values import Check, Checks, Repo, Sha
from tests.adapters.github.graphql_double import GRAPHQL, LAST, SHA, GraphqlDouble, run, suite
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub
from tests.contracts.descriptions import load_graphql_schema


@pytest.fixture
def schema(described: None) -> GraphQLSchema:
    """GitHub's own."""
    return load_graphql_schema()


@pytest.mark.parametrize("query", [SUITES, RUNS])
def test_queries_are_valid(schema: GraphQLSchema, query: str):
    """Every GraphQL text we hold is one that GitHub's schema accepts."""
    assert [] == validate(schema, parse(query))


@pytest.fixture
def graph(github: ScriptedGitHub, schema: GraphQLSchema) -> GraphqlDouble:
    return GraphqlDouble(github, schema)


def states(checks: Checks) -> dict[str, str]:
    return {check.name: check.state for check in checks.checks}


def test_job_is_told_whole(
    github: ScriptedGitHub, graph: GraphqlDouble, app: GitHubApp, repo: Repo
):
    """A failed Actions job comes with its id, its run, and how often that was run."""
    graph.suites = [[suite(run("test", "FAILURE"), run("lint"))]]
    github.on("GET /repos/o/r/actions/runs/3", Reply(data={"run_attempt": 2}))
    url = "https://x.example/runs/3/job/9"

    assert Checks(
        SHA,
        (
            Check("test", "failed", "failure", url, id=9, run=3, job=True, run_attempt=2),
            Check("lint", "passed", "success", url, id=9, run=3, job=True, run_attempt=2),
        ),
    ) == app.ci.fetch_checks(repo, SHA)
    assert 1 == len(github.calls_to("GET /repos/o/r/actions/runs/3"))


def test_jobs_of_an_attempt_are_read_to_the_last_page(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Each as it ended then; none where GitHub has forgotten the run."""
    path = "GET /repos/o/r/actions/runs/3/attempts/1/jobs"
    page = [
        {"id": 1, "name": "unit", "status": "completed", "conclusion": "success", "html_url": None}
    ] * 100
    running = {
        "id": 2,
        "name": "lint",
        "status": "in_progress",
        "conclusion": None,
        "html_url": "u",
    }
    link = {"Link": f'<{github.api_url}{path.removeprefix("GET ")}?page=2>; rel="next"'}
    github.on(
        path,
        Reply(data={"jobs": page}, headers=link),
        Reply(data={"jobs": [running]}),
        Reply(404, {"message": "Not Found"}),
    )
    jobs = app.ci.list_jobs(repo, 3, 1)

    assert 101 == len(jobs)
    assert Check("unit", "passed", "success", "", id=1, run=3, job=True) == jobs[0]
    assert Check("lint", "pending", "", "u", id=2, run=3, job=True) == jobs[-1]
    assert () == app.ci.list_jobs(repo, 3, 1)


def test_conclusions_are_read(graph: GraphqlDouble, app: GitHubApp, repo: Repo):
    """Every conclusion and status that GitHub knows is passed, failed or pending."""
    passed = ["SUCCESS", "NEUTRAL", "SKIPPED"]
    failed = ["FAILURE", "CANCELLED", "TIMED_OUT", "ACTION_REQUIRED", "STARTUP_FAILURE", "STALE"]
    pending = ["QUEUED", "IN_PROGRESS", "WAITING", "PENDING", "REQUESTED"]
    runs = [run(word, word) for word in passed + failed] + [
        run(word, None, word) for word in pending
    ]
    graph.suites = [[suite(*runs, app="jenkins")]]

    assert (
        dict.fromkeys(passed, "passed")
        | dict.fromkeys(failed, "failed")
        | dict.fromkeys(pending, "pending")
    ) == states(app.ci.fetch_checks(repo, SHA))


def test_statuses_are_read(graph: GraphqlDouble, app: GitHubApp, repo: Repo):
    """Commit statuses count too, once, however many pages of suites there are."""
    words = ["SUCCESS", "FAILURE", "ERROR", "PENDING", "EXPECTED"]
    graph.contexts = [{"context": word, "state": word, "targetUrl": None} for word in words]
    graph.contexts[1]["description"] = "2 tests failed"
    graph.suites = [[], []]
    checks = app.ci.fetch_checks(repo, SHA)

    assert "2 tests failed" == checks.failed[0].description

    assert ["passed", "failed", "failed", "pending", "pending"] == [
        check.state for check in checks.checks
    ]
    assert Check("SUCCESS", "passed", "success") == checks.checks[0]


def test_empty_and_own_suites_are_left_out(graph: GraphqlDouble, app: GitHubApp, repo: Repo):
    """GitHub makes an empty suite for every App that may have one: it says nothing. Ours are not
    CI.
    """
    graph.suites = [
        [
            suite(app="dependabot", status="QUEUED"),
            suite(app="codecov"),
            suite(app="codecov", conclusion="ACTION_REQUIRED"),
            suite(run("ours", "FAILURE"), app="greenlit"),
            suite(),
        ]
    ]

    assert app.ci.fetch_checks(repo, SHA).is_silent


def test_empty_suite_that_broke_speaks(
    github: ScriptedGitHub, graph: GraphqlDouble, app: GitHubApp, repo: Repo
):
    """A workflow that did not even start has no job, and still is red; so is one that waits for an
    approval.
    """
    graph.suites = [
        [
            suite(conclusion="STARTUP_FAILURE"),
            suite(conclusion="ACTION_REQUIRED"),
            suite(app="circleci", conclusion="TIMED_OUT"),
        ]
    ]
    github.on("GET /repos/o/r/actions/runs/3", Reply(404))

    assert (
        Check("CI", "failed", "startup_failure", "https://x.example/runs/3", run=3),
        Check("CI", "failed", "action_required", "https://x.example/runs/3", run=3),
        Check("circleci", "failed", "timed_out", "https://x.example/suite"),
    ) == app.ci.fetch_checks(repo, SHA).checks


def test_workflow_between_two_jobs_is_pending(graph: GraphqlDouble, app: GitHubApp, repo: Repo):
    """A job that needs another appears when that has ended: until the workflow is over it is not
    green.
    """
    graph.suites = [[suite(run("build"), status="IN_PROGRESS"), suite(status="QUEUED")]]
    checks = app.ci.fetch_checks(repo, SHA)

    assert ["passed", "pending", "pending"] == [check.state for check in checks.checks]
    assert not checks.green


def test_running_job_is_told_once(graph: GraphqlDouble, app: GitHubApp, repo: Repo):
    """A workflow whose job is under way is pending by that job, not once more by itself."""
    graph.suites = [[suite(run("build", None, "IN_PROGRESS"), status="IN_PROGRESS")]]

    assert {"build": "pending"} == states(app.ci.fetch_checks(repo, SHA))


def test_all_pages_are_read(
    github: ScriptedGitHub, graph: GraphqlDouble, app: GitHubApp, repo: Repo
):
    """More than a hundred suites, and more than a hundred runs in one of them."""
    more = {"hasNextPage": True, "endCursor": "c"}
    graph.suites = [
        [suite(run("1"), app="a")],
        [suite(app="b", checkRuns={"nodes": [run("2")], "pageInfo": more})],
    ]
    graph.more["CS_1"] = {"nodes": [run("3")], "pageInfo": LAST}

    assert {"1": "passed", "2": "passed", "3": "passed"} == states(app.ci.fetch_checks(repo, SHA))
    assert [{"suite": "CS_1", "after": "c"}] == [
        call.body["variables"] for call in github.calls_to(GRAPHQL)[2:]
    ]


def test_job_id_is_read_from_its_address(graph: GraphqlDouble, app: GitHubApp, repo: Repo):
    """Ids of new check runs do not fit GraphQL's Int: where it is null, GitHub's own address of a
    job or of another App's run has it, and the App's address of its page has not.
    """
    job = "https://github.com/o/r/actions/runs/98765432109/job/51234567890"
    foreign = "https://github.com/o/r/runs/51234567891"
    page = "https://jenkins.example/job/77"
    graph.suites = [
        [
            suite(run("test", databaseId=None, url=job)),
            suite(run("sonar", databaseId=None, url=foreign, detailsUrl=page), app="sonar"),
        ]
    ]
    checks = app.ci.fetch_checks(repo, SHA).checks

    assert [51234567890, 51234567891] == [check.id for check in checks]
    assert page == checks[1].url


def test_unknown_commit_is_silent(graph: GraphqlDouble, app: GitHubApp, repo: Repo):
    """A commit that GitHub does not know (yet) has no checks."""
    assert app.ci.fetch_checks(repo, Sha("b" * 40)).is_silent


def test_query_is_repeated(
    github: ScriptedGitHub, graph: GraphqlDouble, app: GitHubApp, repo: Repo
):
    """A query is a POST that changes nothing: after a 502 it is asked again."""
    answer = graph._answer
    github.on(GRAPHQL, Reply(502), answer)

    assert app.ci.fetch_checks(repo, SHA).is_silent
    assert 2 == len(github.calls_to(GRAPHQL))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        ({"type": "RATE_LIMITED", "message": "API rate limit exceeded"}, RateLimited, "limit"),
        ({"type": "UNPROCESSABLE", "message": "was submitted too quickly"}, RateLimited, "limit"),
        (
            {"type": "FORBIDDEN", "message": "Resource not accessible by integration"},
            Refusal,
            "lacks a permission",
        ),
        (
            {"type": "NOT_FOUND", "message": "Could not resolve to a Repository"},
            Refusal,
            "Could not resolve",
        ),
        (
            {"message": "Something went wrong while executing your query"},
            Unreachable,
            "Something went wrong",
        ),
    ],
)
def test_errors_of_graphql_are_raised(
    github: ScriptedGitHub,
    app: GitHubApp,
    repo: Repo,
    error: dict[str, str],
    kind: type[Exception],
    words: str,
):
    """GraphQL answers 200 to its errors: each becomes one of ours."""
    github.on(GRAPHQL, Reply(data={"data": None, "errors": [error]}))

    with pytest.raises(kind, match=words):
        app.ci.fetch_checks(repo, SHA)


@pytest.mark.parametrize(
    ("last", "is_read"), [("app", True), ("checkRuns", False), ("workflowRun", False)]
)
def test_an_app_that_is_gone_hides_no_check(
    github: ScriptedGitHub,
    graph: GraphqlDouble,
    app: GitHubApp,
    repo: Repo,
    last: str,
    is_read: bool,
):
    """GraphQL tells what it could not resolve beside what it could. Without runs nothing is green."""
    graph.suites = [[suite(run("sonar", "FAILURE"), app="sonar")]]
    whole = graph._answer
    path = ["repository", "object", "checkSuites", "nodes", 0, last]

    def answer(call: ApiCall) -> Reply:
        data = whole(call).data
        data["data"]["repository"]["object"]["checkSuites"]["nodes"][0][last] = None
        error = {"type": "NOT_FOUND", "path": path, "message": "Could not resolve to an App"}
        return Reply(data={**data, "errors": [error]})

    github.on(GRAPHQL, answer)
    if is_read:
        assert {"sonar": "failed"} == states(app.ci.fetch_checks(repo, SHA))
        return
    with pytest.raises(Refusal, match="Could not resolve"):
        app.ci.fetch_checks(repo, SHA)


@pytest.mark.parametrize("odd", [["odd"], {"run_attempt": "two"}, "odd"])
def test_an_odd_count_of_attempts_hides_no_check(
    github: ScriptedGitHub, graph: GraphqlDouble, app: GitHubApp, repo: Repo, odd: object
):
    """It only tells whether the run was run again."""
    graph.suites = [[suite(run("test", "FAILURE"))]]
    github.on("GET /repos/o/r/actions/runs/3", Reply(data=odd))

    assert [1] == [check.run_attempt for check in app.ci.fetch_checks(repo, SHA).failed]
