"""Ask GitHub's GraphQL API, page by page where an answer has many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.adapters.github.api_client import ApiClient
from bot.adapters.github.write_throttle import write_once


def _drop_nulls(nodes: object) -> object:
    """Drop what GitHub cannot show: its schema lets a list hold null, or be it."""
    if not isinstance(nodes, list | None):
        return nodes
    return [node for node in nodes or () if node is not None]


DROP_NULLS = BeforeValidator(_drop_nulls)
NO_NODES = MappingProxyType({"pageInfo": {"hasNextPage": False}})  # a connection that is null


class GraphShape(BaseModel):
    """An answer of GraphQL, whose names are in camel case. GitHub may add fields when it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class PageShape(GraphShape):
    """Some of the nodes of a connection, and whether it has more."""

    has_next_page: bool = Field(validation_alias=AliasPath("pageInfo", "hasNextPage"))
    end_cursor: str | None = Field(None, validation_alias=AliasPath("pageInfo", "endCursor"))


Page = TypeVar("Page", bound=PageShape)


def fetch_pages(
    client: ApiClient,
    query: str,
    variables: Mapping[str, Any],
    read_page: Callable[[dict[str, Any]], Page],
    page: Page | None = None,
) -> Iterator[Page]:
    """Fetch all pages of a query with the variable `after`; those behind `page`, where that is
    known, after itself.
    """

    def fetch(after: str | None) -> Page:
        return read_page(fetch_answer(client, query, {**variables, "after": after}))

    page = page or fetch(None)
    yield page
    while page.has_next_page:
        page = fetch(page.end_cursor)
        yield page


def fetch_answer(client: ApiClient, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the data. To the client a query is a POST, but it changes nothing: it may be
    repeated.

    PyGithub's own method takes any error for the whole answer; the client raises those that are.
    """
    body = {"query": query, "variables": variables}
    send = partial(client.requestJsonAndCheck, "POST", client.graphql_url, input=body)
    _, answer = write_once(send, lambda: None, 0.0)
    return answer.get("data") or {}
