"""Serve the page that completes code, from the package's own files."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from importlib.resources import files

from fastapi import FastAPI, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

PAGE = "bot.completion.page"
SCRIPTS = ("asker.js", "codemirror.js", "keys.js", "page.js", "sample.js", "suggestions.js")
KINDS = {"js": "text/javascript", "css": "text/css"}


@dataclass(frozen=True, slots=True)
class ShownModel:
    """The model that answers the page: its name, how many characters of a file it reads, and the
    bits per character that it needs on held-out files, None where nobody measured it.
    """

    name: str
    reach: int
    held_out_bits: float | None = None


def add_page(app: FastAPI, model: ShownModel) -> None:
    """Serve the page at `/` and its files beside it. The app guards all that it sends."""

    def send_page() -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = {"content-security-policy": _write_policy(nonce)}
        return Response(_render_page(nonce, model), headers=policy, media_type="text/html")

    app.add_api_route("/", send_page, response_model=None)
    for name in (*SCRIPTS, "page.css"):
        app.add_api_route(f"/{name}", _FileSender(name).send, response_model=None)


class _FileSender:
    """Sends one file of the page."""

    def __init__(self, name: str) -> None:
        self._name = name

    def send(self) -> Response:
        """Send the file, as it is on the disk."""
        content = files(PAGE).joinpath(self._name).read_bytes()
        kind = KINDS[self._name.rpartition(".")[2]]
        return Response(content, media_type=kind)


def _write_policy(nonce: str) -> str:
    """Write what the page may load: itself. The editor writes a style of its own, by the nonce."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _render_page(nonce: str, model: ShownModel) -> str:
    templates = Environment(
        loader=PackageLoader("bot.completion", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = templates.get_template("index.html")
    return template.render(nonce=nonce, model=model)
