"""A small GitHub over real HTTP that answers what a test scripts, counts, cuts connections and is
slow.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PREFIX = "/api/v3"
GRANTED = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}


@dataclass(frozen=True)
class ApiCall:
    """One request as it arrived."""

    verb: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def token(self) -> str:
        """The credential that was shown."""
        return self.headers.get("authorization", "").partition(" ")[2]


@dataclass(frozen=True)
class Reply:
    """What to answer. `cut` closes the connection instead; `slow_s` waits before."""

    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    slow_s: float = 0.0


ReplySource = Reply | Callable[[ApiCall], Reply]


class ScriptedGitHub:
    """Answers "VERB /path" in the order given; the last answer stays. What was not scripted is a
    failure.
    """

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.url = ""
        self.calls: list[ApiCall] = []
        self.unexpected: list[str] = []
        self.granted = dict(GRANTED)
        self.lives_s = 3600
        self.clock: Callable[[], float] = time.time
        self._key = key.public_key()
        self._replies: dict[str, list[ReplySource]] = {}
        self._lock = threading.Lock()
        self.on("GET /app", self._app)
        self.on("GET /app/installations/1", lambda call: Reply(data={"permissions": self.granted}))
        self.on("POST /app/installations/1/access_tokens", self.make_token)

    @property
    def api_url(self) -> str:
        """Where the API is, as of an Enterprise server."""
        return self.url + PREFIX

    def on(self, request: str, *replies: ReplySource) -> None:
        """Script the replies to "VERB /path"."""
        self._replies[request] = list(replies)

    def calls_to(self, request: str) -> list[ApiCall]:
        """Return the calls of "VERB /path" so far."""
        return [call for call in self.calls if f"{call.verb} {call.path}" == request]

    def answer(self, call: ApiCall) -> Reply:
        """Answer as scripted."""
        with self._lock:
            self.calls.append(call)
            replies = self._replies.get(f"{call.verb} {call.path}", [None])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply is None:
            self.unexpected.append(f"{call.verb} {call.path}")
            return Reply(501, {"message": "not scripted"})
        return reply if isinstance(reply, Reply) else reply(call)

    def _app(self, call: ApiCall) -> Reply:
        self._check_jwt(call)
        return Reply(data={"slug": "greenlit", "permissions": self.granted, "events": ["issues"]})

    def make_token(self, call: ApiCall) -> Reply:
        """Make a token for the installation."""
        self._check_jwt(call)
        until = datetime.now(UTC) + timedelta(seconds=self.lives_s)
        number = len(self.calls_to("POST /app/installations/1/access_tokens"))
        # The form of 2026: about 520 characters, with dots, underscores and hyphens.
        token = f"ghs_7_{number}.{'eyJh-bGciOi_' * 36}.{'x-Y_z9' * 12}"
        return Reply(
            201,
            {
                "token": token,
                "expires_at": until.isoformat(timespec="seconds").replace("+00:00", "Z"),
            },
        )

    def _check_jwt(self, call: ApiCall) -> None:
        by_our_clock: jwt.types.Options = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(call.token, self._key, algorithms=["RS256"], options=by_our_clock)
        assert claims["iat"] < self.clock() < claims["exp"]
        assert claims["iss"] == "7"
        assert claims["exp"] - claims["iat"] <= 600


@contextmanager
def listening(answer: Callable[[ApiCall], Reply], host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the answers on a free port; gives "http://host:port"."""
    handler = type("Handler", (ScriptedHandler,), {"answer": staticmethod(answer)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class ScriptedHandler(BaseHTTPRequestHandler):
    """Reads a call and sends its reply."""

    answer: Callable[[ApiCall], Reply]
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # an answer in two packets waits 40 ms for the first to be acknowledged

    def _serve(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = ApiCall(
            self.command,
            address.path.removeprefix(PREFIX),
            {name: values[0] for name, values in parse_qs(address.query).items()},
            {name.lower(): value for name, value in self.headers.items()},
            json.loads(body) if body else None,
        )
        with suppress(ConnectionError):  # who asked may be gone
            self._send(self.answer(call))

    def _send(self, reply: Reply) -> None:
        time.sleep(reply.slow_s)
        if reply.cut:
            self.close_connection = True
            return
        data = reply.data if isinstance(reply.data, bytes) else json.dumps(reply.data).encode()
        self.send_response_only(reply.status)  # without a date, but for one that is scripted
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def log_message(self, *args: object) -> None:
        """The test's output is for failures."""


def pem(key: rsa.RSAPrivateKey) -> str:
    """Write a key as GitHub hands it out."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


class CommentStore:
    """The comments of issue 7, kept for real. `lost` says how the next writes are lost.

    A bare answer is given instead of writing, one in a tuple after having written.
    """

    def __init__(self, github: ScriptedGitHub, *lost: Reply | tuple[Reply]) -> None:
        self.comments: list[dict[str, Any]] = []
        self._lost = list(lost)
        github.on("GET /repos/o/r/issues/7/comments", lambda call: Reply(data=self.comments))
        github.on("POST /repos/o/r/issues/7/comments", self._post)

    def _post(self, call: ApiCall) -> Reply:
        lost = self._lost.pop(0) if self._lost else None
        if isinstance(lost, Reply):
            return lost
        self.comments.append(comment(len(self.comments) + 1, call.body["body"]))
        return lost[0] if lost else Reply(201, self.comments[-1])


def comment(
    number: int, body: str, login: str = "greenlit[bot]", kind: str = "Bot"
) -> dict[str, Any]:
    """A comment as GitHub shows it."""
    return {
        "id": number,
        "html_url": f"https://github.example/o/r/issues/7#issuecomment-{number}",
        "body": body,
        "user": {"login": login, "type": kind},
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00Z",
        "performed_via_github_app": None,
    }


def pull(number: int, **changed: Any) -> dict[str, Any]:
    """A pull request as GitHub shows it."""
    return {
        "number": number,
        "url": f"https://api.github.example/api/v3/repos/o/r/pulls/{number}",
        "html_url": f"https://github.example/o/r/pull/{number}",
        "node_id": f"PR_{number}",
        "title": "T",
        "body": "B",
        "state": "open",
        "draft": False,
        "merged_at": None,
        "requested_reviewers": [],
        "head": {"ref": "greenlit/7", "repo": {"id": 1}},
        "base": {"ref": "main", "repo": {"id": 1}},
        **changed,
    }
