"""Here lives Checked: an ASGI wrapper that holds every request and response against GitHub's own
descriptions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from graphql import GraphQLError, OperationDefinitionNode, parse, validate
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.contracts.descriptions import Operation, faults, graphql, operation
from tests.contracts.graph_answers import misfits

API, GRAPHQL = "/api/v3", "/api/graphql"
# GitHub's description names few of the errors that any operation may answer, and few of the
# unchanged.
ANYWHERE = {304, 401, 403, 404, 410, 422, 429}
WORD = re.compile(r"[a-z_+-]{1,20}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Exchange:
    """A request and its response."""

    method: str
    path: str
    query: str
    sent: bytes
    status: int
    headers: dict[str, str]
    received: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path}{'?' + self.query if self.query else ''} -> {self.status}"


@dataclass
class Checked:
    """`serving(forge, checked)` records; `checked.violations` says what broke GitHub's
    descriptions.
    """

    exchanges: list[Exchange] = field(default_factory=list)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def around(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith((f"{API}/", GRAPHQL)):
                await app(scope, receive, send)
                return
            seen = _Seen(receive, send)
            await app(scope, seen.receive, seen.send)
            if seen.answered:
                self.exchanges.append(seen.exchange(scope))

        return around

    @property
    def violations(self) -> list[str]:
        """One line for each. What looked the same before is looked at once."""
        known: set[object] = set()
        found = []
        for one in list(self.exchanges):
            shape = _shape_of(one)
            if shape not in known:
                known.add(shape)
                found += [f"{one}: {what}" for what in _violations(one)]
        return found


class _Seen:
    """Keeps what passes."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._sent = b""
        self._received = b""
        self._start: Message = {}

    async def receive(self) -> Message:
        message = await self._receive()
        self._sent += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        self._received += message.get("body", b"")
        if message["type"] == "http.response.start":
            self._start = message
        await self._send(message)

    @property
    def answered(self) -> bool:
        return bool(self._start)

    def exchange(self, scope: Scope) -> Exchange:
        path = scope["path"]
        headers = {name.decode().lower(): value.decode() for name, value in self._start["headers"]}
        query = scope["query_string"].decode()
        status = self._start["status"]
        return Exchange(scope["method"], path, query, self._sent, status, headers, self._received)


def _violations(one: Exchange) -> Iterator[str]:
    if one.path == GRAPHQL:
        yield from _graphql_violations(one)
        return
    found = operation(one.method, one.path.removeprefix(API))
    if found is None:
        yield "GitHub has no such operation"
        return
    its, args = found
    if one.status not in (404, 422, 400):  # the forge refused it, as it should
        yield from _request(one, its, args)
    yield from _response(one, its)


def _request(one: Exchange, its: Operation, args: dict[str, str]) -> Iterator[str]:
    known = its.parameters("query")
    query = dict(parse_qsl(one.query, keep_blank_values=True))
    for name, text in query.items():
        if name not in known:
            yield f"no query parameter {name!r}"
        else:
            yield from _parameter(name, text, known[name]["schema"])
    for name, parameter in its.parameters("path").items():
        yield from _parameter(name, unquote(args[name.replace("-", "_")]), parameter["schema"])
    required, schema = its.body
    if required and not one.sent:
        yield "a body is required"
    if one.sent and schema is None:
        yield "no body is wanted"
    if one.sent and schema is not None:
        body = json.loads(one.sent)
        yield from (f"request {fault}" for fault in faults(schema, body))
        properties = schema.get("properties", {})
        yield from (
            f"request has no field {name!r}"
            for name in body
            if properties and name not in properties
        )


def _parameter(name: str, text: str, schema: dict[str, Any]) -> Iterator[str]:
    whole = schema.get("type") == "integer" and text.lstrip("-").isdigit()
    value: object = int(text) if whole else {"true": True, "false": False}.get(text, text)
    yield from (f"parameter {name}: {fault}" for fault in faults(schema, value))


def _response(one: Exchange, its: Operation) -> Iterator[str]:
    for name in (
        "x-github-request-id",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ):
        if name not in one.headers:
            yield f"no header {name}"
    said = its.answers().get(str(one.status))
    if said is None and one.status not in ANYWHERE:
        yield f"{its.name} never answers {one.status}"
    elif one.status >= 400:
        yield from _error(one)
    elif said is not None:
        yield from _success(one, said)


def _success(one: Exchange, said: dict[str, Any]) -> Iterator[str]:
    kinds = said.get("content", {})
    if not kinds:
        if one.received:
            yield "a body where none belongs"
        return
    kind = one.headers.get("content-type", "").partition(";")[0]
    if "raw" in kind:
        return
    if kind not in kinds:
        yield f"content type {kind!r} is none of {sorted(kinds)}"
        return
    yield from (
        f"response {fault}" for fault in faults(kinds[kind]["schema"], json.loads(one.received))
    )


def _error(one: Exchange) -> Iterator[str]:
    body = json.loads(one.received)
    schema = "validation-error" if one.status == 422 else "basic-error"
    yield from (
        f"error {fault}" for fault in faults({"$ref": f"#/components/schemas/{schema}"}, body)
    )
    if not body.get("message") or not body.get("documentation_url"):
        yield "an error without message or documentation_url"


def _graphql_violations(one: Exchange) -> Iterator[str]:
    if one.status in (401, 403):
        return
    sent, received = json.loads(one.sent), json.loads(one.received)
    try:
        document = parse(sent["query"])
    except GraphQLError as error:
        yield f"query {error.message}"
        return
    yield from (f"query {error.message}" for error in validate(graphql(), document))
    if not {"data", "errors"} & received.keys():
        yield "neither data nor errors"
    asked = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    if received.get("data") is not None:
        yield from misfits(graphql(), document, asked, received["data"])


def _shape_of(one: Exchange) -> object:
    known = operation(one.method, one.path.removeprefix(API))
    place = known[0].name if known else one.path
    names = tuple(sorted(dict(parse_qsl(one.query, keep_blank_values=True))))
    if one.path == GRAPHQL:
        return one.sent, one.received
    return (
        place,
        names,
        one.status,
        _shape(_json(one.sent)),
        _shape(_json(one.received)),
        "link" in one.headers,
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body


def _shape(value: Any) -> object:
    """What a schema can tell apart: words that may be of an enumeration stay, other texts become
    their kind.
    """
    match value:
        case dict():
            return frozenset((key, _shape(inner)) for key, inner in value.items())
        case list():
            return "list", frozenset(_shape(inner) for inner in value)
        case str() if WORD.fullmatch(value):
            return value
        case str():
            return "time" if TIME.fullmatch(value) else "uri" if _clean_uri(value) else "text"
    return type(value).__name__


def _clean_uri(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not re.search(r"[\s\[\]{}<>]", text)
