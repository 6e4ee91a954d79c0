"""Answer people and monitors at the door: what this is, where the runs are, whether it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from bot.web.page.html import PageRenderer
from bot.web.page.routes import GUARDS, send_style
from bot.web.probe_pages import ProbePages

ABOUT = "Greenlit is a GitHub App that turns an issue into a pull request that is already green."
WEBHOOK = "GitHub sends its webhooks to this address. There is nothing to see here for people."
NOTHING = "There is nothing at this address."
PEOPLE = "On GitHub: comment /help on an issue, and the bot says what it understands."
OPERATORS = (
    "For its operator: README.md and deploy/RUNBOOK.md, which came with it; `greenlit doctor` says "
    "what is missing."
)
MONITORS = "For monitors: /health (it is alive) and /ready (database, disk, GitHub and Claude)."


@dataclass(frozen=True, slots=True)
class DoorPages:
    """What the door, or a process without one, says to whoever is not GitHub."""

    runs_url: str = ""
    probes: ProbePages = field(default_factory=ProbePages)
    takes_webhooks: bool = True

    def add_to(self, app: FastAPI) -> None:
        """Add their addresses; each answers HEAD as well as GET."""
        app.add_route("/", self._show_about, ["GET"])
        if self.takes_webhooks:
            app.add_route("/github", self._explain_webhook, ["GET"])
        self.probes.add_to(app)
        app.add_route("/style.css", send_style, ["GET"])
        app.add_exception_handler(404, self._explain_nothing)

    def _show_about(self, request: Request) -> Response:
        return _send(request, 200, "A GitHub App", [ABOUT, *self._list_places()])

    def _explain_webhook(self, request: Request) -> Response:
        response = _send(request, 405, "For webhooks", [WEBHOOK, ABOUT, *self._list_places()])
        response.headers["allow"] = "POST"
        return response

    def _explain_nothing(self, request: Request, _error: Exception) -> Response:
        return _send(request, 404, "Not found", [NOTHING])

    def _list_places(self) -> list[str]:
        runs = f"Its runs: {self.runs_url}, which only the machine that it runs on can open."
        return [*([runs] if self.runs_url else []), PEOPLE, OPERATORS, MONITORS]


def _send(request: Request, status: int, title: str, lines: Sequence[str]) -> Response:
    """Send a page to a browser, and plain text to other programs."""
    if "text/html" in request.headers.get("accept", ""):
        page = PageRenderer("").render_notice(title, lines)
        return HTMLResponse(page, status, headers=GUARDS)
    return PlainTextResponse("\n".join([*lines, ""]), status)
