"""Answer GraphQL: GitHub's own types and names, a part of them, executed for real."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
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

from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_state import Json, RepositoryRecord
from bot.forge.graphql_nodes import NodeBuilder
from bot.forge.graphql_refusal import GraphQLRefusal, format_error
from bot.forge.rest_api import REQUESTS_PER_HOUR, RestRequest, RestResponse, RestRoute

Info = GraphQLResolveInfo[None]
SCHEMA = Path(__file__).with_name("github.graphql")
# Marking a draft as ready writes to the branch's protection state too (cli/cli discussion 6924).
NEEDS_OF_DRAFT = ("pull_requests=write", "contents=write")
NEEDS_OF_NODE = {"PR": "pull_requests=read", "C": "contents=read", "R": "metadata=read"}


class GraphQLApi:
    """Answers the queries of an installation token."""

    def __init__(self, pulls: ForgePulls) -> None:
        self._pulls = pulls
        self.schema: GraphQLSchema = build_schema(SCHEMA.read_text())

    def table(self) -> tuple[RestRoute, ...]:
        """Return the one route, which is served beside those of REST."""
        return (RestRoute("POST", "/graphql", self._answer),)

    def _answer(self, request: RestRequest) -> RestResponse:
        try:
            document = parse(request.require_text("query"))
        except GraphQLError as error:
            return RestResponse(200, {"errors": [format_error(error)]})
        if errors := validate(self.schema, document):
            return RestResponse(200, {"errors": [format_error(error) for error in errors]})
        variables = request.data().get("variables")
        result = execute_sync(
            self.schema,
            document,
            self._make_root(request, document),
            variable_values=variables if isinstance(variables, dict) else None,
        )
        data: Json = {"data": result.data}
        if result.errors:
            data["errors"] = [format_error(error) for error in result.errors]
        return RestResponse(200, data)

    def _make_root(self, request: RestRequest, document: DocumentNode) -> Json:
        root = _Root(request, self._pulls)
        operation = get_operation_ast(document)
        if operation and operation.operation is OperationType.MUTATION:
            return root.mutations()
        return root.queries()


@dataclass(frozen=True, slots=True)
class _NodeKey:
    """A global id, taken apart: the type's letters, the repository, and the rest of the key."""

    id: str
    kind: str
    repository: RepositoryRecord
    rest: str

    @property
    def number(self) -> int:
        """The number that the rest is; 0 for no number."""
        return int(self.rest) if self.rest.isdigit() else 0


class _Root:
    """The entry points, for one request."""

    def __init__(self, request: RestRequest, pulls: ForgePulls) -> None:
        self._request = request
        self._pulls = pulls
        self._nodes = NodeBuilder(request)

    def queries(self) -> Json:
        """Return the resolvers of the schema's queries."""
        return {
            "node": lambda _, id: self._resolve_node(id),  # noqa: A006 - the schema's name
            "repository": lambda _, owner, name, **__: self._nodes.build_repository(
                self._find_repository(f"{owner}/{name}")
            ),
            "viewer": lambda _: self._nodes.build_viewer(),
            "rateLimit": lambda _, **__: self._build_rate_limit(),
        }

    def mutations(self) -> Json:
        """Return the resolvers of the schema's mutations."""
        return {
            "markPullRequestReadyForReview": partial(self._set_draft, draft=False),
            "convertPullRequestToDraft": partial(self._set_draft, draft=True),
        }

    def _find_repository(self, name: str) -> RepositoryRecord:
        try:
            repository = self._request.state.find_repository(name)
        except KeyError:
            repository = None
        if repository is None or repository.name not in self._request.token.repositories:
            message = f"Could not resolve to a Repository with the name '{name}'."
            raise GraphQLRefusal("NOT_FOUND", message)
        return repository

    def _resolve_node(self, node_id: str) -> Json:
        key = self._parse_node_id(node_id)
        self._nodes.check_permission(NEEDS_OF_NODE.get(key.kind, "checks=read"))
        repository = key.repository
        pull = repository.find_pull(key.number)
        suite, job = repository.suites.get(key.number), repository.jobs.get(key.number)
        if key.kind == "PR" and pull:
            return self._nodes.build_pull(repository, pull)
        if key.kind == "CS" and suite:
            return self._nodes.build_suite(repository, suite)
        if key.kind == "CR" and job:
            return self._nodes.build_check_run(repository, job)
        if key.kind == "C" and re.fullmatch("[0-9a-f]{40}", key.rest):
            return self._nodes.build_commit(repository, key.rest)
        if key.kind == "R":
            return self._nodes.build_repository(repository)
        raise _refuse_node(node_id)

    def _parse_node_id(self, node_id: str) -> _NodeKey:
        """Take a global id apart; one that is not ours or not for this token is not found."""
        kind, _, encoded = node_id.partition("_")
        try:
            decoded = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
            name, _, rest = decoded.partition("#")
            return _NodeKey(node_id, kind, self._find_repository(name), rest)
        except (Base64Error, UnicodeDecodeError, GraphQLRefusal):
            raise _refuse_node(node_id) from None

    def _set_draft(self, info: Info, input: Mapping[str, object], *, draft: bool) -> Json:  # noqa: A002 - the schema's name
        key = self._parse_node_id(str(input["pullRequestId"]))
        pull = key.repository.find_pull(key.number)
        if key.kind != "PR" or pull is None:
            raise _refuse_node(key.id)
        for need in NEEDS_OF_DRAFT:
            self._nodes.check_permission(need)
        if key.repository.archived:
            raise GraphQLRefusal("FORBIDDEN", "Repository was archived so is read-only.")
        if pull.state != "open":
            message = f"{info.field_name} cannot be done to a pull request that is not open"
            raise GraphQLRefusal("UNPROCESSABLE", message)
        login = self._request.login
        pull = self._pulls.set_draft(key.repository, pull.number, login, draft=draft)
        view = self._nodes.build_pull(key.repository, pull)
        return {"clientMutationId": input.get("clientMutationId"), "pullRequest": view}

    def _build_rate_limit(self) -> Json:
        return {
            "cost": 1,
            "limit": REQUESTS_PER_HOUR,
            "nodeCount": 0,
            "remaining": REQUESTS_PER_HOUR - 1,
            "used": 1,
            "resetAt": self._request.state.apps[self._request.token.app].created_at,
        }


def _refuse_node(node_id: str) -> GraphQLRefusal:
    message = f"Could not resolve to a node with the global id of '{node_id}'"
    return GraphQLRefusal("NOT_FOUND", message)
