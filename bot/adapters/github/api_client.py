"""Here lives the API as the adapter asks it: by repository, with the right token, at the right
pace, errors raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.adapters.github.auth import Tokens
from bot.adapters.github.http_client import Line, Pace, Request, next_page, surely
from bot.adapters.github.replies import Reply, checked, graphql_data
from bot.values import Repo

T = TypeVar("T")

GONE = frozenset({404, 410})
PAGE = 100


@dataclass(frozen=True, slots=True)
class Wire:
    """Asks as the App where `repo` is None, else with a token for that repository only."""

    line: Line
    tokens: Tokens
    pace: Pace
    permissions: Mapping[str, str]
    clock: Callable[[], float]
    settle_s: float  # until what was written can be read

    def get(self, repo: Repo | None, path: str, **params: str | int) -> Any:
        return self.send(repo, Request("GET", path, params)).data

    def find(self, repo: Repo | None, path: str, **params: str | int) -> Any | None:
        """As `get`, but None for what is not there, or no longer."""
        reply = self.send(repo, Request("GET", path, params), also=GONE)
        return None if reply.status in GONE else reply.data

    def pages(self, repo: Repo | None, path: str, **params: str | int) -> Iterator[Any]:
        """Each page in turn. The next address is GitHub's own: a redirect may have changed the
        path.
        """
        reply = self.send(repo, Request("GET", path, {"per_page": PAGE, **params}))
        yield reply.data
        while address := next_page(reply.headers):
            reply = self.send(repo, Request("GET", self.line.here(reply, address)))
            yield reply.data

    def newest_pages(self, repo: Repo, path: str) -> Iterator[Any]:
        """The first page, then the others from the last one backwards: GitHub lists comments oldest
        first only.
        """
        reply = self.send(repo, Request("GET", path, {"per_page": PAGE}))
        yield reply.data
        address = next_page(reply.headers, "last")
        while address and address != next_page(reply.headers, "first"):
            reply = self.send(repo, Request("GET", self.line.here(reply, address)))
            yield reply.data
            address = next_page(reply.headers, "prev")

    def write(
        self,
        repo: Repo,
        verb: str,
        path: str,
        body: object = None,
        also: frozenset[int] = frozenset(),
    ) -> Reply:
        self.pace.wait(repo.installation)
        return self.send(repo, Request(verb, path, body=body), also)

    def query(self, repo: Repo, graphql: str, **variables: object) -> Any:
        """What a GraphQL query found. To the client it is a POST, but it changes nothing, so it may
        be repeated.
        """
        return surely(lambda: self._graphql(repo, graphql, variables), lambda: None, 0.0)

    def mutate(self, repo: Repo, graphql: str, **variables: object) -> Any:
        self.pace.wait(repo.installation)
        return self._graphql(repo, graphql, variables)

    def surely(self, write: Callable[[], T], found: Callable[[], T | None]) -> T:
        """Do a write once; see `github_http.surely`."""
        return surely(write, found, self.settle_s)

    def send(
        self, repo: Repo | None, request: Request, also: frozenset[int] = frozenset()
    ) -> Reply:
        """The reply. Raises for every error whose status is not in `also`; an old token is replaced
        once.
        """
        secret = self._secret(repo)
        reply = self.line.send(secret, request)
        if reply.status == 401 and repo is not None:
            self.tokens.drop(secret)
            reply = self.line.send(self._secret(repo), request)
        return reply if reply.status in also else checked(reply, self.clock())

    def _secret(self, repo: Repo | None) -> str:
        return self.tokens.jwt() if repo is None else self.tokens.of(repo, self.permissions)

    def _graphql(self, repo: Repo, graphql: str, variables: Mapping[str, object]) -> Any:
        request = Request(
            "POST", self.line.graphql_url, body={"query": graphql, "variables": variables}
        )
        return graphql_data(self.send(repo, request), self.clock())
