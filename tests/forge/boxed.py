"""Here lives a forge that is served, with an App installed on one of two repositories, and a place
for its webhooks.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import jwt

from bot.forge import AppKeys, Forge, serve_forge

REPO, OTHER = "acme/demo", "acme/other"
EVERYTHING = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "statuses": "read",
    "workflows": "write",
}
EVENTS = (
    "issues",
    "issue_comment",
    "pull_request",
    "push",
    "check_suite",
    "check_run",
    "workflow_run",
    "workflow_job",
    "status",
)
CI = """
name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Look
        run: |
          if test -f broken; then echo "::error file=broken,line=1::It is broken"; exit 1; fi
  after:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: echo after
"""


@dataclass
class Heard:
    """One webhook, as it arrived."""

    event: str
    payload: dict[str, Any]
    headers: Mapping[str, str]
    signed: bool

    @property
    def name(self) -> str:
        action = self.payload.get("action")
        return f"{self.event}.{action}" if action else self.event


@dataclass
class Boxed:
    """What a test has in its hands."""

    forge: Forge
    base: str
    keys: AppKeys
    installation: int
    heard: list[Heard]
    answers: list[int]
    client: httpx2.Client
    ours: str = field(default="", repr=False)

    def jwt(self, **claims: object) -> str:
        now = int(time.time())
        return jwt.encode(
            {"iat": now - 60, "exp": now + 300, "iss": str(self.keys.id), **claims},
            self.keys.private_key,
            "RS256",
        )

    def ask(
        self, method: str, path: str, body: object = None, auth: str | None = None, **headers: str
    ) -> httpx2.Response:
        """A request to the API; as the App's installation, unless told otherwise."""
        shown = {} if auth == "" else {"Authorization": f"Bearer {auth or self.ours}"}
        url = f"{self.base}/api{path}" if path == "/graphql" else f"{self.base}/api/v3{path}"
        return self.client.request(method, url, json=body, headers={**shown, **headers})

    def token(self, repositories: list[str] | None = None, **permissions: str) -> str:
        body = {"repositories": repositories or ["demo"], "permissions": permissions or EVERYTHING}
        answer = self.ask(
            "POST", f"/app/installations/{self.installation}/access_tokens", body, self.jwt()
        )
        return answer.raise_for_status().json()["token"]

    def graph(self, query: str, **variables: object) -> dict[str, Any]:
        return self.ask("POST", "/graphql", {"query": query, "variables": variables}).json()

    def names(self) -> list[str]:
        """What was heard since the last time, once all is quiet."""
        assert self.forge.wait_until_idle(20)
        names = [one.name for one in self.heard]
        self.heard.clear()
        return names


@contextmanager
def boxed(home: Path, wrap: Any = lambda app: app) -> Iterator[Boxed]:
    """Serve a forge as long as the block lasts."""
    forge = Forge(home)
    forge.state.runner_env = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    forge.create_repository(
        REPO, {"README.md": "Hello\n", "src/a.py": "A = 1\n"}, people={"ada": "write"}
    )
    forge.create_repository(OTHER, {"README.md": "Other\n"}, private=True)
    keys = forge.create_app("greenlit", EVERYTHING, EVENTS)
    with (
        serve_forge(forge, wrap) as base,
        listening(keys) as (url, heard, answers),
        httpx2.Client() as client,
    ):
        forge.set_webhook_url(keys, url)
        box = Boxed(forge, base, keys, forge.install(keys, REPO), heard, answers, client)
        box.ours = box.token()
        yield box


@contextmanager
def listening(keys: AppKeys) -> Iterator[tuple[str, list[Heard], list[int]]]:
    """A place that takes webhooks; what stands in the list of answers is answered first, then 202."""
    heard: list[Heard] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = hmac.digest(keys.webhook_secret.encode(), body, "sha256").hex()
            signed = self.headers["X-Hub-Signature-256"] == f"sha256={said}"
            heard.append(
                Heard(self.headers["X-GitHub-Event"], json.loads(body), dict(self.headers), signed)
            )
            self.send_response(answers.pop(0) if answers else 202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/github", heard, answers
        finally:
            server.shutdown()
            thread.join()
