"""Find repositories through GitHub's GraphQL API: by a search, by their organisation, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AliasPath, BeforeValidator, Field

from bot.adapters.github.api_errors import NotFound
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.graphql_pages import DROP_NULLS, GraphShape, PageShape, fetch_answer
from bot.values.found_repository import FoundRepository

T = TypeVar("T")

MOST_SHOWN = 1_000  # of a search; what is behind them no page shows
PAGE = 100
BATCH = 50  # repositories that are asked for by name in one request
NO_LICENCE = (None, "", "NOASSERTION")

_FIELDS = """
fragment found on Repository {
  databaseId name owner { login } url sshUrl diskUsage forkCount stargazerCount
  watchers { totalCount } defaultBranchRef { name } licenseInfo { spdxId } isArchived pushedAt
}
"""
_LIMIT = "rateLimit { cost remaining resetAt }"
_SEARCH = f"""
query($text: String!, $first: Int!, $after: String) {{
  {_LIMIT}
  search(type: REPOSITORY, query: $text, first: $first, after: $after) {{
    repositoryCount pageInfo {{ hasNextPage endCursor }} nodes {{ ...found }}
  }}
}}
{_FIELDS}"""
_OWNED = f"""
query($login: String!, $first: Int!, $after: String) {{
  {_LIMIT}
  organization(login: $login) {{
    repositories(first: $first, after: $after, isFork: false) {{
      totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ ...found }}
    }}
  }}
}}
{_FIELDS}"""


class RepositoryShape(GraphShape):
    """A repository in a list."""

    database_id: int
    name: str
    owner: str = Field(validation_alias=AliasPath("owner", "login"))
    url: str
    ssh_url: str
    disk_usage: int | None
    fork_count: int
    stargazer_count: int
    watchers: int = Field(validation_alias=AliasPath("watchers", "totalCount"))
    default_branch_ref: dict[str, Any] | None
    license_info: dict[str, Any] | None
    is_archived: bool
    pushed_at: str | None

    def make_value(self) -> FoundRepository:
        """Make the value of it."""
        licence = (self.license_info or {}).get("spdxId")
        return FoundRepository(
            key=f"github:{self.database_id}",
            source="github",
            owner=self.owner,
            name=self.name,
            url=self.url,
            ssh_url=self.ssh_url,
            disk_usage_kb=self.disk_usage,
            forks=self.fork_count,
            stars=self.stargazer_count,
            watchers=self.watchers,
            default_branch=(self.default_branch_ref or {}).get("name"),
            licence=None if licence in NO_LICENCE else licence,
            archived=self.is_archived,
            pushed_at=self.pushed_at,
        )


class _LimitShape(GraphShape):
    cost: int
    remaining: int
    reset_at: datetime


def _drop_others(nodes: object) -> object:
    """Drop what a search shows of other kinds, which comes as empty objects."""
    return [node for node in nodes if node] if isinstance(nodes, list) else nodes


class _ListShape(PageShape):
    nodes: Annotated[tuple[RepositoryShape, ...], BeforeValidator(_drop_others), DROP_NULLS]
    total: int = Field(validation_alias="repositoryCount")


class _OwnedShape(PageShape):
    nodes: Annotated[tuple[RepositoryShape, ...], DROP_NULLS]
    total: int = Field(validation_alias="totalCount")


@dataclass(frozen=True, slots=True)
class PointLimit:
    """What GitHub's limit of points leaves for requests like this one, until it begins anew."""

    cost: int
    remaining: int
    resets_at: float  # seconds since the epoch

    @property
    def is_spent(self) -> bool:
        """Tell whether the next request would go beyond it."""
        return self.remaining < self.cost


NOT_MET = PointLimit(1, 1, 0.0)  # where an answer says nothing of it


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Some repositories of a list, how many it has, and where the next page begins, if any does."""

    repositories: tuple[FoundRepository, ...]
    total: int
    next_cursor: str | None
    limit: PointLimit


@dataclass(frozen=True, slots=True)
class NamedRepositories:
    """Repositories that were asked for by name, and the names that GitHub does not know."""

    repositories: tuple[FoundRepository, ...]
    unknown: tuple[str, ...]


class RepositorySearch:
    """Finds repositories with a person's token.

    Each method raises Refusal, Unreachable and RateLimited; each request may be repeated.
    """

    def __init__(self, api: GitHubApi) -> None:
        self._api = api

    def search(self, text: str, cursor: str = "", size: int = PAGE) -> FoundPage:
        """Fetch a page of a search; the total counts what is behind the first 1,000 too."""
        variables = {"text": text, "first": size, "after": cursor or None}
        return self._ask(_SEARCH, variables, _read_search)

    def list_organisation(self, login: str, cursor: str = "", size: int = PAGE) -> FoundPage:
        """Fetch a page of an organisation's own repositories. Raises NotFound for no such one."""
        variables = {"login": login, "first": size, "after": cursor or None}
        return self._ask(_OWNED, variables, _read_owned)

    def fetch_named(self, names: Sequence[str]) -> NamedRepositories:
        """Fetch repositories by owner/name, at most BATCH.

        One that does not exist spoils its whole request, so the names are halved until it is alone.
        """
        try:
            return NamedRepositories(self._fetch_all(names), ())
        except NotFound:
            if len(names) == 1:
                return NamedRepositories((), tuple(names))
        middle = len(names) // 2
        first, second = self.fetch_named(names[:middle]), self.fetch_named(names[middle:])
        return NamedRepositories(
            first.repositories + second.repositories, first.unknown + second.unknown
        )

    def _fetch_all(self, names: Sequence[str]) -> tuple[FoundRepository, ...]:
        variables: dict[str, str] = {}
        fields: list[str] = []
        for number, name in enumerate(names):
            owner, _, short_name = name.partition("/")
            variables |= {f"o{number}": owner, f"n{number}": short_name}
            arguments = f"owner: $o{number}, name: $n{number}"
            fields.append(f"r{number}: repository({arguments}) {{ ...found }}")
        declared = " ".join(f"${name}: String!" for name in variables)
        query = f"query({declared}) {{ {' '.join(fields)} }}{_FIELDS}"
        return self._ask(query, variables, _read_named)

    def _ask(self, query: str, variables: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> T:
        with self._api.client(None) as client:
            return read(fetch_answer(client, query, variables))


def _read_search(answer: dict[str, Any]) -> FoundPage:
    return _make_page(_ListShape.model_validate(answer["search"]), answer)


def _read_owned(answer: dict[str, Any]) -> FoundPage:
    return _make_page(_OwnedShape.model_validate(answer["organization"]["repositories"]), answer)


def _read_named(answer: dict[str, Any]) -> tuple[FoundRepository, ...]:
    return tuple(RepositoryShape.model_validate(node).make_value() for node in answer.values())


def _make_page(shape: _ListShape | _OwnedShape, answer: dict[str, Any]) -> FoundPage:
    limit = _LimitShape.model_validate(answer["rateLimit"])
    return FoundPage(
        tuple(node.make_value() for node in shape.nodes),
        shape.total,
        shape.end_cursor if shape.has_next_page else None,
        PointLimit(limit.cost, limit.remaining, limit.reset_at.timestamp()),
    )
