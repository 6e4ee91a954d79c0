"""Whatever GitHub's descriptions leave out, or let be null, is done without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,
    parse,
)

from bot.adapters.github.check_shapes import RUNS, SUITES
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.review_shapes import COMMENTS, THREADS
from bot.values import Branch, InstallationId, PullRequestContent, Repo, Sha
from bot.values.events import Unknown
from bot.web.webhook import EVENTS, read_event
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub, listening, pem
from tests.contracts.described_answers import Fullness, make_answer
from tests.contracts.descriptions import Json, find_operation, load_graphql_schema, load_openapi
from tests.deliveries import SECRET, signed

pytestmark = pytest.mark.usefixtures("described")
FULLNESS: tuple[Fullness, ...] = ("least", "nulls", "most")
REPO, SHA = Repo("o/r", InstallationId(1)), Sha("a" * 40)
PATH = ["repository", "object"]


class DescribedGitHub(ScriptedGitHub):
    """Answers each request as the description of the REST API has it, and GraphQL by its schema."""

    fullness: Fullness = "most"
    null_path: tuple[str | int, ...] = ()

    def answer(self, call: ApiCall) -> Reply:
        """Answer what is not scripted as described."""
        if f"{call.verb} {call.path}" in self._replies:
            return super().answer(call)
        if call.path == "/api/graphql":
            return self._answer_query(call.body)
        operation = find_operation(call.verb, call.path)
        assert operation is not None, call.path
        status, answer = next(
            (status, answer)
            for status, answer in operation[0].answers().items()
            if status.startswith("2")
        )
        content: Json = next(iter(answer.get("content", {}).values()), {})
        data = make_answer(content["schema"], self.fullness) if content else None
        return Reply(int(status), data)

    def _answer_query(self, body: dict[str, Any]) -> Reply:
        """Fill every field that is asked for, but the one at the path."""
        schema = load_graphql_schema()

        def resolve(_: object, info: GraphQLResolveInfo, **__: object) -> Any:
            path = tuple(step for step in info.path.as_list())
            return None if path == self.null_path else fill(info.return_type, info.field_name)

        done = execute_sync(
            schema, parse(body["query"]), {}, None, body["variables"], field_resolver=resolve
        )
        return Reply(data={"data": done.data})


def fill(kind: Any, name: str) -> Any:
    """Make a value of a GraphQL type; a list has one item, and one that is null."""
    if isinstance(kind, GraphQLNonNull):
        return fill(kind.of_type, name)
    if isinstance(kind, GraphQLList):
        return [
            fill(kind.of_type, name),
            *([] if isinstance(kind.of_type, GraphQLNonNull) else [None]),
        ]
    values = {
        "Int": 7,
        "BigInt": "7",
        "Boolean": False,
        "GitObjectID": SHA,
        "DateTime": "2026-01-01T00:00:00Z",
        "GitObject": {"__typename": "Commit"},
        "Node": {"__typename": "CheckSuite"},
        "Actor": {"__typename": "User"},
        "CheckStatusState": "COMPLETED",
        "CheckConclusionState": "FAILURE",
        "StatusState": "FAILURE",
        "DiffSide": "RIGHT",
        "PullRequestReviewThreadSubjectType": "LINE",
        "PullRequestReviewCommentState": "SUBMITTED",
    }
    return values.get(kind.name, {} if hasattr(kind, "fields") else "x")


@pytest.fixture(scope="module")
def github() -> Iterator[tuple[DescribedGitHub, GitHubApp]]:
    """The GitHub of the descriptions, and the adapter before it."""
    key = rsa.generate_private_key(65537, 2048)
    github = DescribedGitHub(key)
    with listening(github.answer) as github.url:
        yield (
            github,
            GitHubApp(7, pem(key), github.url, github.api_url, pause_between_writes_s=0.0),
        )


@pytest.mark.parametrize("fullness", FULLNESS)
def test_all_that_the_rest_api_may_leave_out_is_done_without(github, fullness):
    """Each answer that we read, with all optional fields missing, null or there."""
    served, app = github
    served.fullness, served.null_path = fullness, ()
    content = PullRequestContent("T", "B", draft=False, reviewer="ada")
    app.repositories.fetch_info(REPO)
    app.repositories.fetch_permission(REPO, "ada")
    app.repositories.fetch_file(REPO, "a.py")
    app.issues.fetch_issue(REPO, 7)
    app.issues.list_comments(REPO, 7)
    app.comments.put_comment(REPO, 7, "marker", "body")
    app.comments.put_refusal(REPO, 7, "ada", "no")
    app.comments.add_reaction(REPO, 7, 5)
    app.pulls.find_pull(REPO, Branch("x"))
    app.pulls.open_pull(REPO, Branch("x"), Branch("main"), content)
    app.reviews.fetch_pull(REPO, 8)
    app.reviews.list_own_pulls(REPO, Branch("main"))
    app.reviews.list_reviews(REPO, 8)
    app.reviews.request_review(REPO, 8, "ada")
    app.reviews.is_base_of_pull(REPO, Branch("main"))
    app.ci.list_jobs(REPO, 3, 1)
    app.ci.list_annotations(REPO, 9)
    app.ci.fetch_check_output(REPO, 9)
    app.ci.rerun_failed(REPO, 3)
    app.fetch_registration()


def list_nullable(schema: GraphQLSchema, query: str) -> list[tuple[str | int, ...]]:
    """List the path of each field of a query that GitHub's schema lets be null."""
    paths = []

    def resolve(_: object, info: GraphQLResolveInfo, **__: object) -> Any:
        if not isinstance(info.return_type, GraphQLNonNull):
            paths.append(tuple(info.path.as_list()))
        return fill(info.return_type, info.field_name)

    names = dict.fromkeys(("owner", "name", "suite", "thread"), "x")
    variables = {**names, "sha": SHA, "number": 8, "after": None}
    done = execute_sync(schema, parse(query), {}, None, variables, field_resolver=resolve)
    assert done.errors is None, done.errors
    return paths


@pytest.mark.parametrize("query", [SUITES, RUNS, THREADS, COMMENTS])
def test_all_that_graphql_may_leave_out_is_done_without(github, query):
    """Each field that may be null is null once, beside items of lists that are."""
    served, app = github
    whole = (("repository",), ("node",), ("repository", "pullRequest"))  # primary, and named
    for path in set(list_nullable(load_graphql_schema(), query)) - set(whole):
        served.null_path = path
        if "reviewThreads" in query or "PullRequestReviewThread" in query:
            app.reviews.list_threads(REPO, 8)
        else:
            app.ci.fetch_checks(REPO, SHA)


@pytest.mark.parametrize("fullness", FULLNESS)
def test_all_that_webhooks_may_leave_out_is_done_without(fullness):
    """Each event that we read becomes one of ours, or is unknown; none is refused."""
    hooks = load_openapi()["x-webhooks"]
    read = set()
    for event, actions in EVENTS.items():
        for action in actions or ("",):
            name = f"{event}-{action}".strip("-").replace("_", "-")
            body = hooks[name]["post"]["requestBody"]["content"]["application/json"]["schema"]
            payload = {**make_answer(body, fullness), "installation": {"id": 9}}
            payload |= {"action": action} if action else {}
            if not isinstance(read_event(*signed(event, payload), SECRET), Unknown):
                read.add(event)

    assert set(EVENTS) == read | {"status"}  # the first of a status's states is pending
