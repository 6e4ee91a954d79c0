"""Refuse GraphQL queries as GitHub does: beside the data, with a type of its own."""

from __future__ import annotations

from graphql import GraphQLError

from bot.forge.forge_state import Json


class GraphQLRefusal(Exception):
    """An error with GitHub's type, such as NOT_FOUND or FORBIDDEN."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def format_error(error: GraphQLError) -> Json:
    """Return the error as GitHub shows it, where the type stands beside the message."""
    view: Json = {}
    if isinstance(error.original_error, GraphQLRefusal):
        view["type"] = error.original_error.kind
    view["message"] = error.message
    if error.path is not None:
        view["path"] = list(error.path)
    if error.locations:
        view["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    return view
