"""Make answers of GitHub from its own description: as little as it promises, or all of it."""

from __future__ import annotations

from typing import Any, Literal

from tests.contracts.descriptions import Json, resolve_reference

# "least": optional fields are missing, and what may be null is null. "nulls": all fields are there,
# and a value that may be null is. "most": all fields have values.
Fullness = Literal["least", "nulls", "most"]
TEXTS = {
    "full_name": "o/r",
    "ref": "refs/heads/x",
    "target_type": "Organization",
    "url": "https://github.example/api/v3/repos/o/r/pulls/7",
    **dict.fromkeys(("sha", "head_sha", "after", "before"), "a" * 40),
}
DEEPEST = 6


def make_answer(schema: Json, fullness: Fullness, name: str = "", depth: int = 0) -> Any:
    """Make a value that the schema accepts; the name of a field chooses among texts."""
    schema = resolve_reference(schema)
    if schema.get("nullable") and (fullness == "least" or (fullness == "nulls" and depth > 1)):
        return None
    if "allOf" in schema:
        parts = [make_answer(part, fullness, name, depth) for part in schema["allOf"]]
        return {key: value for part in parts for key, value in (part or {}).items()}
    for choice in schema.get("oneOf") or schema.get("anyOf") or ():
        return make_answer(choice, fullness, name, depth)
    if schema.get("type") == "array":
        has_item = fullness != "least" and depth < DEEPEST
        return [make_answer(schema["items"], fullness, name, depth + 1)] if has_item else []
    if schema.get("type", "object") == "object":
        return _make_object(schema, fullness, depth)
    return _make_scalar(schema, name)


def _make_scalar(schema: Json, name: str) -> Any:
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    if schema["type"] == "string":
        return _make_text(schema, name)
    return False if schema["type"] == "boolean" else 7


def _make_object(schema: Json, fullness: Fullness, depth: int) -> Json:
    required = set(schema.get("required", ()))
    return {
        name: make_answer(field, fullness, name, depth + 1)
        for name, field in schema.get("properties", {}).items()
        if name in required or (fullness != "least" and depth < DEEPEST)
    }


def _make_text(schema: Json, name: str) -> str:
    if schema.get("format") == "date-time" or name.endswith("_at"):
        return "2026-01-01T00:00:00Z"
    if name in TEXTS:
        return TEXTS[name]
    return "https://github.example/o/r" if schema.get("format") == "uri" else "x"
