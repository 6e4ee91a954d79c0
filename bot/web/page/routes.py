"""Here lives the page: the runs and their steps, read-only, from the record that the engine
replays.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Response
from fastapi import Request as HttpRequest
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bot.run import Journal, RunView, StepView
from bot.values import Request, RunKey, Usage
from bot.web.page.html import STYLE, Markup, document, joined, tag
from bot.web.page.run_views import known, lines, said, spent

NEWEST = 100
RAW_CHARS = 20_000
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
GUARDS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}


def page(journal: Journal, hosts: Sequence[str] = LOOPBACK) -> FastAPI:
    """The web app of the page. It shows what private repositories hold and asks nobody's name:
    serve it on loopback.

    `hosts` are the names by which it may be called: a stranger's page whose name was pointed at
    loopback is refused.
    """
    app = FastAPI(title="Greenlit runs", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.middleware("http")(_guarded)
    record = _Pages(journal)
    for path in ("/", "/runs", "/runs.json"):
        app.add_api_route(path, record.runs, response_model=None)
    app.add_api_route("/style.css", _style, response_model=None)
    app.add_api_route("/runs/{key:path}", record.run, response_model=None)
    return app


async def _guarded(
    request: HttpRequest, answer: Callable[[HttpRequest], Awaitable[Response]]
) -> Response:
    response = await answer(request)
    response.headers.update(GUARDS)
    return response


def _style() -> Response:
    return Response(STYLE, media_type="text/css")


class _Pages:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def runs(self, request: HttpRequest, story: str = "") -> Response:
        """The newest runs, newest first; of one story when it is named."""
        runs = self.journal.runs(NEWEST, story)
        if _wants_json(request):
            return _json([asdict(run) for run in runs])
        return _html("Greenlit runs", _stories(runs, story), tag("ol", map(_listed, runs)))

    def run(self, request: HttpRequest, key: str) -> Response:
        """One run as its steps."""
        run = self.journal.run(RunKey(key.removesuffix(".json")))
        if run is None:
            raise HTTPException(404, "there is no such run")
        steps = self.journal.steps(run.key)
        if _wants_json(request):
            return _json({**asdict(run), "steps": [asdict(step) for step in steps]})
        back = tag("nav", tag("a", "all runs", href="/"))
        return _html(run.key, back, _head(run, steps), tag("ol", map(_step, steps)))


def _wants_json(request: HttpRequest) -> bool:
    return request.url.path.endswith(".json") or "application/json" in request.headers.get(
        "accept", ""
    )


def _json(data: object) -> Response:
    # In ASCII: half a surrogate pair in a model's text is no error here.
    return Response(json.dumps(data, indent=1), media_type="application/json")


def _html(title: str, *inside: Markup) -> Response:
    return Response(
        document(title, tag("h1", title), *inside), media_type="text/html; charset=utf-8"
    )


def _stories(runs: Sequence[RunView], chosen: str) -> Markup:
    names = sorted({run.story for run in runs} | ({chosen} if chosen else set()))
    links = [tag("a", name, href=f"/?story={_quoted(name)}") for name in names]
    return tag("nav", tag("a", "all", href="/"), " ", links)


def _listed(run: RunView) -> Markup:
    title, asker = _asked(run)
    return tag(
        "li",
        tag(
            "div",
            _state(run),
            tag("a", run.key, href=f"/runs/{_quoted(run.key)}"),
            tag("span", title),
            tag("span", f"{run.story} for {asker}" if asker else run.story, class_="dim"),
            tag(
                "span", _took(run.changed - run.began), " · ", _moment(run.began), class_="end dim"
            ),
            class_="row",
        ),
    )


def _head(run: RunView, steps: Sequence[StepView]) -> Markup:
    title, asker = _asked(run)
    cost = sum((spent(step.result) for step in steps), Usage())
    facts = (
        _state(run),
        tag("span", title),
        tag("span", f"{run.story} for {asker}" if asker else run.story, class_="dim"),
        tag("span", f"${cost.usd:.2f} for {cost.output_tokens} tokens out", class_="dim")
        if cost.usd
        else "",
        tag("span", _took(run.changed - run.began), " · ", _moment(run.began), class_="end dim"),
    )
    ended = tag("p", run.outcome.text) if run.outcome else ""
    wrong = tag("pre", run.error, class_="error") if run.error else ""
    return tag("section", tag("div", facts, class_="row"), ended, wrong)


def _step(step: StepView) -> Markup:
    """What it was, for people; all that is recorded of it for those who open it."""
    took = _took(step.ended - step.began) if step.ended else "under way"
    row = (
        tag("span", str(step.number), class_="dim"),
        tag("span", step.name, class_="name"),
        tag("span", took, " · ", _moment(step.began), class_="end dim"),
    )
    wrong = tag("pre", step.error, class_="error") if step.error else ""
    told = said(step)
    if not told and not wrong:
        return tag(
            "li",
            tag("details", tag("summary", row, class_="row"), _recorded(step)),
            class_="quiet",
            id=_id(step),
        )
    shown = tag("ul", (tag("li", line) for line in told), class_="said") if told else ""
    more = tag("details", tag("summary", "all of it"), _recorded(step)) if step.result else ""
    return tag("li", tag("div", row, class_="row"), shown, wrong, more, id=_id(step))


def _id(step: StepView) -> str:
    return f"step-{step.number}"


def _recorded(step: StepView) -> Markup:
    raw = json.dumps(step.result, indent=1, ensure_ascii=False)[:RAW_CHARS]
    return joined(
        tag("ul", (tag("li", line) for line in lines(step.result)), class_="said"), tag("pre", raw)
    )


def _asked(run: RunView) -> tuple[str, str]:
    """The title of what was asked, and who asked."""
    value = known(run.value)
    return (value.title, value.asker) if isinstance(value, Request) else ("", "")


def _state(run: RunView) -> Markup:
    return tag("span", run.state, class_=f"state {run.state.replace(' ', '-')}")


def _moment(epoch_s: float) -> Markup:
    if not epoch_s:
        return tag("time", "not yet")
    return tag("time", datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))


def _quoted(text: str) -> str:
    return quote(text, errors="replace")


def _took(seconds: float) -> str:
    if seconds < 60:
        return f"{max(seconds, 0):.2f} s"
    return (
        time.strftime("%H:%M:%S", time.gmtime(seconds))
        if seconds < 86400
        else f"{seconds / 86400:.1f} days"
    )
