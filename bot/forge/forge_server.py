"""Serve the forge: API, GraphQL, git and logs behind one port, logs also by another host's name."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.forge.fault_injection import FaultMiddleware
from bot.forge.forge import Forge
from bot.forge.forge_state import ForgeState
from bot.forge.git_http import build_git_app
from bot.forge.graphql import GraphQLApi
from bot.forge.loopback import bind_loopback
from bot.forge.rest_api import RestApi, RestRequest, RestResponse, RestRoute, parse_query
from bot.forge.rest_apps import AppRoutes
from bot.forge.rest_artifacts import ArtifactRoutes
from bot.forge.rest_ci import CheckRoutes
from bot.forge.rest_code import CodeRoutes
from bot.forge.rest_git_data import GitDataRoutes
from bot.forge.rest_issues import IssueRoutes
from bot.forge.rest_merges import MergeRoutes
from bot.forge.rest_pulls import PullRoutes
from bot.forge.rest_review_comments import ReviewCommentRoutes
from bot.forge.rest_reviews import ReviewRoutes
from bot.forge.result_store import ResultStore
from bot.forge.web_pages import WebPages

API, GRAPHQL, LOGS = "/api/v3", "/api/graphql", "/logs/"
CLOSING_S = 10.0

Wrap = Callable[[ASGIApp], ASGIApp]


@contextmanager
def serve_forge(forge: Forge, wrap: Wrap = lambda app: app) -> Iterator[str]:
    """Serve the forge on a free port of 127.0.0.1 during the block; yield its address."""
    app = wrap(build_forge_app(forge))
    app = _RequestLog(FaultMiddleware(app, forge.faults), forge.state)
    with bind_loopback() as main, bind_loopback() as log_host:
        forge.state.web = f"http://127.0.0.1:{main.getsockname()[1]}"
        # Another name and port: what a client sends to the API's host must not follow a redirect
        # there.
        forge.state.logs = f"http://localhost:{log_host.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=_CuttableProtocol,
            log_level="error",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve([main, log_host])), name="forge"
        )
        thread.start()
        try:
            yield forge.state.web
        finally:
            forge.wait_until_idle(CLOSING_S)
            server.should_exit = True
            thread.join()


def build_forge_app(forge: Forge) -> ASGIApp:
    """Build the ASGI app, laid out as GitHub Enterprise Server.

    The paths are /api/v3, /api/graphql, /owner/name.git and those of the pages for people.
    """
    state, store = forge.state, ResultStore(forge.state)
    api = RestApi(state, forge.apps, _list_routes(forge, store))
    pages = WebPages(state)
    git = build_git_app(state.store.root, forge.apps.authorize_git, forge.pushes.follow)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(LOGS):
            request = Request(scope)
            answer = store.answer(path, dict(request.query_params), dict(request.headers))
            await _to_response(answer)(scope, receive, send)
        elif path.startswith(f"{API}/") or path == GRAPHQL:
            rest_request = await _read_request(state, Request(scope, receive))
            answer = await run_in_threadpool(api.answer, rest_request)
            await _to_response(answer)(scope, receive, send)
        elif page := await run_in_threadpool(pages.answer, Request(scope)):
            await page(scope, receive, send)
        else:
            await git(scope, receive, send)

    return app


def _list_routes(forge: Forge, store: ResultStore) -> tuple[RestRoute, ...]:
    return (
        *AppRoutes(forge.apps, forge.webhooks, forge.redeliveries).table(),
        *IssueRoutes(forge.issues).table(),
        *PullRoutes(forge.pulls).table(),
        *MergeRoutes(forge.merges).table(),
        *ReviewRoutes(forge.reviews).table(),
        *ReviewCommentRoutes(forge.reviews, forge.issues).table(),
        *CheckRoutes(forge.ci, store).table(),
        *ArtifactRoutes(store).table(),
        *CodeRoutes(forge.pushes).table(),
        *GitDataRoutes(forge.commits).table(),
        *GraphQLApi(forge.pulls, forge.reviews, forge.commits).table(),
    )


async def _read_request(state: ForgeState, request: Request) -> RestRequest:
    path = request.scope["path"]
    return RestRequest(
        state=state,
        method=request.method,
        path="/graphql" if path == GRAPHQL else path.removeprefix(API),
        headers=dict(request.headers),
        query=parse_query(request.scope["query_string"]),
        body=await request.body(),
    )


def _to_response(answer: RestResponse) -> Response:
    if answer.data is None or isinstance(answer.data, bytes):
        return Response(answer.data, answer.status, answer.headers)
    headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
    return Response(json.dumps(answer.data), answer.status, headers)


class _RequestLog:
    """Records method, path and status of each request before its answer is heard."""

    def __init__(self, app: ASGIApp, state: ForgeState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_answered = False

        def record(status: int) -> None:
            with self._state.lock:
                self._state.requests.append((scope["method"], scope["path"], status))

        async def record_and_send(message: Message) -> None:
            nonlocal is_answered
            if message["type"] == "http.response.start":
                is_answered = True
                record(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, record_and_send)
        finally:
            if not is_answered:
                record(0)


class _CuttableProtocol(HttpToolsProtocol):
    """Puts the connection into the scope, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the connection, as uvicorn's own class does."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
