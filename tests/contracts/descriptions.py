"""Here live GitHub's own descriptions of itself: its REST operations, its GraphQL schema, its
webhook examples.
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
FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def _is_time(text: object) -> bool:
    return not isinstance(text, str) or bool(datetime.fromisoformat(text).tzinfo)


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(text: object) -> bool:
    return not isinstance(text, str) or (
        bool(urlsplit(text).scheme) and not re.search(r"[\s\[\]{}<>]", text)
    )


def missing() -> str:
    """Why nothing can be compared; empty when everything is here."""
    lost = [str(path) for path in (OPENAPI, GRAPHQL, EXAMPLES) if not path.exists()]
    return f"{', '.join(lost)} missing: `make test` brings them" if lost else ""


@dataclass(frozen=True)
class Operation:
    """One operation of the REST API, as the description has it."""

    method: str
    path: str
    spec: Json

    @property
    def name(self) -> str:
        return self.spec["operationId"]

    def parameters(self, where: str) -> dict[str, Json]:
        found = [_resolved(parameter) for parameter in self.spec.get("parameters", [])]
        return {parameter["name"]: parameter for parameter in found if parameter["in"] == where}

    def answers(self) -> dict[str, Json]:
        found = {status: _resolved(answer) for status, answer in self.spec["responses"].items()}
        return {**found, **CORRECTED.get(self.name, {})}

    @property
    def body(self) -> tuple[bool, Json | None]:
        """Whether a body is required, and its schema."""
        said = _resolved(self.spec.get("requestBody", {}))
        contents = list(said.get("content", {}).values())
        return said.get("required", False), contents[0].get("schema") if contents else None


@cache
def openapi() -> Json:
    return json.loads(OPENAPI.read_bytes())


@cache
def operations() -> tuple[tuple[re.Pattern[str], Operation], ...]:
    """Every operation with the pattern of its path: those that say most of a path first."""
    found = [
        Operation(method.upper(), path, spec)
        for path, methods in openapi()["paths"].items()
        for method, spec in methods.items()
    ]
    found.sort(key=lambda one: -len(re.sub(r"\{[^}]*\}", "", one.path)))
    return tuple((_pattern(one.path), one) for one in found)


def operation(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that a request is, with its path's parameters."""
    for pattern, one in operations():
        if one.method == method and (match := pattern.fullmatch(path)):
            return one, match.groupdict()
    return None


@cache
def _validator(pointer: str) -> Draft7Validator:
    return Draft7Validator({"$ref": pointer, **_closure({"$ref": pointer})}, format_checker=FORMATS)


def faults(schema: Json, value: object) -> Iterator[str]:
    """What is wrong with a value, by a schema of the description."""
    validator = (
        _validator(schema["$ref"]) if set(schema) == {"$ref"} else _inline(json.dumps(schema))
    )
    for error in validator.iter_errors(value):
        yield f"{error.json_path}: {_deepest(error)}"[:400]


@cache
def _inline(schema: str) -> Draft7Validator:
    given = json.loads(schema)
    return Draft7Validator({**_converted(given), **_closure(given)}, format_checker=FORMATS)


def _deepest(error: Any) -> str:
    inner = [_deepest(one) for one in sorted(error.context, key=lambda one: -len(one.path))]
    return inner[0] if inner else error.message


def _closure(schema: Json) -> Json:
    """All components that a schema leads to, in JSON Schema's words, at the place where references
    look for them.
    """
    found: dict[str, Json] = {}
    waiting = list(_references(schema))
    while waiting:
        pointer = waiting.pop()
        if pointer not in found:
            raw = _at(pointer)
            found[pointer] = _converted(raw)
            waiting += _references(raw)
    return {
        "components": {
            "schemas": {pointer.rpartition("/")[2]: inner for pointer, inner in found.items()}
        }
    }


def _converted(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` is a type more in JSON Schema."""
    if isinstance(schema, list):
        return [_converted(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _converted(value)
        for key, value in schema.items()
        if key not in ("nullable", "example", "examples")
    }
    return {"anyOf": [{"type": "null"}, kept]} if schema.get("nullable") is True else kept


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _references(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for key, one in schema.items():
            if key not in ("example", "examples"):
                yield from _references(one)


def _resolved(part: Mapping[str, Any]) -> Json:
    return _resolved(_at(part["$ref"])) if "$ref" in part else dict(part)


def _at(pointer: str) -> Json:
    found: Any = openapi()
    for key in pointer.split("/")[1:]:
        found = found[key.replace("~1", "/").replace("~0", "~")]
    return found


def _pattern(path: str) -> re.Pattern[str]:
    # A path, a ref or a branch may hold slashes; GitHub's description does not say so.
    deep = {"path", "ref", "branch"}
    parts = re.split(r"\{([\w-]+)\}", path)
    written = "".join(
        re.escape(part)
        if n % 2 == 0
        else f"(?P<{part.replace('-', '_')}>{'.*' if part in deep else '[^/]+'})"
        for n, part in enumerate(parts)
    )
    return re.compile(written)


@cache
def graphql() -> GraphQLSchema:
    return build_schema(GRAPHQL.read_text(), assume_valid=True)


@cache
def examples() -> dict[str, list[Json]]:
    """The published payloads by the name of their event."""
    return {event["name"]: event["examples"] for event in json.loads(EXAMPLES.read_bytes())}
