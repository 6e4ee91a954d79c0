"""Answer GraphQL: GitHub's own types and names, a part of them, executed for real."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationType,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from bot.forge.commit_writer import CommitWriter
from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_reviews import ForgeReviews
from bot.forge.forge_state import Json, find_next_hour
from bot.forge.graphql_mutations import Mutations
from bot.forge.graphql_node_keys import find_repository, parse_node_id, refuse_node
from bot.forge.graphql_nodes import NodeBuilder
from bot.forge.graphql_refusal import GraphQLRefusal, format_error
from bot.forge.graphql_repositories import build_search
from bot.forge.rest_api import (
    REQUESTS_PER_HOUR,
    RestRequest,
    RestResponse,
    RestRoute,
)

Info = GraphQLResolveInfo[None]
SCHEMA = Path(__file__).with_name("github.graphql")
NEEDS_OF_NODE = {
    "PR": "pull_requests=read",
    "PRRT": "pull_requests=read",
    "C": "contents=read",
    "R": "metadata=read",
}


@cache
def load_schema() -> GraphQLSchema:
    """Load the schema, once for all forges: what answers is the root of each request."""
    return build_schema(SCHEMA.read_text())


class GraphQLApi:
    """Answers the queries of an installation token."""

    def __init__(self, pulls: ForgePulls, reviews: ForgeReviews, commits: CommitWriter) -> None:
        self._pulls = pulls
        self._reviews = reviews
        self._commits = commits
        self._schema = load_schema()

    def table(self) -> tuple[RestRoute, ...]:
        """Return the one route, which is served beside those of REST."""
        return (RestRoute("POST", "/graphql", self._answer),)

    def _answer(self, request: RestRequest) -> RestResponse:
        try:
            document = parse(request.require_text("query"))
        except GraphQLError as error:
            return RestResponse(200, {"errors": [format_error(error)]})
        if errors := validate(self._schema, document):
            return RestResponse(200, {"errors": [format_error(error) for error in errors]})
        variables = request.data().get("variables")
        result = execute_sync(
            self._schema,
            document,
            self._make_root(request, document),
            variable_values=variables if isinstance(variables, dict) else None,
        )
        data: Json = {"data": result.data}
        if result.errors:
            data["errors"] = [format_error(error) for error in result.errors]
        return RestResponse(200, data)

    def _make_root(self, request: RestRequest, document: DocumentNode) -> Json:
        operation = get_operation_ast(document)
        if operation and operation.operation is OperationType.MUTATION:
            return Mutations(request, self._pulls, self._reviews, self._commits).resolvers()
        return _Root(request).queries()


class _Root:
    """The entry points, for one request."""

    def __init__(self, request: RestRequest) -> None:
        self._request = request
        self._nodes = NodeBuilder(request)

    def queries(self) -> Json:
        """Return the resolvers of the schema's queries."""
        return {
            "node": lambda _, id: self._resolve_node(id),  # noqa: A006 - the schema's name
            "repository": lambda _, owner, name, **__: self._nodes.build_repository(
                find_repository(self._request, f"{owner}/{name}")
            ),
            "viewer": lambda _: self._nodes.build_viewer(),
            "organization": lambda _, login: self._build_organization(login),
            "search": lambda info, **arguments: build_search(
                self._request.state, info, arguments, self._nodes.build_repository
            ),
            "rateLimit": lambda _, **__: self._build_rate_limit(),
        }

    def _build_organization(self, login: str) -> Json:
        state = self._request.state
        if not state.has_account(login) or state.find_account(login).kind != "Organization":
            message = f"Could not resolve to an Organization with the login of '{login}'."
            raise GraphQLRefusal("NOT_FOUND", message)
        return self._nodes.build_account(login)

    def _resolve_node(self, node_id: str) -> Json:
        key = parse_node_id(self._request, node_id)
        self._nodes.check_permission(NEEDS_OF_NODE.get(key.kind, "checks=read"))
        repository = key.repository
        pull = repository.find_pull(key.number)
        suite, job = repository.suites.get(key.number), repository.jobs.get(key.number)
        if key.kind == "PR" and pull:
            return self._nodes.build_pull(repository, pull)
        if key.kind == "PRRT" and key.number in repository.threads:
            return self._nodes.threads.build_thread(repository, repository.threads[key.number])
        if key.kind == "CS" and suite:
            return self._nodes.build_suite(repository, suite)
        if key.kind == "CR" and job:
            return self._nodes.build_check_run(repository, job)
        if key.kind == "C" and re.fullmatch("[0-9a-f]{40}", key.rest):
            return self._nodes.build_commit(repository, key.rest)
        if key.kind == "R":
            return self._nodes.build_repository(repository)
        raise refuse_node(node_id)

    def _build_rate_limit(self) -> Json:
        """Build the limit as it will be when this request, too, is counted."""
        used = self._request.state.request_counts.get(self._request.asker, 0) + 1
        return {
            "cost": 1,
            "limit": REQUESTS_PER_HOUR,
            "nodeCount": 0,
            "remaining": max(0, REQUESTS_PER_HOUR - used),
            "used": used,
            "resetAt": f"{datetime.fromtimestamp(find_next_hour(), UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
