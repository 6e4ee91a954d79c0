"""Take GraphQL's global ids apart, and find what they name, as far as a token may know of it."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from bot.forge.forge_state import RepositoryRecord
from bot.forge.graphql_refusal import GraphQLRefusal
from bot.forge.rest_api import RestRequest


@dataclass(frozen=True, slots=True)
class NodeKey:
    """A global id, taken apart: the type's letters, the repository, and the rest of the key."""

    id: str
    kind: str
    repository: RepositoryRecord
    rest: str

    @property
    def number(self) -> int:
        """The number that the rest is; 0 for no number."""
        return int(self.rest) if self.rest.isdigit() else 0


def parse_node_id(request: RestRequest, node_id: str) -> NodeKey:
    """Take a global id apart; one that is not ours or not for this token is not found."""
    kind, _, encoded = node_id.partition("_")
    try:
        decoded = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        name, _, rest = decoded.partition("#")
        return NodeKey(node_id, kind, find_repository(request, name), rest)
    except (Base64Error, UnicodeDecodeError, GraphQLRefusal):
        raise refuse_node(node_id) from None


def find_repository(request: RestRequest, name: str) -> RepositoryRecord:
    """Return a repository that the token is for. Raises GraphQLRefusal."""
    try:
        repository = request.state.find_repository(name)
    except KeyError:
        repository = None
    is_visible = repository and (
        repository.is_only_listed or repository.name in request.token.repositories
    )
    if repository is None or not is_visible:
        message = f"Could not resolve to a Repository with the name '{name}'."
        raise GraphQLRefusal("NOT_FOUND", message)
    return repository


def refuse_node(node_id: str) -> GraphQLRefusal:
    """Make the refusal of an id that names nothing."""
    message = f"Could not resolve to a node with the global id of '{node_id}'"
    return GraphQLRefusal("NOT_FOUND", message)
