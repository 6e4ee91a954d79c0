"""Here lives a small GitHub over real HTTP that answers what a test scripts, counts, cuts
connections and is slow.
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
class Heard:
    """One request as it arrived."""

    verb: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").partition(" ")[2]


@dataclass(frozen=True)
class Answer:
    """What to answer. `cut` closes the connection instead; `slow_s` waits before."""

    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    slow_s: float = 0.0


Scripted = Answer | Callable[[Heard], Answer]


class ScriptedGitHub:
    """Answers "VERB /path" in the order given; the last answer stays. What was not scripted is a
    failure.
    """

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.url = ""
        self.heard: list[Heard] = []
        self.unexpected: list[str] = []
        self.granted = dict(GRANTED)
        self.lives_s = 3600
        self._key = key.public_key()
        self._answers: dict[str, list[Scripted]] = {}
        self._lock = threading.Lock()
        self.on("GET /app", self._app)
        self.on(
            "GET /app/installations/1", lambda heard: Answer(data={"permissions": self.granted})
        )
        self.on("POST /app/installations/1/access_tokens", self._token)

    @property
    def api_url(self) -> str:
        return self.url + PREFIX

    def on(self, asked: str, *answers: Scripted) -> None:
        self._answers[asked] = list(answers)

    def hits(self, asked: str) -> list[Heard]:
        return [heard for heard in self.heard if f"{heard.verb} {heard.path}" == asked]

    def answer(self, heard: Heard) -> Answer:
        with self._lock:
            self.heard.append(heard)
            answers = self._answers.get(f"{heard.verb} {heard.path}", [])
            scripted = answers.pop(0) if len(answers) > 1 else answers[0] if answers else None
        if scripted is None:
            self.unexpected.append(f"{heard.verb} {heard.path}")
            return Answer(501, {"message": "not scripted"})
        return scripted if isinstance(scripted, Answer) else scripted(heard)

    def _app(self, heard: Heard) -> Answer:
        self._check_jwt(heard)
        return Answer(data={"slug": "greenlit", "permissions": self.granted, "events": ["issues"]})

    def _token(self, heard: Heard) -> Answer:
        self._check_jwt(heard)
        until = datetime.now(UTC) + timedelta(seconds=self.lives_s)
        number = len(self.hits("POST /app/installations/1/access_tokens"))
        # The form of 2026: about 520 characters, with dots, underscores and hyphens.
        token = f"ghs_7_{number}.{'eyJh-bGciOi_' * 36}.{'x-Y_z9' * 12}"
        return Answer(
            201,
            {
                "token": token,
                "expires_at": until.isoformat(timespec="seconds").replace("+00:00", "Z"),
            },
        )

    def _check_jwt(self, heard: Heard) -> None:
        claims = jwt.decode(heard.token, self._key, algorithms=["RS256"])
        assert claims["iss"] == "7"
        assert claims["exp"] - claims["iat"] <= 600


@contextmanager
def listening(answer: Callable[[Heard], Answer], host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the answers on a free port; gives "http://host:port"."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(answer: Callable[[Heard], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # an answer in two packets waits 40 ms for the first to be acknowledged

        def _serve(self) -> None:
            there = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            heard = Heard(
                self.command,
                there.path.removeprefix(PREFIX),
                {name: values[0] for name, values in parse_qs(there.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(raw) if raw else None,
            )
            with suppress(ConnectionError):  # who asked may be gone
                self._send(answer(heard))

        def _send(self, given: Answer) -> None:
            time.sleep(given.slow_s)
            if given.cut:
                self.close_connection = True
                return
            data = given.data if isinstance(given.data, bytes) else json.dumps(given.data).encode()
            self.send_response(given.status)
            for name, value in {"Content-Type": "application/json", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


class Board:
    """The comments of issue 7, kept for real. `lost` says how the next writes are lost.

    A bare answer is given instead of writing, one in a tuple after having written.
    """

    def __init__(self, github: ScriptedGitHub, *lost: Answer | tuple[Answer]) -> None:
        self.comments: list[dict[str, Any]] = []
        self._lost = list(lost)
        github.on("GET /repos/o/r/issues/7/comments", lambda heard: Answer(data=self.comments))
        github.on("POST /repos/o/r/issues/7/comments", self._post)

    def _post(self, heard: Heard) -> Answer:
        lost = self._lost.pop(0) if self._lost else None
        if isinstance(lost, Answer):
            return lost
        self.comments.append(comment(len(self.comments) + 1, heard.body["body"]))
        return lost[0] if lost else Answer(201, self.comments[-1])


def comment(
    number: int, body: str, login: str = "greenlit[bot]", kind: str = "Bot"
) -> dict[str, Any]:
    return {
        "id": number,
        "body": body,
        "user": {"login": login, "type": kind},
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00Z",
        "performed_via_github_app": None,
    }


def pull(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "number": number,
        "url": f"https://api.github.example/api/v3/repos/o/r/pulls/{number}",
        "html_url": f"https://github.example/o/r/pull/{number}",
        "node_id": f"PR_{number}",
        "title": "T",
        "body": "B",
        "state": "open",
        "draft": False,
        "head": {"ref": "greenlit/7", "repo": {"id": 1}},
        "base": {"ref": "main", "repo": {"id": 1}},
        **changed,
    }
