"""Serve the page: the runs and their steps, as HTML and as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from importlib.resources import files

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bot.run import Journal, RunView
from bot.values import PullEnd, RunKey
from bot.web.page.html import PageRenderer

NEWEST = 100
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
GUARDS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}


def create_page(
    journal: Journal,
    stories: Sequence[str],
    github_url: str = "https://github.com",
    hosts: Sequence[str] = LOOPBACK,
    *,
    hide: Callable[[str], str] = str,
) -> FastAPI:
    """Make the web app that shows the runs of these stories.

    It shows what private repositories hold and asks nobody's name: serve it on loopback. `hosts`
    are the names by which it may be called, so that a stranger's page whose name was pointed at
    loopback is refused. `hide` masks the secrets of this process in what it shows.
    """
    app = FastAPI(title="Greenlit runs", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.middleware("http")(_add_guards)
    pages = _Pages(journal, stories, PageRenderer(github_url), hide)
    for path in ("/", "/runs", "/runs.json"):
        app.add_api_route(path, pages.show_runs, response_model=None)
    app.add_api_route("/style.css", send_style, response_model=None)
    app.add_api_route("/runs/{key:path}", pages.show_run, response_model=None)
    return app


async def _add_guards(
    request: Request, respond: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await respond(request)
    response.headers.update(GUARDS)
    return response


def send_style(_request: Request) -> Response:
    """Send the style of all pages."""
    style = files("bot.web.page").joinpath("style.css").read_text(encoding="utf-8")
    return Response(style, media_type="text/css")


class _Pages:
    def __init__(
        self,
        journal: Journal,
        stories: Sequence[str],
        renderer: PageRenderer,
        hide: Callable[[str], str],
    ) -> None:
        self._journal = journal
        self._stories = stories
        self._renderer = renderer
        self._hide = hide

    def show_runs(self, request: Request) -> Response:
        """Send the newest runs, newest first."""
        runs = self._fetch_runs()
        if _wants_json(request):
            return self._send_json([asdict(run) for run in runs])
        return self._send_html(self._renderer.render_runs(runs, NEWEST, time.time()))

    def show_run(self, request: Request) -> Response:
        """Send one run with its steps; 404 where there is none with this key."""
        # No parameter of its own: FastAPI would import the whole of pydantic.v1 to tell its kind.
        key = str(request.path_params["key"])
        run = self._journal.run(RunKey(key.removesuffix(".json")))
        if run is None and _wants_json(request):
            raise HTTPException(404, "There is no such run.")
        if run is None:
            return self._send_html(self._renderer.render_missing(), 404)
        steps = self._journal.steps(run.key)
        if _wants_json(request):
            return self._send_json({**asdict(run), "steps": [asdict(step) for step in steps]})
        end = self._find_end(run)
        return self._send_html(self._renderer.render_run(run, steps, time.time(), end))

    def _find_end(self, run: RunView) -> PullEnd | None:
        """Find how the pull request ended that a run left."""
        if run.outcome is None or run.outcome.pull is None:
            return None
        return self._journal.pull_end(run.key.partition("#")[0], run.outcome.pull)

    def _fetch_runs(self) -> list[RunView]:
        runs = [run for story in self._stories for run in self._journal.runs(NEWEST, story)]
        runs.sort(key=lambda run: run.began, reverse=True)
        return runs[:NEWEST]

    def _send_json(self, content: object) -> Response:
        # In ASCII: half a surrogate pair in a model's text is no error here.
        text = json.dumps(_hide_in(content, self._hide), indent=1)
        return Response(text, media_type="application/json")

    def _send_html(self, html: str, status: int = 200) -> Response:
        # What UTF-8 cannot hold, such as half a surrogate pair, is replaced.
        content = self._hide(html).encode(errors="replace")
        return Response(content, status, media_type="text/html; charset=utf-8")


def _hide_in(value: object, hide: Callable[[str], str]) -> object:
    """Hide secrets in each text of JSON data."""
    match value:
        case str():
            return hide(value)
        case dict():
            return {name: _hide_in(part, hide) for name, part in value.items()}
        case list() | tuple():
            return [_hide_in(part, hide) for part in value]
    return value


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return request.url.path.endswith(".json") or "application/json" in accepted
