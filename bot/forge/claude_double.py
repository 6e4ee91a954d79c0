"""Here lives a double of Claude's Messages API over HTTP: it plays scripts, rejects and breaks as
the API does.

It stands in for the API where there is no key, in the demo and in the tests. It was built from the
API's documentation
and the SDK, not from the API itself: its tokens are bytes divided by four, and its words are a
script.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.forge.claude_blocks import Json, digests, pieces
from bot.forge.claude_cache import CacheUsage, PromptCache
from bot.forge.claude_params import CountTokensParams, MessageParams
from bot.forge.claude_rules import MODELS, ApiError, ModelLimits, check, shaped
from bot.forge.claude_script import Script, ScriptTurn, choose, line_of, turn_of
from bot.forge.claude_stream import (
    BrokenStream,
    ClaudeFault,
    ClaudeReply,
    EarlyStop,
    FailedRequest,
    StreamEvent,
    compose_reply,
    encode_event,
)
from bot.forge.loopback import loopback

VERSIONS = ("2026-10-21", "2023-06-01")
LIMIT_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class RecordedRequest:
    """A request for a message, and what became of it. `turn` is None when none of a script's was
    played.
    """

    body: Json = field(default_factory=dict)
    script: str = ""
    turn: int | None = None
    usage: CacheUsage = field(default_factory=CacheUsage)
    out: int = 0
    status: int = 200
    error: str = ""
    whole: bool = False  # the answer was sent to its end


class ClaudeDouble:
    """The API, as it answers to those scripts. `faults` go by the number of the request, counted
    from 0.

    `pace` scales the scripts' own times; 0 makes them instant.
    """

    def __init__(
        self,
        scripts: Script | Sequence[Script],
        faults: Mapping[int, ClaudeFault] | None = None,
        *,
        key: str = "",
        pace: float = 1.0,
        bytes_per_token: float = 4.0,
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self.token_counts = 0  # requests that only asked for a prompt's size
        self._scripts = [scripts] if isinstance(scripts, Script) else list(scripts)
        self._faults = faults or {}
        self._key = key
        self._pace = pace
        self._cache = PromptCache(bytes_per_token)
        self._paused: set[str] = set()
        self.app = Starlette(
            routes=[
                Route("/v1/messages", self._message, methods=["POST"]),
                Route("/v1/messages/count_tokens", self._count, methods=["POST"]),
                Route("/v1/models", self._models),
                Route("/v1/models/{id}", self._model),
            ],
            exception_handlers={ApiError: _rejected},
        )

    @property
    def paid_turns(self) -> Counter[int]:
        """How often each turn was paid for: an answer to it began."""
        return Counter(seen.turn for seen in list(self.requests) if seen.turn is not None)

    @property
    def cache_share(self) -> float:
        """The share of all prompt tokens that the cache served."""
        usages = [seen.usage for seen in list(self.requests)]
        return sum(usage.read for usage in usages) / max(1, sum(usage.prompt for usage in usages))

    async def _message(self, request: Request) -> Response:
        seen = RecordedRequest()
        fault = self._faults.get(len(self.requests))
        self.requests.append(seen)
        try:
            return await self._play(request, seen, fault)
        except ApiError as rejected:
            seen.status, seen.error = rejected.status, str(rejected)
            raise

    async def _play(
        self, request: Request, seen: RecordedRequest, fault: ClaudeFault | None
    ) -> Response:
        seen.body = await self._body(request)
        self._check(seen.body, MessageParams)
        script = choose(self._scripts, seen.body)
        line = line_of(script, seen.body)
        seen.script = script.about
        if isinstance(fault, FailedRequest):
            seen.status, seen.error = fault.status, fault.kind
            return _failed(fault)
        seen.turn, seen.usage = turn_of(seen.body), self._cache.serve(seen.body)
        said = compose_reply(line, seen.body, seen.usage, self._cache, fault)
        seen.out = said.out
        if fault == EarlyStop("pause_turn"):
            last = {"role": "assistant", "content": said.blocks}
            self._paused.add(_name({**seen.body, "messages": [*_messages(seen.body), last]}))
        if seen.body.get("stream"):
            return _Stream(
                self._timed(said, line, seen), fault if isinstance(fault, BrokenStream) else None
            )
        seen.whole = True
        return JSONResponse(said.whole, headers=_headers())

    async def _timed(
        self, said: ClaudeReply, line: ScriptTurn, seen: RecordedRequest
    ) -> AsyncIterator[StreamEvent]:
        events = list(said.events)
        for event in events:
            yield event
            seen.whole = event["type"] == "message_stop"
            if line.pace_s and self._pace:
                await asyncio.sleep(line.pace_s * self._pace / len(events))

    async def _count(self, request: Request) -> Response:
        body = await self._body(request)
        self._check(body, CountTokensParams)
        self.token_counts += 1
        return JSONResponse({"input_tokens": self._cache.count(body)}, headers=_headers())

    def _check(self, body: Json, shape: type[CountTokensParams]) -> None:
        prompt = shaped(body, shape)
        check(body, prompt, resumed=_name(body) in self._paused)

    async def _models(self, request: Request) -> Response:
        self._known(request)
        data = [_described(name, offer) for name, offer in MODELS.items()]
        page = {
            "data": data,
            "has_more": False,
            "first_id": data[0]["id"],
            "last_id": data[-1]["id"],
        }
        return JSONResponse(page, headers=_headers())

    async def _model(self, request: Request) -> Response:
        self._known(request)
        name = request.path_params["id"]
        if name not in MODELS:
            raise ApiError(f"model: {name}", 404, "not_found_error")
        return JSONResponse(_described(name, MODELS[name]), headers=_headers())

    async def _body(self, request: Request) -> Json:
        self._known(request)
        raw = await request.body()
        if len(raw) > LIMIT_BYTES:
            raise ApiError("Request exceeds the maximum size", 413, "request_too_large")
        try:
            body = json.loads(raw)
        except ValueError:
            raise ApiError("The request body is not valid JSON") from None
        if not isinstance(body, dict):
            raise ApiError("The request body is no object")
        return body

    def _known(self, request: Request) -> None:
        if request.headers.get("anthropic-version") not in VERSIONS:
            raise ApiError(f"anthropic-version: one of {VERSIONS} is required")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key or (self._key and key != self._key):
            raise ApiError("invalid bearer token", 401, "authentication_error")


@contextmanager
def serve_claude(double: ClaudeDouble) -> Iterator[str]:
    """Serve the double on a free port of this machine; gives its base URL."""
    listener = loopback()
    config = uvicorn.Config(
        double.app, log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class _Stream(Response):
    """Server-sent events, whole or broken off."""

    def __init__(self, events: AsyncIterator[StreamEvent], breaks: BrokenStream | None) -> None:
        super().__init__(headers=_headers(), media_type="text/event-stream")
        del self.headers["content-length"]
        self._events = events
        self._breaks = breaks if breaks and breaks.how not in ("garbage", "half") else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        number = 0
        async for event in self._events:
            if self._breaks and number == self._breaks.after:
                await self._broken(self._breaks, receive, send)
                return
            await send(
                {"type": "http.response.body", "body": encode_event(event), "more_body": True}
            )
            number += 1
        await send({"type": "http.response.body", "body": b""})

    async def _broken(self, breaks: BrokenStream, receive: Receive, send: Send) -> None:
        match breaks.how:
            case "drop":  # a server that ends without ending the body has its connection closed
                return
            case "stall":
                while (await receive())["type"] != "http.disconnect":
                    pass
            case "error":
                error: StreamEvent = {
                    "type": "error",
                    "error": {"type": breaks.kind, "message": "Overloaded"},
                }
                await send({"type": "http.response.body", "body": encode_event(error)})
            case _:
                await send({"type": "http.response.body", "body": b""})


async def _rejected(_: Request, rejected: Exception) -> Response:
    status, kind = (
        (rejected.status, rejected.kind) if isinstance(rejected, ApiError) else (500, "api_error")
    )
    return _error(status, {"type": kind, "message": str(rejected)}, {})


def _failed(fault: FailedRequest) -> Response:
    error: dict[str, object] = {"type": fault.kind, "message": fault.message}
    if fault.code:
        error["details"] = {"error_code": fault.code}
    return _error(
        fault.status, error, {"retry-after": fault.retry_after} if fault.retry_after else {}
    )


def _error(status: int, error: Json, more: Mapping[str, str]) -> Response:
    headers = _headers() | dict(more)
    return JSONResponse(
        {"type": "error", "error": error, "request_id": headers["request-id"]}, status, headers
    )


def _headers() -> dict[str, str]:
    return {"request-id": f"req_{time.time_ns():x}"}


def _name(body: Json) -> str:
    return digests(pieces(body))[-1]


def _messages(body: Json) -> Sequence[object]:
    said = body["messages"]
    return said if isinstance(said, list) else []


def _described(name: str, offer: ModelLimits) -> dict[str, object]:
    return {
        "id": name, "type": "model", "display_name": name, "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": offer.lifecycle, "max_input_tokens": 1_000_000, "max_tokens": offer.longest,
    }  # fmt: skip
