"""Deliveries as GitHub makes them: signed payloads, and an engine that keeps what the
door hands it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from bot.ports import Unreachable
from bot.run import SignalRun, StartRun
from bot.values import RunKey
from bot.web.server import create_server

SECRET = "a secret of the test's own"
GUID = "0b989ba4-242f-11e5-81e1-c7b6966d2516"
SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
ZERO = "0" * 40
REPOSITORY = {"id": 7, "full_name": "ada/engine"}
ADA = {"login": "ada", "id": 42, "type": "User"}
ENVELOPE = {"installation": {"id": 99}, "repository": REPOSITORY, "sender": ADA}
ISSUE = {"number": 7, "title": "Slow report", "body": None, "updated_at": "2026-11-20T10:00:00Z"}
COMMENT = {
    "id": 5,
    "body": "/generate",
    "created_at": "2026-11-20T10:01:00Z",
    "performed_via_github_app": None,
}


def issues(action: str, **more: object) -> dict[str, object]:
    """An issue was labelled, closed or otherwise changed."""
    return {**ENVELOPE, "action": action, "issue": ISSUE, "label": {"name": "autogen"}, **more}


def commented(**more: object) -> dict[str, object]:
    """Somebody commented on the issue."""
    return {**ENVELOPE, "action": "created", "issue": ISSUE, "comment": COMMENT, **more}


def pull(action: str, head_repo: dict[str, object] | None, **more: object) -> dict[str, object]:
    """The head of a pull request, in this repository or that one."""
    head = {"ref": "greenlit/7-slow", "repo": head_repo}
    return {
        **ENVELOPE,
        "action": action,
        "pull_request": {"number": 8, "merged": False, "head": head},
        **more,
    }


def signature(body: bytes, secret: str = SECRET) -> str:
    """As GitHub signs."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(kind: str, body: bytes, guid: str = GUID, secret: str = SECRET) -> dict[str, str]:
    """As GitHub sends them."""
    return {
        "content-type": "application/json",
        "x-github-event": kind,
        "x-github-delivery": guid,
        "x-hub-signature-256": signature(body, secret),
    }


def signed(kind: str, payload: object, guid: str = GUID) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a delivery."""
    body = json.dumps(payload).encode()
    return headers(kind, body, guid), body


def half_request(head: dict[str, str]) -> bytes:
    """A request up to its body."""
    return "\r\n".join(
        ["POST /github HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    ).encode()


@dataclass
class Kept:
    """An engine that keeps what it is handed, in memory; it is away for as long as `away` says why."""

    starts: list[StartRun] = field(default_factory=list)
    tells: list[SignalRun] = field(default_factory=list)
    live: bool = True
    away: str = ""
    slow_s: float = 0.0

    async def start(self, start: StartRun) -> RunKey:
        """Keep it, or be away."""
        if self.away:
            raise Unreachable(self.away)
        await asyncio.sleep(self.slow_s)
        self.starts.append(start)
        return RunKey(start.key)

    async def signal(self, signal: SignalRun) -> tuple[RunKey, ...]:
        """Keep it."""
        self.tells.append(signal)
        return (RunKey("o/r#7/1"),) if self.live else ()


@contextmanager
def serving(
    app: ASGIApp, *, header_deadline_s: float = 10, body_deadline_s: float = 20
) -> Iterator[int]:
    """Serve the app on a free port of loopback for as long as the block lasts."""
    served = create_server(
        app, "127.0.0.1", 0, header_deadline_s=header_deadline_s, body_deadline_s=body_deadline_s
    )
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it every answer
    # waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        thread = threading.Thread(target=lambda: asyncio.run(served.serve([listening])))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            served.should_exit = True
            thread.join()
