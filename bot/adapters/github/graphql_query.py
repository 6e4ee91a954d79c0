"""Ask GitHub's GraphQL API."""

from __future__ import annotations

from typing import Any

from bot.adapters.github.api_client import ApiClient
from bot.adapters.github.write_throttle import write_once


def query_graphql(client: ApiClient, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the data. To the client a query is a POST, but it changes nothing: it may be
    repeated.
    """
    _, answer = write_once(lambda: client.graphql_query(query, variables), lambda: None, 0.0)
    return answer.get("data") or {}
