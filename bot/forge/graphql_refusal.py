"""Here lives how GitHub's GraphQL API says no: beside the data, with a type of its own."""

from __future__ import annotations

from graphql import GraphQLError

from bot.forge.forge_state import Json


class GraphQLRefusal(Exception):
    """An error with GitHub's type, such as NOT_FOUND or FORBIDDEN."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def formatted(error: GraphQLError) -> Json:
    """As GitHub shows it: the type stands beside the message."""
    plain: Json = {"message": error.message}
    if error.path is not None:
        plain["path"] = list(error.path)
    if error.locations:
        plain["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    kind = error.original_error.kind if isinstance(error.original_error, GraphQLRefusal) else ""
    return {**({"type": kind} if kind else {}), **plain}
