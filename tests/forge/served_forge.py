"""Serve a forge with an App on one of its two repositories, and receive the App's webhooks."""

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
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
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
class ReceivedWebhook:
    """A webhook as it arrived."""

    event: str
    payload: dict[str, Any]
    headers: Mapping[str, str]
    signed: bool

    @property
    def name(self) -> str:
        """The event with its action."""
        action = self.payload.get("action")
        return f"{self.event}.{action}" if action else self.event


@dataclass
class ServedForge:
    """A forge with its App, and what the App received. `answers` are given to webhooks first."""

    forge: Forge
    base: str
    keys: AppKeys
    installation: int
    received: list[ReceivedWebhook]
    answers: list[int]
    client: httpx2.Client
    app_token: str = field(default="", repr=False)

    def make_jwt(self, **claims: object) -> str:
        """Sign a JWT as the App does."""
        now = int(time.time())
        return jwt.encode(
            {"iat": now - 60, "exp": now + 300, "iss": str(self.keys.id), **claims},
            self.keys.private_key,
            "RS256",
        )

    def request(
        self, method: str, path: str, body: object = None, auth: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Send a request to the API; as the App's installation, unless told otherwise."""
        credentials = {"Authorization": f"Bearer {auth or self.app_token}"}
        if auth == "":
            credentials = {}
        url = f"{self.base}/api{path}" if path == "/graphql" else f"{self.base}/api/v3{path}"
        return self.client.request(method, url, json=body, headers={**credentials, **headers})

    def mint_token(self, repositories: list[str] | None = None, **permissions: str) -> str:
        """Mint an installation token; for all permissions of the App, unless told otherwise."""
        body = {"repositories": repositories or ["demo"], "permissions": permissions or EVERYTHING}
        path = f"/app/installations/{self.installation}/access_tokens"
        response = self.request("POST", path, body, self.make_jwt())
        return response.raise_for_status().json()["token"]

    def query_graphql(self, query: str, **variables: object) -> dict[str, Any]:
        """Send a GraphQL query."""
        return self.request("POST", "/graphql", {"query": query, "variables": variables}).json()

    def take_event_names(self) -> list[str]:
        """Return the events since the last time, once no more are on their way."""
        assert self.forge.wait_until_idle(30)
        names = [webhook.name for webhook in self.received]
        self.received.clear()
        return names


@contextmanager
def serve_with_app(home: Path, wrap: Any = lambda app: app) -> Iterator[ServedForge]:
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
        receive_webhooks(keys) as (url, received, answers),
        httpx2.Client() as client,
    ):
        forge.set_webhook_url(keys, url)
        installation = forge.install(keys, REPO)
        box = ServedForge(forge, base, keys, installation, received, answers, client)
        box.app_token = box.mint_token()
        yield box


@contextmanager
def receive_webhooks(keys: AppKeys) -> Iterator[tuple[str, list[ReceivedWebhook], list[int]]]:
    """Receive webhooks at an address; a status in the list of answers is given first, then 202."""
    received: list[ReceivedWebhook] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signature = hmac.digest(keys.webhook_secret.encode(), body, "sha256").hex()
            is_signed = self.headers["X-Hub-Signature-256"] == f"sha256={signature}"
            event = self.headers["X-GitHub-Event"]
            webhook = ReceivedWebhook(event, json.loads(body), dict(self.headers), is_signed)
            received.append(webhook)
            self.send_response(answers.pop(0) if answers else 202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/github", received, answers
        finally:
            server.shutdown()
            thread.join()
