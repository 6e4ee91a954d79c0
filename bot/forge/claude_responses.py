"""Make the double's HTTP responses: streams, whole or broken, errors and models."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.forge.claude_blocks import JsonObject
from bot.forge.claude_rules import ApiError, ModelLimits
from bot.forge.claude_stream import BrokenStream, FailedRequest, StreamEvent, encode_event


class StreamResponse(Response):
    """Server-sent events, whole or broken off."""

    def __init__(self, events: AsyncIterator[StreamEvent], broken: BrokenStream | None) -> None:
        super().__init__(headers=make_headers(), media_type="text/event-stream")
        del self.headers["content-length"]
        self._events = events
        self._broken = broken if broken and not broken.has_bad_inputs else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send the events, up to the one where the stream breaks."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        number = 0
        async for event in self._events:
            if self._broken and number == self._broken.after:
                await _break_off(self._broken, receive, send)
                return
            body = encode_event(event)
            await send({"type": "http.response.body", "body": body, "more_body": True})
            number += 1
        await send({"type": "http.response.body", "body": b""})


async def _break_off(broken: BrokenStream, receive: Receive, send: Send) -> None:
    match broken.how:
        case "drop":  # a server that ends without ending the body has its connection closed
            return
        case "stall":
            while (await receive())["type"] != "http.disconnect":
                pass
        case "error":
            error = {"type": broken.kind, "message": "Overloaded"}
            body = encode_event({"type": "error", "error": error})
            await send({"type": "http.response.body", "body": body})
        case _:
            await send({"type": "http.response.body", "body": b""})


async def render_error(_: Request, error: Exception) -> Response:
    """Answer with the error that a request raised."""
    status, kind = 500, "api_error"
    if isinstance(error, ApiError):
        status, kind = error.status, error.kind
    return _make_error(status, {"type": kind, "message": str(error)}, {})


def render_failure(fault: FailedRequest) -> Response:
    """Answer with the error that the test ordered."""
    error: dict[str, object] = {"type": fault.kind, "message": fault.message}
    if fault.code:
        error["details"] = {"error_code": fault.code}
    headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
    return _make_error(fault.status, error, headers)


def _make_error(status: int, error: JsonObject, more_headers: Mapping[str, str]) -> Response:
    headers = {**make_headers(), **more_headers}
    body = {"type": "error", "error": error, "request_id": headers["request-id"]}
    return JSONResponse(body, status, headers)


def make_headers() -> dict[str, str]:
    """Make the headers of every answer."""
    return {"request-id": f"req_{time.time_ns():x}"}


def render_model(name: str, limits: ModelLimits) -> dict[str, object]:
    """Render a model as the Models API does."""
    return {
        "id": name,
        "type": "model",
        "display_name": name,
        "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": limits.lifecycle,
        "max_input_tokens": 1_000_000,
        "max_tokens": limits.max_tokens,
    }
