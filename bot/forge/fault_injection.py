"""Let requests fail on purpose: 5xx before or after a write, rate limits, cut connections."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.forge.rest_refusal import DOCS

KINDS = (
    "500",
    "502-after",
    "403-secondary",
    "403-secondary-silent",
    "403-primary",
    "429",
    "429-silent",
    "cut",
    "cut-after",
    "200-html",
    "200-truncated",
    "200-other-shape",
    "302",
)
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
PRIMARY = "API rate limit exceeded for installation ID 1."
MUTATION = re.compile(r"\bmutation\b[^{]*\{\s*(\w+)")
# What no GitHub documents: a proxy's page, half of an answer, and one of another shape.
ODD_BODIES = {
    "200-html": b"<html>Log in to the network</html>",
    "200-truncated": b'{"id": 7, "na',
    "200-other-shape": b'["odd"]',
}
MESSAGES = {500: "Server Error", 502: "Server Error", 429: SECONDARY, 403: SECONDARY}


@dataclass(slots=True)
class InjectedFault:
    """A failure of the next `times` requests whose path matches; `fired` counts them.

    The first `spared` of them do not fail.
    """

    method: str
    path: re.Pattern[str]
    times: int
    kind: str
    wait_s: int
    spared: int = 0
    fired: int = 0

    def matches(self, method: str, paths: Sequence[str]) -> bool:
        """Tell whether it is this request's turn to fail, by any of its names."""
        if self.fired >= self.times or self.method not in (method, "*"):
            return False
        if not any(map(self.path.search, paths)):
            return False
        self.spared -= 1
        return self.spared < 0

    @property
    def is_after_work(self) -> bool:
        """The request is done, and only its answer is lost."""
        return self.kind.endswith("-after")


class FaultInjector:
    """The faults that wait for their request.

    The "silent" limits do not tell when to come back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[InjectedFault] = []

    def add(
        self, method: str, path: str, kind: str, times: int = 1, *, wait_s: int = 1, spared: int = 0
    ) -> InjectedFault:
        """Let the next `times` requests fail, behind those that are spared.

        The path is a regular expression, searched in "/api/v3/..." or git's, and for GraphQL in
        "/api/graphql resolveReviewThread" too.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
        fault = InjectedFault(method, re.compile(path), times, kind, wait_s, spared)
        with self._lock:
            self._faults.append(fault)
        return fault

    def count_fired(self) -> int:
        """Return the number of requests that failed on purpose."""
        with self._lock:
            return sum(fault.fired for fault in self._faults)

    def take(self, method: str, *paths: str) -> InjectedFault | None:
        """Return the fault that this request meets by one of its names, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, paths):
                    fault.fired += 1
                    return fault
        return None


class FaultMiddleware:
    """Puts the faults around an app."""

    def __init__(self, app: ASGIApp, faults: FaultInjector) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or let it fail."""
        fault = None
        if scope["type"] == "http":
            paths = [scope["path"]]
            if scope["path"].endswith("/graphql"):
                receive, mutation = await _read_mutation(receive)
                paths.append(f"{scope['path']} {mutation}")
            fault = self._faults.take(scope["method"], *paths)
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.is_after_work:
            await self._app(scope, receive, _discard)
        if fault.kind.startswith("cut"):
            await _cut_connection(scope, receive)
            return
        if not fault.is_after_work:
            await _read_body(receive)
        await _send_failure(fault, send)


async def _read_mutation(receive: Receive) -> tuple[Receive, str]:
    """Read which mutation a request is, and let it be read again."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    body = b"".join(message.get("body", b"") for message in messages)
    match = MUTATION.search(body.decode("utf-8", "replace"))

    async def receive_again() -> Message:
        return messages.pop(0) if messages else await receive()

    return receive_again, match[1] if match else ""


async def _discard(_: Message) -> None:
    """Let the app do its work and nobody hear of it."""


async def _read_body(receive: Receive) -> None:
    """Read all, or the client may find its connection closed while it still writes."""
    while (await receive()).get("more_body"):
        pass


async def _cut_connection(scope: Scope, receive: Receive) -> None:
    """Close the connection, which the server put into the scope for this."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_failure(fault: InjectedFault, send: Send) -> None:
    status = int(fault.kind[:3])
    message = PRIMARY if fault.kind == "403-primary" else MESSAGES.get(status, "")
    answer = json.dumps({"message": message, "documentation_url": DOCS}).encode()
    body = ODD_BODIES.get(fault.kind, answer)
    is_html = fault.kind == "200-html"
    headers = {
        "content-type": "text/html" if is_html else "application/json; charset=utf-8",
        "x-github-request-id": "FA17",
        **_limit_headers(fault),
        "content-length": str(len(body)),
    }
    raw_headers = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw_headers})
    await send({"type": "http.response.body", "body": body})


def _limit_headers(fault: InjectedFault) -> dict[str, str]:
    if fault.kind in ("403-secondary", "429"):
        return {"retry-after": str(fault.wait_s)}
    if fault.kind != "403-primary":
        return {}
    return {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(time.time()) + fault.wait_s),
    }
