"""Load GitHub's own descriptions of itself: its REST operations, its GraphQL schema, its webhook
examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLSchema, build_schema
from jsonschema import Draft7Validator, FormatChecker

HOME = Path(__file__).parent / "node_modules/@octokit"
OPENAPI = HOME / "openapi/generated/api.github.com.json"
GRAPHQL = HOME / "graphql-schema/schema.graphql"
EXAMPLES = HOME / "webhooks-examples/api.github.com/index.json"

Json = dict[str, Any]
# Here the description wants an account to be a user and an enterprise at once; its neighbours say
# "or".
_INSTALLATIONS = {"type": "array", "items": {"$ref": "#/components/schemas/installation"}}
CORRECTED = {
    "apps/list-installations": {
        "200": {"content": {"application/json": {"schema": _INSTALLATIONS}}}
    }
}
# What the description of webhooks lets be null, and this one forgot: the lines of a comment on a
# whole file or on lines that changed since, and a fork that was deleted.
_PLACE = (("line",), ("original_line",), ("position",))
NULLABLE = {
    "pull-request-review-comment": _PLACE,
    "review-comment": _PLACE,
    "pull-request": (("head", "repo"),),
    "pull-request-simple": (("head", "repo"),),
}
FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def _is_time(text: object) -> bool:
    return not isinstance(text, str) or bool(datetime.fromisoformat(text).tzinfo)


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(text: object) -> bool:
    return not isinstance(text, str) or (
        bool(urlsplit(text).scheme) and not re.search(r"[\s\[\]{}<>]", text)
    )


def explain_missing() -> str:
    """Say why nothing can be compared; "" when everything is here."""
    paths = [str(path) for path in (OPENAPI, GRAPHQL, EXAMPLES) if not path.exists()]
    return f"{', '.join(paths)} missing: `make test` brings them" if paths else ""


@dataclass(frozen=True)
class Operation:
    """One operation of the REST API, as the description has it."""

    method: str
    path: str
    spec: Json

    @property
    def name(self) -> str:
        """GitHub's own name, as in its documentation."""
        return self.spec["operationId"]

    def parameters(self, where: str) -> dict[str, Json]:
        """Return the parameters of the path or the query by their names."""
        resolved = map(resolve_reference, self.spec.get("parameters", []))
        return {parameter["name"]: parameter for parameter in resolved if parameter["in"] == where}

    def answers(self) -> dict[str, Json]:
        """Return what may be answered, by status."""
        answers = {
            status: resolve_reference(answer) for status, answer in self.spec["responses"].items()
        }
        return {**answers, **CORRECTED.get(self.name, {})}

    @property
    def body(self) -> tuple[bool, Json | None]:
        """Whether a body is required, and its schema."""
        body = resolve_reference(self.spec.get("requestBody", {}))
        for content in body.get("content", {}).values():
            return body.get("required", False), content.get("schema")
        return body.get("required", False), None


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """Find the operation that a request is, with the values of its path's parameters."""
    for pattern, operation in load_operations():
        if operation.method == method and (match := pattern.fullmatch(path)):
            return operation, match.groupdict()
    return None


def list_faults(schema: Json, value: object) -> Iterator[str]:
    """Say what is wrong with a value, by a schema of the description."""
    for error in _validator(json.dumps(schema)).iter_errors(value):
        yield f"{error.json_path}: {_deepest_message(error)}"[:400]


@cache
def load_openapi() -> Json:
    """Load the description of the REST API."""
    description = json.loads(OPENAPI.read_bytes())
    for name, paths in NULLABLE.items():
        for path in paths:
            part = description["components"]["schemas"][name]
            for key in path:
                part = part["properties"][key]
            part["nullable"] = True
    return description


@cache
def load_operations() -> tuple[tuple[re.Pattern[str], Operation], ...]:
    """Load every operation with the pattern of its path: those that say most of a path first."""
    operations = [
        Operation(method.upper(), path, spec)
        for path, methods in load_openapi()["paths"].items()
        for method, spec in methods.items()
    ]
    operations.sort(key=lambda operation: -len(re.sub(r"\{[^}]*\}", "", operation.path)))
    return tuple((_compile_path(operation.path), operation) for operation in operations)


@cache
def load_graphql_schema() -> GraphQLSchema:
    """Load GitHub's GraphQL schema."""
    return build_schema(GRAPHQL.read_text(), assume_valid=True)


@cache
def load_examples() -> dict[str, list[Json]]:
    """Load the published payloads of webhooks by the name of their event."""
    return {event["name"]: event["examples"] for event in json.loads(EXAMPLES.read_bytes())}


@cache
def _validator(schema_json: str) -> Draft7Validator:
    schema = json.loads(schema_json)
    converted = {**_convert(schema), **_collect_components(schema)}
    return Draft7Validator(converted, format_checker=FORMATS)


def _deepest_message(error: Any) -> str:
    causes = sorted(error.context, key=lambda cause: -len(cause.path))
    return _deepest_message(causes[0]) if causes else error.message


def _collect_components(schema: Json) -> Json:
    """Collect what a schema leads to, in JSON Schema's words, at the place where references look
    for it.
    """
    schemas: dict[str, Json] = {}
    waiting = list(_list_references(schema))
    while waiting:
        pointer = waiting.pop()
        name = pointer.rpartition("/")[2]
        if name not in schemas:
            component = _look_up(pointer)
            schemas[name] = _convert(component)
            waiting += _list_references(component)
    return {"components": {"schemas": schemas}}


def _convert(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` is a type more in JSON Schema."""
    if isinstance(schema, list):
        return [_convert(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    converted = {
        key: _convert(value)
        for key, value in schema.items()
        if key not in ("nullable", "example", "examples")
    }
    if schema.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, converted]}
    return converted


def _list_references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _list_references(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for key, value in schema.items():
            if key not in ("example", "examples"):
                yield from _list_references(value)


def resolve_reference(part: Mapping[str, Any]) -> Json:
    """Follow a part of the description to where it is described."""
    return resolve_reference(_look_up(part["$ref"])) if "$ref" in part else dict(part)


def _look_up(pointer: str) -> Json:
    part: Any = load_openapi()
    for key in pointer.split("/")[1:]:
        part = part[key.replace("~1", "/").replace("~0", "~")]
    return part


def _compile_path(path: str) -> re.Pattern[str]:
    pattern = ""
    for index, part in enumerate(re.split(r"\{([\w-]+)\}", path)):
        if index % 2 == 0:
            pattern += re.escape(part)
            continue
        # A path, a ref or a branch may hold slashes; GitHub's description does not say so.
        value = ".*" if part in {"path", "ref", "branch"} else "[^/]+"
        pattern += f"(?P<{part.replace('-', '_')}>{value})"
    return re.compile(pattern)
