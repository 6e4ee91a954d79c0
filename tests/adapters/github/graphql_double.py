"""GitHub's GraphQL over plain data, for what CI says."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLSchema, graphql_sync

from bot.values import Sha
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub

GRAPHQL = "POST /api/graphql"


SHA = Sha("a" * 40)


LAST = {"hasNextPage": False, "endCursor": None}


class GraphqlDouble:
    """Answers GraphQL by executing the query over plain data, so that shapes and enums are the
    schema's.
    """

    def __init__(self, github: ScriptedGitHub, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.suites: list[list[dict[str, Any]]] = [[]]
        self.more: dict[str, Any] = {}
        self.contexts: list[dict[str, Any]] = []
        github.on(GRAPHQL, self._answer)

    def _answer(self, call: ApiCall) -> Reply:
        root = {"repository": self._repository, "node": self._node}
        body = call.body
        done = graphql_sync(self._schema, body["query"], root, variable_values=body["variables"])
        assert done.errors is None, done.errors
        return Reply(data={"data": done.data})

    def _repository(self, info: object, owner: str, name: str, **_: object) -> dict[str, Any]:
        assert (owner, name) == ("o", "r")
        return {"object": self._commit}

    def _commit(self, info: object, oid: str) -> dict[str, Any] | None:
        status = {"contexts": self.contexts} if self.contexts else None
        return (
            {"__typename": "Commit", "status": status, "checkSuites": self._page}
            if oid == SHA
            else None
        )

    def _page(self, info: object, after: str | None = None, **_: object) -> dict[str, Any]:
        number = int(after or 0)
        more = number + 1 < len(self.suites)
        return {
            "nodes": self.suites[number],
            "pageInfo": {"hasNextPage": more, "endCursor": str(number + 1)},
        }

    def _node(self, info: object, id: str) -> dict[str, Any]:  # noqa: A002
        return {"__typename": "CheckSuite", "checkRuns": self.more[id]}


def suite(
    *runs: dict[str, Any], app: str = "github-actions", status: str = "COMPLETED", **more: Any
) -> dict[str, Any]:
    run = {"databaseId": 3, "url": "https://x.example/runs/3", "workflow": {"name": "CI"}}
    return {
        "id": "CS_1",
        "status": status,
        "conclusion": "SUCCESS" if status == "COMPLETED" else None,
        "url": "https://x.example/suite",
        "app": {"slug": app},
        "workflowRun": run if app == "github-actions" else None,
        "checkRuns": {"nodes": list(runs), "pageInfo": LAST},
        **more,
    }


def run(
    name: str, conclusion: str | None = "SUCCESS", status: str = "COMPLETED", **more: Any
) -> dict[str, Any]:
    there = {"databaseId": 9, "name": name, "status": status, "conclusion": conclusion}
    url = "https://x.example/runs/3/job/9"
    return there | {"detailsUrl": url, "url": url} | more
