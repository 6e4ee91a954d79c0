"""Serve a double of Claude's Messages API: it plays scripts, rejects and breaks as the API does.

It stands in for the API where there is no key, in the demo and in the tests. It was built from the
API's documentation and the SDK, not from the API itself: its tokens are bytes divided by four, and
its texts are a script.
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

from bot.forge.claude_blocks import JsonObject, hash_prefixes, list_blocks, list_prompt_blocks
from bot.forge.claude_cache import CacheUsage, PromptCache
from bot.forge.claude_params import CountTokensParams, MessageParams
from bot.forge.claude_responses import (
    StreamResponse,
    make_headers,
    render_error,
    render_failure,
    render_model,
)
from bot.forge.claude_rules import MODELS, ApiError, check_request, parse_params
from bot.forge.claude_script import Script, ScriptTurn, choose_script, count_turns, find_turn
from bot.forge.claude_stream import (
    BrokenStream,
    ClaudeFault,
    ClaudeReply,
    EarlyStop,
    FailedRequest,
    StreamEvent,
    compose_reply,
)
from bot.forge.loopback import bind_loopback

VERSIONS = ("2026-10-21", "2023-06-01")
LIMIT_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class RecordedRequest:
    """A request for a message, and its answer. `turn` is None when no turn was played."""

    body: JsonObject = field(default_factory=dict)
    script: str = ""
    turn: int | None = None
    usage: CacheUsage = field(default_factory=CacheUsage)
    output_tokens: int = 0
    status: int = 200
    error: str = ""
    is_complete: bool = False  # the answer was sent to its end


class ClaudeDouble:
    """The API, as it answers to those scripts.

    `faults` go by the number of the request, counted from 0. `pace` scales the scripts' own times;
    0 makes them instant.
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
        self._keys = {key} - {""}
        self._pace = pace
        self._cache = PromptCache(bytes_per_token)
        self._paused: set[str] = set()
        self.app = Starlette(
            routes=[
                Route("/v1/messages", self._create_message, methods=["POST"]),
                Route("/v1/messages/count_tokens", self._count_tokens, methods=["POST"]),
                Route("/v1/models", self._list_models),
                Route("/v1/models/{id}", self._get_model),
            ],
            exception_handlers={ApiError: render_error},
        )

    def set_keys(self, *keys: str) -> None:
        """Take these keys from now on, and no others."""
        self._keys = set(keys)

    @property
    def paid_turns(self) -> Counter[int]:
        """The number of times that each turn was paid for: an answer to it began."""
        turns = [request.turn for request in list(self.requests)]
        return Counter(turn for turn in turns if turn is not None)

    @property
    def cache_share(self) -> float:
        """The share of all prompt tokens that the cache served."""
        usages = [request.usage for request in list(self.requests)]
        prompt_tokens = sum(usage.prompt for usage in usages)
        return sum(usage.read for usage in usages) / max(1, prompt_tokens)

    async def _create_message(self, request: Request) -> Response:
        record = RecordedRequest()
        fault = self._faults.get(len(self.requests))
        self.requests.append(record)
        try:
            record.body = await self._read_body(request)
            self._check(record.body, MessageParams)
            return self._play(record, fault)
        except ApiError as error:
            record.status, record.error = error.status, str(error)
            raise

    def _play(self, record: RecordedRequest, fault: ClaudeFault | None) -> Response:
        body = record.body
        script = choose_script(self._scripts, body)
        turn = find_turn(script, body)
        record.script = script.about
        if isinstance(fault, FailedRequest):
            record.status, record.error = fault.status, fault.kind
            return render_failure(fault)
        record.turn, record.usage = count_turns(body), self._cache.bill(body)
        reply = compose_reply(turn, body, record.usage, self._cache, fault)
        record.output_tokens = reply.output_tokens
        if fault == EarlyStop("pause_turn"):
            self._remember_pause(body, reply)
        if body.get("stream"):
            broken = fault if isinstance(fault, BrokenStream) else None
            return StreamResponse(self._pace_events(reply, turn, record), broken)
        record.is_complete = True
        return JSONResponse(reply.whole, headers=make_headers())

    async def _pace_events(
        self, reply: ClaudeReply, turn: ScriptTurn, record: RecordedRequest
    ) -> AsyncIterator[StreamEvent]:
        events = list(reply.events)
        for event in events:
            yield event
            record.is_complete = event["type"] == "message_stop"
            if turn.pace_s and self._pace:
                await asyncio.sleep(turn.pace_s * self._pace / len(events))

    def _remember_pause(self, body: JsonObject, reply: ClaudeReply) -> None:
        """Allow the conversation to be continued from the model's own message."""
        messages = [*list_blocks(body["messages"]), {"role": "assistant", "content": reply.blocks}]
        self._paused.add(_hash_prompt({**body, "messages": messages}))

    async def _count_tokens(self, request: Request) -> Response:
        body = await self._read_body(request)
        self._check(body, CountTokensParams)
        self.token_counts += 1
        count = {"input_tokens": self._cache.count_prompt(body)}
        return JSONResponse(count, headers=make_headers())

    def _check(self, body: JsonObject, params: type[CountTokensParams]) -> None:
        request = parse_params(body, params)
        check_request(body, request, resumed=_hash_prompt(body) in self._paused)

    async def _list_models(self, request: Request) -> Response:
        self._authenticate(request)
        models = [render_model(name, limits) for name, limits in MODELS.items()]
        page = {
            "data": models,
            "has_more": False,
            "first_id": models[0]["id"],
            "last_id": models[-1]["id"],
        }
        return JSONResponse(page, headers=make_headers())

    async def _get_model(self, request: Request) -> Response:
        self._authenticate(request)
        name = request.path_params["id"]
        if name not in MODELS:
            raise ApiError(f"model: {name}", 404, "not_found_error")
        return JSONResponse(render_model(name, MODELS[name]), headers=make_headers())

    async def _read_body(self, request: Request) -> JsonObject:
        self._authenticate(request)
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

    def _authenticate(self, request: Request) -> None:
        if request.headers.get("anthropic-version") not in VERSIONS:
            raise ApiError(f"anthropic-version: one of {VERSIONS} is required")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key or (self._keys and key not in self._keys):
            raise ApiError("invalid bearer token", 401, "authentication_error")


@contextmanager
def serve_claude(double: ClaudeDouble) -> Iterator[str]:
    """Serve the double on a free port of this machine; yield its base URL."""
    listener = bind_loopback()
    config = uvicorn.Config(
        double.app,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=1,
        # A client that is about to ask again must not find its connection just closed.
        timeout_keep_alive=600,
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


def _hash_prompt(body: JsonObject) -> str:
    return hash_prefixes(list_prompt_blocks(body))[-1]
