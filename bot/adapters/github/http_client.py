"""Here lives the wire to GitHub: PyGithub's clients, one thread each, their errors, and the pace of
writes.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar
from urllib.parse import urlsplit
from weakref import finalize

from github import Auth, Github
from github.Requester import Requester
from urllib3 import Retry

from bot.adapters.github.replies import Reply, blanked
from bot.ports import RateLimited, Refusal, Unreachable

T = TypeVar("T")

JSON = "application/vnd.github+json"
LONGEST_SLEEP_S = 2.0
# PyGithub's own GithubRetry repeats a POST after any 5xx, which doubles comments, and sleeps as
# long as a
# Retry-After says. So only reads are repeated here, twice; limits are for the engine to wait out.
READS_AGAIN = Retry(
    total=2,
    backoff_factor=0.2,
    status_forcelist=(500, 502, 503, 504),
    allowed_methods=("GET", "HEAD"),
    respect_retry_after_header=False,
    raise_on_status=False,
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the API. `path` begins with "/", or is the whole address of the GraphQL
    endpoint.
    """

    verb: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    body: object = None

    @property
    def asked(self) -> str:
        return f"{self.verb} {urlsplit(self.path).path}"


class Line:
    """Sends requests with whatever credential it is given. Raises Unreachable when no answer comes."""

    def __init__(self, api_url: str, timeout_s: int) -> None:
        self._api_url = api_url.rstrip("/")
        self._timeout_s = timeout_s
        self._idle: deque[tuple[_Credential, Requester]] = deque()
        for name in (
            "github.Requester",
            "urllib3.connectionpool",
        ):  # at DEBUG they log bodies and signed addresses
            logging.getLogger(name).addFilter(_blank)

    @property
    def graphql_url(self) -> str:
        return self._api_url.removesuffix("/v3") + "/graphql"

    def send(self, secret: str, request: Request) -> Reply:
        reply = self._send(secret, request)
        if reply.status in (307, 308):  # a renamed repository; PyGithub takes it for a success
            return self._send(
                secret, Request(request.verb, self.here(reply), request.params, request.body)
            )
        return reply

    def here(self, reply: Reply, address: str = "") -> str:
        """The path of an address that GitHub sent, so that the credential goes to no other host
        than the API's.
        """
        there = urlsplit(address or reply.headers.get("location", ""))
        prefix = urlsplit(self._api_url).path
        if not there.path.startswith(f"{prefix}/"):
            raise Refusal(f"GitHub sends {reply.asked} elsewhere. Check GREENLIT_GITHUB_API_URL.")
        return there.path.removeprefix(prefix) + (f"?{there.query}" if there.query else "")

    def _send(self, secret: str, request: Request) -> Reply:
        try:
            with self._lent(secret) as requester:
                status, headers, text = requester.requestJson(
                    request.verb, request.path, dict(request.params), {"Accept": JSON}, request.body
                )
        except OSError as error:  # every exception of requests is one
            raise Unreachable(
                f"GitHub gave no answer to {request.asked} ({type(error).__name__})"
            ) from None
        except RuntimeError:  # PyGithub was sent to another host
            raise Refusal(
                f"GitHub sends {request.asked} elsewhere. Check GREENLIT_GITHUB_API_URL."
            ) from None
        return Reply(request.asked, status, headers, text)

    @contextmanager
    def _lent(self, secret: str) -> Iterator[Requester]:
        """A client for one request. It is nobody else's meanwhile: PyGithub keeps the request in
        its connection.
        """
        try:
            credential, requester = self._idle.pop()
        except IndexError:
            credential, requester = self._client()
        credential.secret = secret
        try:
            yield requester
        finally:
            credential.secret = ""
            self._idle.append((credential, requester))

    def _client(self) -> tuple[_Credential, Requester]:
        credential = _Credential()
        client = Github(
            auth=credential,
            base_url=self._api_url,
            timeout=self._timeout_s,
            user_agent="greenlit",
            retry=READS_AGAIN,
            pool_size=1,
            seconds_between_requests=0,
            seconds_between_writes=0,
            api_version="2022-11-28",
        )
        finalize(
            self, client.requester.close
        )  # else its connection stays open until the memory is tidied
        return credential, client.requester


class Pace:
    """Keeps a pause between the writes of an installation, as GitHub's best practices ask."""

    def __init__(self, pause_s: float, clock: Callable[[], float]) -> None:
        self._pause_s = pause_s
        self._clock = clock
        self._lock = Lock()
        self._next: dict[int, float] = {}
        self._promised: dict[int, float] = {}

    def wait(self, installation: int) -> None:
        """Sleep until it is our turn. Raises RateLimited, each caller with a later time, when the
        queue is long.
        """
        if not self._pause_s:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(installation, 0.0))
            if turn - now > LONGEST_SLEEP_S:
                turn = max(turn, self._promised.get(installation, 0.0) + self._pause_s)
                self._promised[installation] = turn
                raise RateLimited(
                    "Too much is written to GitHub at once", self._clock() + turn - now
                )
            self._next[installation] = turn + self._pause_s
        time.sleep(turn - now)


def surely(write: Callable[[], T], found: Callable[[], T | None], settle_s: float) -> T:
    """Do a write once. When nobody can tell whether it happened, look for it before it is tried
    again.
    """
    for _ in range(2):
        try:
            return write()
        except RateLimited:
            raise
        except Unreachable as error:
            failure = error
        time.sleep(min(settle_s, LONGEST_SLEEP_S))
        if (there := found()) is not None:
            return there
    raise failure


class _Credential(Auth.Auth):
    """What the client shows for this one request, so that one connection serves all repositories."""

    def __init__(self) -> None:
        self.secret = ""

    @property
    def token_type(self) -> str:
        return "Bearer"

    @property
    def token(self) -> str:
        return self.secret


def _blank(record: logging.LogRecord) -> bool:
    record.msg, record.args = blanked(record.getMessage()), ()
    return True


def next_page(headers: Mapping[str, str], rel: str = "next") -> str:
    """The address of another page from the Link header; empty when there is none."""
    for link in headers.get("link", "").split(","):
        address, _, what = link.partition(";")
        if f'rel="{rel}"' in what:
            return address.strip().strip("<>")
    return ""
