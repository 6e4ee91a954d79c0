"""Hold every request to a forge, and every response, against GitHub's own descriptions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from graphql import GraphQLError, OperationDefinitionNode, parse, validate
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.contracts.descriptions import (
    Operation,
    find_operation,
    list_faults,
    load_graphql_schema,
)
from tests.contracts.graphql_answers import list_misfits

API, GRAPHQL = "/api/v3", "/api/graphql"
# GitHub's description names few of the errors that any operation may answer, and few of the
# unchanged.
ANYWHERE = {304, 401, 403, 404, 410, 422, 429}
RATE_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
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
        query = f"?{self.query}" if self.query else ""
        return f"{self.method} {self.path}{query} -> {self.status}"


@dataclass
class ExchangeChecker:
    """An ASGI wrapper: `serving(forge, checker)` records; `checker.violations` says what broke
    GitHub's descriptions.

    Checkers of one process may share what they have looked at and found faultless.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    faultless: set[object] = field(default_factory=set)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def record(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith((f"{API}/", GRAPHQL)):
                await app(scope, receive, send)
                return
            recorder = _Recorder(receive, send)
            await app(scope, recorder.receive, recorder.send)
            if recorder.is_answered:
                self.exchanges.append(recorder.exchange(scope))

        return record

    @property
    def violations(self) -> list[str]:
        """One line for each. Of exchanges with the same shape one is looked at."""
        shapes = set(self.faultless)
        violations = []
        for exchange in list(self.exchanges):
            shape = _shape_of(exchange)
            if shape in shapes:
                continue
            shapes.add(shape)
            if faults := list(_list_violations(exchange)):
                violations += [f"{exchange}: {what}" for what in faults]
            else:
                self.faultless.add(shape)
        return violations


class _Recorder:
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
    def is_answered(self) -> bool:
        return bool(self._start)

    def exchange(self, scope: Scope) -> Exchange:
        path = scope["path"]
        headers = {name.decode().lower(): value.decode() for name, value in self._start["headers"]}
        query = scope["query_string"].decode()
        status = self._start["status"]
        return Exchange(scope["method"], path, query, self._sent, status, headers, self._received)


def _list_violations(exchange: Exchange) -> Iterator[str]:
    if exchange.path == GRAPHQL:
        yield from _graphql_violations(exchange)
        return
    found = find_operation(exchange.method, exchange.path.removeprefix(API))
    if found is None:
        yield "GitHub has no such operation"
        return
    operation, path_values = found
    if exchange.status not in (404, 422, 400):  # the forge refused it, as it should
        yield from _query_violations(exchange, operation)
        yield from _path_violations(operation, path_values)
        yield from _body_violations(exchange, operation)
    yield from _response_violations(exchange, operation)


def _query_violations(exchange: Exchange, operation: Operation) -> Iterator[str]:
    known = operation.parameters("query")
    for name, text in dict(parse_qsl(exchange.query, keep_blank_values=True)).items():
        if name not in known:
            yield f"no query parameter {name!r}"
        else:
            yield from _parameter_violations(name, text, known[name]["schema"])


def _path_violations(operation: Operation, path_values: dict[str, str]) -> Iterator[str]:
    for name, parameter in operation.parameters("path").items():
        text = unquote(path_values[name.replace("-", "_")])
        yield from _parameter_violations(name, text, parameter["schema"])


def _body_violations(exchange: Exchange, operation: Operation) -> Iterator[str]:
    is_required, schema = operation.body
    if is_required and not exchange.sent:
        yield "a body is required"
    if exchange.sent and schema is None:
        yield "no body is wanted"
    if exchange.sent and schema is not None:
        body = json.loads(exchange.sent)
        yield from (f"request {fault}" for fault in list_faults(schema, body))
        if properties := schema.get("properties"):
            unknown = [name for name in body if name not in properties]
            yield from (f"request has no field {name!r}" for name in unknown)


def _parameter_violations(name: str, text: str, schema: dict[str, Any]) -> Iterator[str]:
    value: object = {"true": True, "false": False}.get(text, text)
    if schema.get("type") == "integer" and text.lstrip("-").isdigit():
        value = int(text)
    yield from (f"parameter {name}: {fault}" for fault in list_faults(schema, value))


def _response_violations(exchange: Exchange, operation: Operation) -> Iterator[str]:
    for name in ("x-github-request-id", *RATE_HEADERS):
        if name not in exchange.headers:
            yield f"no header {name}"
    described = operation.answers().get(str(exchange.status))
    if described is None and exchange.status not in ANYWHERE:
        yield f"{operation.name} never answers {exchange.status}"
    elif exchange.status >= 400:
        yield from _error_violations(exchange)
    elif described is not None:
        yield from _success_violations(exchange, described)


def _success_violations(exchange: Exchange, described: dict[str, Any]) -> Iterator[str]:
    contents = described.get("content", {})
    if not contents:
        if exchange.received:
            yield "a body where none belongs"
        return
    media_type = exchange.headers.get("content-type", "").partition(";")[0]
    if "raw" in media_type:
        return
    if media_type not in contents:
        yield f"content type {media_type!r} is none of {sorted(contents)}"
        return
    faults = list_faults(contents[media_type]["schema"], json.loads(exchange.received))
    yield from (f"response {fault}" for fault in faults)


def _error_violations(exchange: Exchange) -> Iterator[str]:
    body = json.loads(exchange.received)
    schema = "validation-error" if exchange.status == 422 else "basic-error"
    if any(isinstance(error, str) for error in body.get("errors", ())):
        schema = "validation-error-simple"  # of reviews and their requests
    faults = list_faults({"$ref": f"#/components/schemas/{schema}"}, body)
    yield from (f"error {fault}" for fault in faults)
    if not body.get("message") or not body.get("documentation_url"):
        yield "an error without message or documentation_url"


def _graphql_violations(exchange: Exchange) -> Iterator[str]:
    if exchange.status in (401, 403):
        return
    sent, received = json.loads(exchange.sent), json.loads(exchange.received)
    schema = load_graphql_schema()
    try:
        document = parse(sent["query"])
    except GraphQLError as error:
        yield f"query {error.message}"
        return
    yield from (f"query {error.message}" for error in validate(schema, document))
    if not {"data", "errors"} & received.keys():
        yield "neither data nor errors"
    operation = next(
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    if received.get("data") is not None:
        yield from list_misfits(schema, document, operation, received["data"])


def _shape_of(exchange: Exchange) -> object:
    """What tells the exchange apart from others by a schema."""
    if exchange.path == GRAPHQL:
        sent = _parse(exchange.sent)
        query = sent.get("query") if isinstance(sent, dict) else exchange.sent
        return query, exchange.status, _shape(_parse(exchange.received))
    found = find_operation(exchange.method, exchange.path.removeprefix(API))
    return (
        found[0].name if found else exchange.path,
        tuple(sorted(dict(parse_qsl(exchange.query, keep_blank_values=True)))),
        exchange.status,
        _shape(_parse(exchange.sent)),
        _shape(_parse(exchange.received)),
        "link" in exchange.headers,
    )


def _parse(body: bytes) -> Any:
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
        case str() if TIME.fullmatch(value):
            return "time"
        case str() if _is_uri(value):
            return "uri"
    return type(value).__name__


def _is_uri(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not re.search(r"[\s\[\]{}<>]", text)
