"""Here lives what goes wrong on purpose: 5xx before or after a write, limits, and connections that
are cut.
"""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass
from typing import Literal, get_args

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.forge.rest_refusal import DOCS

Kind = Literal[
    "500",
    "502-after",
    "403-secondary",
    "403-secondary-silent",
    "403-primary",
    "429",
    "429-silent",
    "cut",
    "cut-after",
]
KINDS: tuple[str, ...] = get_args(Kind)
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
PRIMARY = "API rate limit exceeded for installation ID 1."


@dataclass(slots=True)
class InjectedFault:
    """Something that goes wrong `times` times with requests whose path matches; `fired` counts."""

    method: str
    path: re.Pattern[str]
    times: int
    kind: str
    wait_s: int
    fired: int = 0


class FaultInjector:
    """The faults that wait for their request. "silent" limits say nothing of when to come back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[InjectedFault] = []

    def add(
        self, method: str, path: str, kind: str, times: int = 1, wait_s: int = 1
    ) -> InjectedFault:
        """Let the next `times` requests fail. The path is a regular expression, searched in
        "/api/v3/..." or git's.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
        fault = InjectedFault(method, re.compile(path), times, kind, wait_s)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def count_fired(self) -> int:
        """How often any of them fired."""
        with self._lock:
            return sum(fault.fired for fault in self._waiting)

    def take(self, method: str, path: str) -> InjectedFault | None:
        """The fault that this request meets, counted."""
        with self._lock:
            for fault in self._waiting:
                if (
                    fault.fired < fault.times
                    and fault.method in (method, "*")
                    and fault.path.search(path)
                ):
                    fault.fired += 1
                    return fault
        return None


class FaultMiddleware:
    """Puts the faults around an app."""

    def __init__(self, app: ASGIApp, faults: FaultInjector) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = (
            self._faults.take(scope["method"], scope["path"]) if scope["type"] == "http" else None
        )
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.kind.endswith("-after"):
            await self._app(scope, receive, _nowhere)
        if fault.kind.startswith("cut"):
            await _cut(scope, receive)
            return
        if not fault.kind.endswith("-after"):
            await _read(receive)
        await _answer(fault, send)


async def _nowhere(_: Message) -> None:
    """The app may do its work; nobody hears of it."""


async def _read(receive: Receive) -> None:
    """Take the whole request in, or the client may find its connection closed while it still
    writes.
    """
    while (await receive()).get("more_body"):
        pass


async def _cut(scope: Scope, receive: Receive) -> None:
    """Close the connection without a word: the server put it into the scope for this."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(fault: InjectedFault, send: Send) -> None:
    status = int(fault.kind[:3])
    headers = {"content-type": "application/json; charset=utf-8", "x-github-request-id": "FA17"}
    words = {500: "Server Error", 502: "Server Error", 429: SECONDARY, 403: SECONDARY}[status]
    if fault.kind == "403-primary":
        words = PRIMARY
        reset = str(int(time.time()) + fault.wait_s)
        headers |= {
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": reset,
        }
    elif fault.kind in ("403-secondary", "429"):
        headers |= {"retry-after": str(fault.wait_s)}
    body = json.dumps({"message": words, "documentation_url": DOCS}).encode()
    headers["content-length"] = str(len(body))
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
