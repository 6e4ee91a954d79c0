"""Open GitHub's API for one repository, or for the App itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from github.GithubApp import GithubApp
from github.Repository import Repository

from bot.adapters.github.api_client import ApiClient, ApiClients
from bot.adapters.github.auth import AppAuth, RepositoryAuth, TokenStore
from bot.adapters.github.write_throttle import WriteThrottle, write_once
from bot.values import Repo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GitHubApi:
    """Lends PyGithub's objects to one call at a time. No object may be kept beyond its call."""

    clients: ApiClients
    app_auth: AppAuth
    tokens: TokenStore
    throttle: WriteThrottle
    permissions: Mapping[str, str]
    clock: Callable[[], float]
    settle_s: float  # until what was written can be read

    @contextmanager
    def client(self, repo: Repo) -> Iterator[ApiClient]:
        """Lend a client with a token for this repository alone, for what no object can ask."""
        auth = RepositoryAuth(self.tokens, self.throttle, repo, self.permissions)
        with self.clients.borrow(auth) as client:
            yield client

    @contextmanager
    def repository(self, repo: Repo) -> Iterator[Repository]:
        """Lend the repository. Nothing is fetched yet."""
        with self.client(repo) as client:
            yield Repository(client, url=f"/repos/{repo.name}")

    @contextmanager
    def app(self) -> Iterator[GithubApp]:
        """Lend the App as it sees itself. Nothing is fetched yet."""
        with self.clients.borrow(self.app_auth) as client:
            yield GithubApp(client, url="/app")

    def write_once(self, write: Callable[[], T], find: Callable[[], T | None] = lambda: None) -> T:
        """Do a write, and what it would have written looked for before it is tried again. Without
        `find` a second write does no harm.
        """
        return write_once(write, find, self.settle_s)
