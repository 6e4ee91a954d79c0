"""Hold the tools of a request to the rules of the Messages API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.forge.claude_blocks import JsonObject
from bot.forge.claude_params import ToolParam

MOST_STRICT_TOOLS, MOST_OPTIONAL, MOST_UNIONS = 20, 24, 16
JSON_TYPES: Final = {"object", "array", "string", "number", "integer", "boolean", "null"}
NOT_STRICT: Final = ("minimum", "maximum", "minLength", "maxLength", "$ref")


def check_tools(tools: Sequence[ToolParam]) -> Iterator[str]:
    """Yield a message for each rule that the tools break."""
    for name, times in Counter(tool.name for tool in tools).items():
        if times > 1:
            yield f"tools: Tool names must be unique, {name!r} is there {times} times"
    for index, tool in enumerate(tools):
        place = f"tools.{index}.input_schema"
        if tool.input_schema.get("type") != "object":
            yield f"{place}.type: must be 'object'"
        yield from _check_schema(tool.input_schema, place)
    yield from _check_strict([tool.input_schema for tool in tools if tool.strict])


def _check_schema(schema: object, place: str) -> Iterator[str]:
    """Yield the mistakes of a JSON Schema, as far as a tool's author makes them."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        yield f"{place}: JSON schema is invalid"
        return
    types = schema.get("type", [])
    if not set([types] if isinstance(types, str) else types) <= JSON_TYPES:
        yield f"{place}.type: {types!r} is no JSON type"
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        yield f"{place}: properties must be an object and required a list"
        return
    for name, property_schema in properties.items():
        yield from _check_schema(property_schema, f"{place}.properties.{name}")
    if "items" in schema:
        yield from _check_schema(schema["items"], f"{place}.items")


def _check_strict(schemas: Sequence[JsonObject]) -> Iterator[str]:
    objects = [part for schema in schemas for part in _list_parts(schema)]
    optional = sum(map(_count_optional, objects))
    unions = sum("anyOf" in part or isinstance(part.get("type"), list) for part in objects)
    if len(schemas) > MOST_STRICT_TOOLS or optional > MOST_OPTIONAL or unions > MOST_UNIONS:
        yield (
            f"tools: too many strict tools ({len(schemas)}), optional parameters ({optional}) "
            f"or unions ({unions})"
        )
    for part in objects:
        if "properties" in part and part.get("additionalProperties") is not False:
            yield "tools: strict needs additionalProperties: false on every object"
        for keyword in NOT_STRICT:
            if keyword in part:
                yield f"tools: strict does not support {keyword}"


def _count_optional(schema: JsonObject) -> int:
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, Mapping):
        return 0
    return len(properties.keys() - set(required if isinstance(required, list) else []))


def _list_parts(schema: object) -> Iterator[JsonObject]:
    """Yield a schema and all schemas inside it."""
    if not isinstance(schema, Mapping):
        return
    yield schema
    properties = dict(schema.get("properties", {}))
    for part in (*properties.values(), schema.get("items"), *schema.get("anyOf", [])):
        yield from _list_parts(part)
