"""Lend PyGithub's objects, each to one call at a time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from weakref import finalize

from github import BadAttributeException
from github.GithubApp import GithubApp
from github.GithubException import IncompletableObject
from github.Repository import Repository
from pydantic import ValidationError

from bot.adapters.github.api_client import ApiClient
from bot.adapters.github.api_errors import hide_tokens
from bot.adapters.github.auth import Credential, SharedToken
from bot.adapters.github.bad_answers import explain_bad_answer
from bot.adapters.github.write_throttle import write_once
from bot.ports import BadAnswer, NoTraces, Traces
from bot.values import Repo

T = TypeVar("T")
# How PyGithub and we meet a value of another kind, or none where an object cannot do without.
BAD_ANSWER = (
    AttributeError,
    BadAnswer,
    BadAttributeException,
    IncompletableObject,
    KeyError,
    TypeError,
    ValidationError,
)

log = logging.getLogger(__name__)


class GitHubApi:
    """GitHub's API for one repository or for the App itself. Safe to use from many threads, but no
    object may be kept beyond its call.

    Each client has a credential of its own.
    """

    def __init__(
        self,
        create_credential: Callable[[], Credential],
        clock: Callable[[], float],
        api_url: str,
        timeout_s: int,
        settle_s: float = 0.0,
        traces: Traces | None = None,
    ) -> None:
        self.clock = clock
        self.timeout_s = timeout_s
        self._create_credential = create_credential
        self._api_url = api_url.rstrip("/")
        self.traces = traces or NoTraces()
        self._settle_s = settle_s  # until what was written can be read
        self._idle: deque[ApiClient] = deque()
        # At DEBUG they log bodies and signed addresses.
        for name in ("github.Requester", "urllib3.connectionpool"):
            logging.getLogger(name).addFilter(_hide_tokens_in_log)

    @contextmanager
    def repository(self, repo: Repo) -> Iterator[Repository]:
        """Lend the repository, with a token for it alone. Nothing is fetched yet."""
        with self.client(repo) as client:
            yield Repository(client, url=f"/repos/{repo.name}")

    @contextmanager
    def app(self) -> Iterator[GithubApp]:
        """Lend the App as it sees itself. Nothing is fetched yet."""
        with self.client(None) as client:
            yield GithubApp(client, url="/app")

    @contextmanager
    def client(self, repo: Repo | None, shared: SharedToken | None = None) -> Iterator[ApiClient]:
        """Lend a client, for what no object can ask; with a token for several repositories, where
        one is given. It is nobody else's meanwhile: PyGithub keeps the request in its connection,
        and we the repository in the client's credential.
        """
        try:
            client = self._idle.pop()
        except IndexError:
            client = self._create_client()
        client.credential.repo, client.credential.shared = repo, shared
        try:
            yield client
        except BAD_ANSWER as error:
            bad = explain_bad_answer(client.last_request, error)
            log.warning("%s", bad)
            raise bad from None
        finally:
            self._idle.append(client)

    def write_once(self, write: Callable[[], T], find: Callable[[], T | None] = lambda: None) -> T:
        """Do a write, and look for what it would have written before it is tried again; without
        `find` a second write does no harm.
        """
        return write_once(write, find, self._settle_s)

    def _create_client(self) -> ApiClient:
        credential = self._create_credential()
        client = ApiClient(self._api_url, self.timeout_s, credential, self.clock, self.traces)
        # Else its connection stays open until the memory is tidied.
        finalize(self, client.close)
        return client


def _hide_tokens_in_log(record: logging.LogRecord) -> bool:
    record.msg, record.args = hide_tokens(record.getMessage()), ()
    return True
