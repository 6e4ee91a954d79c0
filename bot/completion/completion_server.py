"""Answer editors on this machine: `POST /complete` with what may be typed next, as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bot.completion.completion_request import (
    CompletionRequest,
    read_completion_request,
    refuse_foreign_page,
)
from bot.completion.latest_request import LatestRequests
from bot.completion.suggest import ON_REQUEST, Suggester
from bot.completion.suggestion import SuggestedText

NAMES = ("127.0.0.1", "localhost")  # by which it may be called, or any site could have its name
GUARDS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def create_completion(suggester: Suggester[Any]) -> FastAPI:
    """Make the web app that suggests; the page is added to it.

    It reads what its user writes and asks nobody's name: serve it on 127.0.0.1. No page but its
    own may ask it.
    """
    app = FastAPI(title="Greenlit completion", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=NAMES, www_redirect=False)
    app.middleware("http")(_add_guards)
    endpoint = _Endpoint(suggester, LatestRequests())
    app.add_api_route("/complete", endpoint.complete, methods=["POST"], response_model=None)
    app.add_api_route("/health", endpoint.report_health, response_model=None)
    return app


async def _add_guards(
    request: Request, respond: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Add the headers that keep an answer to its asker; what the page has set itself stays."""
    response = await respond(request)
    for name, value in GUARDS.items():
        response.headers.setdefault(name, value)
    return response


@dataclass(frozen=True, slots=True)
class _Endpoint:
    suggester: Suggester[Any]
    latest: LatestRequests

    async def complete(self, request: Request) -> dict[str, object]:
        """Answer one request. A newer one of the same client ends it, with nothing suggested."""
        refuse_foreign_page(request)
        asked = await read_completion_request(request)
        answer = await self.latest.run(asked.client, partial(self._suggest, asked))
        return {
            "suggestions": [_describe(suggestion) for suggestion in answer.result],
            "model": self.suggester.model.name,
            "milliseconds": round(answer.took_s * 1000, 1),
            "cancelled": answer.is_cancelled,
            "version": asked.version,
        }

    def _suggest(
        self, asked: CompletionRequest, is_cancelled: Callable[[], bool]
    ) -> tuple[SuggestedText, ...]:
        limits = ON_REQUEST if asked.explicit else None
        return self.suggester.suggest(asked.place, asked.client, is_cancelled, limits)

    def report_health(self) -> dict[str, str]:
        """Say that it works, and with which model."""
        return {"status": "ok", "model": self.suggester.model.name}


def _describe(suggestion: SuggestedText) -> dict[str, object]:
    return {"text": suggestion.text, "probability": round(suggestion.probability, 4)}
