"""Here lives the GraphQL API: GitHub's own types and names, a part of them, executed for real."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from pathlib import Path

from graphql import (
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
from bot.forge.graphql_nodes import Nodes
from bot.forge.graphql_refusal import GraphQLRefusal, formatted
from bot.forge.rest_api import HOURLY, RestRequest, RestResponse, Route

Info = GraphQLResolveInfo[None]
SCHEMA = Path(__file__).with_name("github.graphql")
# Marking a draft as ready writes to the branch's protection state too (cli/cli discussion 6924).
TO_MARK = ("pull_requests=write", "contents=write")


class GraphQL:
    """Answers queries of an installation token."""

    def __init__(self, pulls: ForgePulls) -> None:
        self._pulls = pulls
        self.schema: GraphQLSchema = build_schema(SCHEMA.read_text())

    def table(self) -> tuple[Route, ...]:
        return (Route("POST", "/graphql", self._answer),)

    def _answer(self, ask: RestRequest) -> RestResponse:
        query, variables = ask.required("query"), ask.data().get("variables")
        try:
            document = parse(query)
        except GraphQLError as error:
            return RestResponse(200, {"errors": [formatted(error)]})
        if wrong := validate(self.schema, document):
            return RestResponse(200, {"errors": [formatted(error) for error in wrong]})
        operation = get_operation_ast(document)
        root = _Root(ask, self._pulls)
        done = execute_sync(
            self.schema,
            document,
            root.mutations()
            if operation and operation.operation is OperationType.MUTATION
            else root.queries(),
            variable_values=variables if isinstance(variables, dict) else None,
        )
        errors = {"errors": [formatted(error) for error in done.errors]} if done.errors else {}
        return RestResponse(200, {"data": done.data, **errors})


class _Root:
    """The entry points, for one request."""

    def __init__(self, ask: RestRequest, pulls: ForgePulls) -> None:
        self._ask = ask
        self._pulls = pulls
        self._nodes = Nodes(ask)

    def queries(self) -> Json:
        return {
            "node": lambda _, id: self._node(id),  # noqa: A006 - the schema's name
            "repository": lambda _, owner, name, **__: self._nodes.repository(
                self._repository(f"{owner}/{name}")
            ),
            "viewer": lambda _: self._nodes.viewer(),
            "rateLimit": lambda _, **__: self._limit(),
        }

    def mutations(self) -> Json:
        return {
            "markPullRequestReadyForReview": lambda info, input: self._draft(
                info, input, draft=False
            ),
            "convertPullRequestToDraft": lambda info, input: self._draft(info, input, draft=True),  # noqa: A006
        }

    def _repository(self, name: str) -> RepositoryRecord:
        try:
            repo = self._ask.state.repository(name)
        except KeyError:
            repo = None
        if repo is None or repo.name not in self._ask.token.repositories:
            raise GraphQLRefusal(
                "NOT_FOUND", f"Could not resolve to a Repository with the name '{name}'."
            )
        return repo

    def _node(self, key: str) -> Json:
        kind, repo, rest = self._opened(key)
        self._nodes.need(
            {"PR": "pull_requests=read", "C": "contents=read", "R": "metadata=read"}.get(
                kind, "checks=read"
            )
        )
        number = int(rest) if rest.isdigit() else 0
        pull, suite, run = repo.pull(number), repo.suites.get(number), repo.jobs.get(number)
        if kind == "PR" and pull:
            return self._nodes.pull(repo, pull)
        if kind == "CS" and suite:
            return self._nodes.suite(repo, suite)
        if kind == "CR" and run:
            return self._nodes.check_run(repo, run)
        if kind == "C" and re.fullmatch("[0-9a-f]{40}", rest):
            return self._nodes.commit(repo, rest)
        if kind == "R":
            return self._nodes.repository(repo)
        raise _unresolved(key)

    def _opened(self, key: str) -> tuple[str, RepositoryRecord, str]:
        """What a global id stands for. One that is not ours, or not for this token, stands for
        nothing.
        """
        kind, _, coded = key.partition("_")
        try:
            name, _, rest = (
                urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode().partition("#")
            )
            return kind, self._repository(name), rest
        except (NotBase64, UnicodeDecodeError, GraphQLRefusal):
            raise _unresolved(key) from None

    def _draft(self, info: Info, given: Json, *, draft: bool) -> Json:
        kind, repo, rest = self._opened(str(given["pullRequestId"]))
        pull = repo.pull(int(rest)) if kind == "PR" and rest.isdigit() else None
        if pull is None:
            raise _unresolved(str(given["pullRequestId"]))
        for need in TO_MARK:
            self._nodes.need(need)
        if repo.archived:
            raise GraphQLRefusal("FORBIDDEN", "Repository was archived so is read-only.")
        if pull.state != "open":
            words = f"{info.field_name} cannot be done to a pull request that is not open"
            raise GraphQLRefusal("UNPROCESSABLE", words)
        after = self._pulls.draft(repo, pull.number, self._ask.login, draft=draft)
        return {
            "clientMutationId": given.get("clientMutationId"),
            "pullRequest": self._nodes.pull(repo, after),
        }

    def _limit(self) -> Json:
        known: Json = {
            "cost": 1,
            "limit": HOURLY,
            "nodeCount": 0,
            "remaining": HOURLY - 1,
            "used": 1,
        }
        return {**known, "resetAt": self._ask.state.apps[self._ask.token.app].created_at}


def _unresolved(key: str) -> GraphQLRefusal:
    return GraphQLRefusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{key}'")
