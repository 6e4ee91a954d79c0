"""Take webhooks: `POST /github` verifies a delivery and hands its intents to the engine.

The answer goes out when every intent is on disk, and before any work is done. Whoever is not
GitHub is told what this is (bot/web/door_pages.py).
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from bot.log_fields import log_fields
from bot.ports import Metrics, NoMetrics, NoTraces, SpanAttribute, Traces, TraceSpan, Unreachable
from bot.run import Engine, Ignore, Intent, SignalRun, StartRun
from bot.values.events import Event, Unknown
from bot.web.door_pages import DoorPages
from bot.web.payloads import BadPayload
from bot.web.probe_pages import MonitorPages
from bot.web.webhook import BadSignature, read_event

PATIENCE_S = 8.0  # GitHub waits ten seconds (docs.github.com, "Best practices for using webhooks")
LIMIT_BYTES = 25 * 1024 * 1024  # GitHub's own cap (docs.github.com, "Webhook events and payloads")
BIG_BYTES = 256 * 1024  # from here on hashing would be felt by the other deliveries
# How many bodies of LIMIT_BYTES may wait in memory before anybody has proved to be GitHub.
LIMIT_BIG_BODIES = 8
ROUTE = "/github"
HEADER = re.compile(r"[A-Za-z0-9_-]{1,64}")  # an event's name, or a delivery's GUID
ACTION_CHARS = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """How large a delivery may be, and how long the engine may take to write it down."""

    body_bytes: int = LIMIT_BYTES
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class DoorWatch:
    """What keeps account of deliveries."""

    metrics: Metrics = field(default_factory=NoMetrics)
    traces: Traces = field(default_factory=NoTraces)


class _Rejection(Exception):
    """A delivery is answered with this status and not handed on."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def create_door(
    engine: Engine,
    route: Callable[[Event], Sequence[Intent]],
    secrets: tuple[str, ...],
    *,
    pages: DoorPages | None = None,
    limits: DoorLimits | None = None,
    watch: DoorWatch | None = None,
) -> FastAPI:
    """Make the App's public web app: `POST /github`, and `pages` for whoever is not GitHub.

    What one of the secrets signed is taken: while it is changed there are two.
    A delivery is answered 503 when the engine is Unreachable or takes longer than the limit;
    what was begun then may still be done, once, under its key. GitHub does not repeat a delivery
    by itself, but records a failed one, so that it can be asked for again.
    """
    if not secrets or not all(secrets):
        raise ValueError("without a secret anybody could sign")
    app = FastAPI(title="Greenlit", docs_url=None, redoc_url=None, openapi_url=None)
    receiver = _Receiver(engine, route, secrets, limits or DoorLimits(), watch or DoorWatch())
    app.add_route(ROUTE, receiver.receive, ["POST"])
    (pages or DoorPages()).add_to(app)
    return app


def create_monitor(pages: DoorPages | MonitorPages) -> FastAPI:
    """Make the web app of a port that takes no webhooks: the pages for monitors alone."""
    app = FastAPI(title="Greenlit", docs_url=None, redoc_url=None, openapi_url=None)
    pages.add_to(app)
    return app


@dataclass
class _Receiver:
    engine: Engine
    route: Callable[[Event], Sequence[Intent]]
    secrets: tuple[str, ...]
    limits: DoorLimits
    watch: DoorWatch
    held_bytes: int = field(default=0, init=False)

    async def receive(self, request: Request) -> JSONResponse:
        """Answer one delivery, and log it: at DEBUG, or as a warning when it was not taken."""
        began, began_at = time.perf_counter(), time.time()
        line: dict[str, object] = {"event": "", "delivery": ""}
        status = 202
        try:
            answer: dict[str, object] = {"decided": await self._handle(request, line)}
        except _Rejection as rejection:
            status, answer = rejection.status, {"error": str(rejection)}
        except ClientDisconnect:
            # What is answered now reaches nobody; uvicorn would log a page of traceback for it.
            status, answer = 400, {"error": "the connection was closed before the body's end"}
        line["ms"] = round((time.perf_counter() - began) * 1000, 1)
        self.watch.metrics.count_delivery(str(line.get("signed", "")), status)
        with log_fields(**self._name_trace(line)):
            self._trace(line, status, began_at)
            _log_delivery(line, status, answer)
        return JSONResponse(answer, status_code=status)

    async def _handle(self, request: Request, line: dict[str, object]) -> list[str]:
        line["event"] = kind = _read_header(request, "x-github-event")
        line["delivery"] = _read_header(request, "x-github-delivery")
        event = await self._read_event(request)
        line |= {"signed": kind, **_describe_event(kind, event)}
        try:
            with log_fields(delivery=str(line["delivery"])):
                async with asyncio.timeout(self.limits.patience_s):
                    return [await self._submit(intent, line) for intent in self.route(event)]
        except Unreachable as away:
            raise _Rejection(503, f"not taken, deliver it again: {away}") from away
        except TimeoutError as late:
            raise _Rejection(503, "not taken in time, deliver it again") from late

    async def _read_event(self, request: Request) -> Event:
        if len(request.headers.getlist("x-hub-signature-256")) != 1:
            raise _Rejection(401, "one X-Hub-Signature-256 is needed")
        body = await self._read_body(request)
        try:
            if len(body) < BIG_BYTES:
                return read_event(request.headers, body, *self.secrets)
            return await asyncio.to_thread(read_event, request.headers, body, *self.secrets)
        except BadSignature as bad:
            raise _Rejection(401, str(bad)) from bad
        except BadPayload as bad:
            raise _Rejection(400, str(bad)) from bad

    async def _read_body(self, request: Request) -> bytes:
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length[:20]) > self.limits.body_bytes:
            raise _Rejection(413, f"more than {self.limits.body_bytes} bytes")
        body = bytearray()
        try:
            async for chunk in request.stream():
                self.held_bytes += len(chunk)
                body += chunk
                if len(body) > self.limits.body_bytes:
                    raise _Rejection(413, f"more than {self.limits.body_bytes} bytes")
                if self.held_bytes > LIMIT_BIG_BODIES * self.limits.body_bytes:
                    raise _Rejection(503, "too many big bodies at once, deliver it again")
        finally:
            self.held_bytes -= len(body)
        return bytes(body)

    async def _submit(self, intent: Intent, line: dict[str, object]) -> str:
        match intent:
            case StartRun():
                key = await self.engine.start(intent)
                line.setdefault("run", key)
                line.setdefault("started", key)
                return f"started {key}"
            case SignalRun():
                runs = await self.engine.signal(intent)
                if not runs:
                    return f"ignored: nothing runs for {intent.to}"
                line.setdefault("run", runs[0])
                return f"told {intent.to}"
            case Ignore(why):
                return f"ignored: {why}"

    def _name_trace(self, line: Mapping[str, object]) -> Mapping[str, str]:
        """Name the trace of the run that a delivery started; other deliveries are in none."""
        if "started" not in line:
            return {}
        key, delivery = str(line["started"]), str(line["delivery"])
        return {"run": key, "delivery": delivery, **self.watch.traces.name_run(key, delivery)}

    def _trace(self, line: Mapping[str, object], status: int, began: float) -> None:
        """Keep how long it took until the start was on disk, in the trace of the run."""
        attributes: dict[str, SpanAttribute] = {
            "http.request.method": "POST",
            "http.route": ROUTE,
            "http.response.status_code": status,
            "greenlit.event": str(line["event"]),
        }
        self.watch.traces.keep(TraceSpan(f"POST {ROUTE}", "server", attributes), began)


def _describe_event(kind: str, event: Event) -> dict[str, object]:
    """Say what came, and of which repository, for the log."""
    repo = getattr(event, "repo", None)
    action = f".{event.action[:ACTION_CHARS]}" if isinstance(event, Unknown) else ""
    return {"event": f"{kind}{action}", "repo": repo.name if repo else ""}


def _log_delivery(line: Mapping[str, object], status: int, answer: Mapping[str, object]) -> None:
    """Log one delivery: what came, and what was decided or what is wrong with it."""
    decided = answer.get("decided")
    result = "; ".join(decided) if isinstance(decided, list) else answer.get("error")
    place = f" of {line['repo']}" if line.get("repo") else ""
    text = f"webhook {line['event'] or 'without a name'}{place}: {result} ({status})"
    details = {
        "webhook": line["event"],
        "repo": line.get("repo", ""),
        "status": status,
        **answer,
        "ms": line["ms"],
    }
    fields = {"delivery": line["delivery"], "run": line.get("run", "")}
    level = logging.DEBUG if status == 202 else logging.WARNING
    log.log(level, "%s", text, extra={"event": "delivery", "fields": fields, "details": details})


def _read_header(request: Request, name: str) -> str:
    values = request.headers.getlist(name)
    if len(values) != 1 or not HEADER.fullmatch(values[0]):
        raise _Rejection(400, f"one {name} is needed")
    return values[0]
