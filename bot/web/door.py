"""Here lives the door: `POST /github` verifies a delivery and hands what it means to the engine,
before any work.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.ports import Unreachable
from bot.run import Engine, Ignore, Intent, SignalRun, StartRun
from bot.values.events import Event, Unknown
from bot.web.payloads import BadPayload
from bot.web.webhook import BadSignature, read

PATIENCE_S = 8.0  # GitHub waits ten seconds (docs.github.com, "Best practices for using webhooks")
LIMIT_BYTES = 25 * 1024 * 1024  # GitHub's own cap (docs.github.com, "Webhook events and payloads")
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # an event's name, or a delivery's GUID
BIG_BYTES = 256 * 1024  # from here on hashing would be felt by the other deliveries
BIG_BODIES = (
    8  # how many times `limit_bytes` may wait in memory, before anybody has proved to be GitHub
)
CONNECTIONS = 512

log = logging.getLogger(__name__)


class _Turned(Exception):
    """A delivery was turned away, with this status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def door(
    engine: Engine,
    route: Callable[[Event], Sequence[Intent]],
    secret: str,
    *,
    limit_bytes: int = LIMIT_BYTES,
    patience_s: float = PATIENCE_S,
) -> FastAPI:
    """The App's public web app. It answers when every intent of the delivery is on disk, and 503
    when that fails.

    Fails means: Unreachable, or not within `patience_s`; what was begun then may still be done,
    once, under its key.

    GitHub does not repeat a delivery by itself, but records a failed one, so that it can be asked
    for again.
    """
    if not secret:
        raise ValueError("without a secret anybody could sign")
    app = FastAPI(title="Greenlit", docs_url=None, redoc_url=None, openapi_url=None)
    entrance = _Entrance(engine, route, secret, limit_bytes, patience_s)
    app.add_api_route("/github", entrance.delivery, methods=["POST"], response_model=None)
    app.add_api_route("/health", _health, methods=["GET"])
    return app


def server(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    header_deadline_s: float = 10,
    body_deadline_s: float = 20,
) -> uvicorn.Server:
    """A web server that hangs up on senders who are slow on purpose, and says nothing of what it is
    made of.

    A request's headers must come within the first deadline and its body within the second, never
    silent for longer than
    the first. From 512 connections on it answers 503 and from 1024 on it hangs up, whoever asks: a
    public door belongs
    behind a proxy that counts by address. Logging is the caller's.
    """

    class Protocol(_Punctual):
        header_s = header_deadline_s
        body_s = body_deadline_s

    config = uvicorn.Config(
        app,
        host,
        port,
        http=Protocol,
        loop="asyncio",
        ws="none",
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=10,
        server_header=False,
        access_log=False,
        log_config=None,
    )
    return _Server(config)


def listener(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises Unreachable where nobody can."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]
        raise Unreachable(f"cannot listen on {host}:{port}: {why}") from None


class _Server(uvicorn.Server):
    """Without uvicorn's own signal handlers: signals are the process's, which ends more than one
    server.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _health() -> dict[str, str]:
    return {"status": "ok"}


@dataclass
class _Entrance:
    engine: Engine
    route: Callable[[Event], Sequence[Intent]]
    secret: str
    limit_bytes: int
    patience_s: float
    held_bytes: int = field(default=0, init=False)

    async def delivery(self, request: Request) -> JSONResponse:
        """One delivery: one answer, one line in the log."""
        began = time.perf_counter()
        line: dict[str, object] = {"delivery": "", "event": "", "status": 202}
        try:
            answer: dict[str, object] = {"decided": await self._decided(request, line)}
        except _Turned as turned:
            line["status"], answer = turned.status, {"error": str(turned)}
        except ClientDisconnect:
            # What is answered now reaches nobody; uvicorn would log a page of traceback for it.
            line["status"], answer = (
                400,
                {"error": "the connection was closed before the body's end"},
            )
        took = {"ms": round((time.perf_counter() - began) * 1000, 1)}
        log.log(
            logging.INFO if line["status"] == 202 else logging.WARNING,
            json.dumps({"door": "delivery", **line, **answer, **took}),
        )
        return JSONResponse(answer, status_code=int(str(line["status"])))

    async def _decided(self, request: Request, line: dict[str, object]) -> list[str]:
        line |= {
            "event": _only(request, "x-github-event"),
            "delivery": _only(request, "x-github-delivery"),
        }
        event = await self._event(request)
        if isinstance(event, Unknown):
            line["action"] = event.action[:64]
        try:
            async with asyncio.timeout(self.patience_s):
                return [await self._take(intent) for intent in self.route(event)]
        except Unreachable as away:
            raise _Turned(503, f"not taken, deliver it again: {away}") from away
        except TimeoutError as late:
            raise _Turned(503, "not taken in time, deliver it again") from late

    async def _event(self, request: Request) -> Event:
        if len(request.headers.getlist("x-hub-signature-256")) != 1:
            raise _Turned(401, "one X-Hub-Signature-256 is needed")
        body = await self._body(request)
        try:
            if len(body) < BIG_BYTES:
                return read(request.headers, body, self.secret)
            return await asyncio.to_thread(read, request.headers, body, self.secret)
        except BadSignature as bad:
            raise _Turned(401, str(bad)) from bad
        except BadPayload as bad:
            raise _Turned(400, str(bad)) from bad

    async def _body(self, request: Request) -> bytes:
        told = request.headers.get("content-length", "0")
        if told.isdecimal() and int(told[:20]) > self.limit_bytes:
            raise _Turned(413, f"more than {self.limit_bytes} bytes")
        body = bytearray()
        try:
            async for chunk in request.stream():
                self.held_bytes += len(chunk)
                body += chunk
                if len(body) > self.limit_bytes:
                    raise _Turned(413, f"more than {self.limit_bytes} bytes")
                if self.held_bytes > BIG_BODIES * self.limit_bytes:
                    raise _Turned(503, "too many big bodies at once, deliver it again")
        finally:
            self.held_bytes -= len(body)
        return bytes(body)

    async def _take(self, intent: Intent) -> str:
        match intent:
            case StartRun():
                return f"started {await self.engine.start(intent)}"
            case SignalRun():
                return f"{'told' if await self.engine.signal(intent) else 'ignored: nothing runs for'} {intent.subject}"
            case Ignore(why):
                return f"ignored: {why}"


def _only(request: Request, name: str) -> str:
    values = request.headers.getlist(name)
    if len(values) != 1 or not NAME.fullmatch(values[0]):
        raise _Turned(400, f"one {name} is needed")
    return values[0]


class _Punctual(HttpToolsProtocol):
    """uvicorn's protocol, which has a deadline for idle connections only, with one for each part of
    a request.
    """

    header_s: float
    body_s: float
    _body_until = 0.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._allow(self.header_s)
        if len(self.connections) > 2 * CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Bytes that begin no request, such as empty lines, stop uvicorn's own timer for idle
        # connections.
        busy = self.cycle is not None and not self.cycle.response_complete
        if not busy and self._timer is None and self.timeout_keep_alive_task is None:
            self._allow(self.header_s)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._allow(self.header_s)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._body_until = self.loop.time() + self.body_s
        self._allow(min(self.header_s, self.body_s))

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._allow(min(self.header_s, self._body_until - self.loop.time()))

    def on_message_complete(self) -> None:
        self._stop()
        super().on_message_complete()

    def _allow(self, seconds: float) -> None:
        self._stop()
        self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
