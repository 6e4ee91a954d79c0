"""Page through lists as GitHub's GraphQL connections do."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

from graphql import GraphQLResolveInfo

from bot.forge.forge_state import Json
from bot.forge.graphql_refusal import GraphQLRefusal

T = TypeVar("T")
Info = GraphQLResolveInfo[None]
MOST_RECORDS = 100


def build_connection(
    info: Info, items: Sequence[T], build: Callable[[T], object], arguments: Json
) -> Json:
    """Return a page of a list. Raises GraphQLRefusal when no size is given, or too large a one."""
    size = _page_size(info.field_name, arguments)
    start = _read_cursor(arguments.get("after"), 0)
    end = _read_cursor(arguments.get("before"), len(items) + 1) - 1
    if arguments.get("first") is not None:
        end = min(end, start + size)
    else:
        start = max(start, end - size)
    page = items[start:end]
    return {
        "totalCount": len(items),
        "nodes": list(map(build, page)),
        "pageInfo": {
            "hasPreviousPage": start > 0,
            "hasNextPage": end < len(items),
            "startCursor": _make_cursor(start + 1) if page else None,
            "endCursor": _make_cursor(end) if page else None,
        },
    }


def _page_size(name: str, arguments: Json) -> int:
    for size in (arguments.get("first"), arguments.get("last")):
        if not isinstance(size, int):
            continue
        if size > MOST_RECORDS:
            message = (
                f"Requesting {size} records on the `{name}` connection exceeds the limit "
                f"of {MOST_RECORDS} records."
            )
            raise GraphQLRefusal("EXCESSIVE_PAGINATION", message)
        return size
    message = (
        f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
    )
    raise GraphQLRefusal("MISSING_PAGINATION_BOUNDARIES", message)


def _make_cursor(position: int) -> str:
    return urlsafe_b64encode(f"cursor:v2:{position}".encode()).decode()


def _read_cursor(cursor: object, default: int) -> int:
    if not isinstance(cursor, str):
        return default
    position = urlsafe_b64decode(cursor).decode("utf-8", "replace").rpartition(":")[2]
    return int(position) if position.isdigit() else default
