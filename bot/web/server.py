"""Run a web app behind a server that hangs up on senders who are slow on purpose."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LIMIT_CONNECTIONS = 512
DATE_S = 1.0


def create_server(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    header_deadline_s: float = 10,
    body_deadline_s: float = 20,
) -> uvicorn.Server:
    """Make a web server that does not say what it is made of.

    A request's headers must come within the first deadline and its body within the second, never
    silent for longer than the first. From 512 connections on it answers 503 and from 1024 on it
    hangs up, whoever asks: a public door belongs behind a proxy that counts by address. Logging
    is the caller's.
    """

    class Protocol(_DeadlineProtocol):
        header_s = header_deadline_s
        body_s = body_deadline_s

    return _Server(_make_config(app, host, port, Protocol))


def _make_config(
    app: ASGIApp, host: str, port: int, protocol: type[HttpToolsProtocol]
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host,
        port,
        http=protocol,
        loop="asyncio",
        ws="none",
        limit_concurrency=LIMIT_CONNECTIONS,
        timeout_graceful_shutdown=10,
        server_header=False,
        access_log=False,
        log_config=None,
    )


class CannotListen(Exception):
    """No socket can listen there; the text is the system's reason, `number` its errno."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error.strerror).partition(" (")[0])
        self.number = error.errno


def open_listener(host: str, port: int) -> socket.socket:
    """Open a socket that listens. Raises CannotListen where none can."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(error) from None


class _Server(uvicorn.Server):
    """A server without signal handlers: signals are the process's, which ends several servers.

    At rest uvicorn's own looks ten times a second whether it is to end; this one is told.
    """

    _is_ending = False
    _loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @property
    def should_exit(self) -> bool:
        return self._is_ending

    @should_exit.setter
    def should_exit(self, is_ending: bool) -> None:
        self._is_ending = is_ending
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: it has ended
                self._loop.call_soon_threadsafe(self._wake.set)

    async def main_loop(self) -> None:
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        # At each zero uvicorn writes the date anew that its answers carry.
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), DATE_S)


class _DeadlineProtocol(HttpToolsProtocol):
    """Adds a deadline for each part of a request; uvicorn has one for idle connections only."""

    header_s: float
    body_s: float
    _body_until = 0.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._start_timer(self.header_s)
        if len(self.connections) > 2 * LIMIT_CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Bytes that begin no request, such as empty lines, stop uvicorn's own timer for idle
        # connections.
        busy = self.cycle is not None and not self.cycle.response_complete
        if not busy and self._timer is None and self.timeout_keep_alive_task is None:
            self._start_timer(self.header_s)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._start_timer(self.header_s)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._body_until = self.loop.time() + self.body_s
        self._start_timer(min(self.header_s, self.body_s))

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._start_timer(min(self.header_s, self._body_until - self.loop.time()))

    def on_message_complete(self) -> None:
        self._stop_timer()
        super().on_message_complete()

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
