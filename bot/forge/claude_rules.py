"""Here live the rules that the Messages API holds a request to, beyond its shape."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pydantic import ValidationError

from bot.forge.claude_blocks import Json, digests, messages, pieces
from bot.forge.claude_params import CountTokensParams, MessageParams, ToolParam

BREAKPOINTS: Final = 4
STRICT_TOOLS, STRICT_OPTIONAL, STRICT_UNIONS = 20, 24, 16
TYPES: Final = {"object", "array", "string", "number", "integer", "boolean", "null"}


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """A model, as far as the rules differ by model."""

    longest: int = 128_000
    lifecycle: str = "active"
    adaptive: bool = True  # thinks by itself, always; its thinking is bound to what stands before


NEW: Final = (
    "fable-5-2", "haiku-5-5", "sonnet-5-5", "fable-5-1", "opus-5-5", "sonnet-5", "fable-5", "opus-5", "opus-4-8",
)  # fmt: skip
MODELS: Final[Mapping[str, ModelLimits]] = {f"claude-{name}": ModelLimits() for name in NEW} | {
    "claude-haiku-4-5": ModelLimits(longest=64_000, adaptive=False),
    "claude-sonnet-4-5": ModelLimits(longest=64_000, lifecycle="deprecated", adaptive=False),
}


class ApiError(Exception):
    """The API's answer to a request that it will not have."""

    def __init__(self, text: str, status: int = 400, kind: str = "invalid_request_error") -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


def shaped(body: Json, shape: type[CountTokensParams] = MessageParams) -> CountTokensParams:
    """The request, if it has the shape of one. Raises ApiError."""
    try:
        return shape.model_validate(body)
    except ValidationError as wrong:
        raise ApiError("; ".join(_told(wrong))) from None


def check(body: Json, request: CountTokensParams, *, resumed: bool = False) -> None:
    """Raise ApiError for what the API rejects. `resumed`: the last message is the model's own,
    where it paused.
    """
    if request.model not in MODELS:
        raise ApiError(f"model: {request.model}", 404, "not_found_error")
    rules = (
        _model_rules(request, MODELS[request.model]),
        _tool_rules(request.tools),
        _breakpoints(body, request),
        _conversation(body, resumed=resumed),
        _thoughts(body),
    )
    for broken in chain.from_iterable(rules):
        raise ApiError(broken)


def signature(before: str, thought: str) -> str:
    """What proves that a thought was ours and stood behind just this prefix."""
    return hashlib.sha256(f"signed {before} {thought}".encode()).hexdigest() * 3


def _told(wrong: ValidationError) -> Iterator[str]:
    for error in wrong.errors(include_url=False, include_input=False):
        what = (
            "Extra inputs are not permitted" if error["type"] == "extra_forbidden" else error["msg"]
        )
        yield f"{'.'.join(map(str, error['loc']))}: {what}"


def _model_rules(request: CountTokensParams, offer: ModelLimits) -> Iterator[str]:
    thinking = request.thinking.type if request.thinking else ""
    if thinking in ("enabled", "disabled") and offer.adaptive:
        yield f"thinking.type: {thinking!r} is not supported by {request.model}"
    if thinking in ("adaptive", "between_tools") and not offer.adaptive:
        yield f"thinking.type: {thinking!r} is not supported by {request.model}"
    if request.tool_choice and request.tool_choice.type in ("any", "tool") and offer.adaptive:
        yield f"tool_choice: forced tool use is not supported by {request.model}"
    if request.output_config and not offer.adaptive:
        yield f"output_config: effort is not supported by {request.model}"
    if isinstance(request, MessageParams) and request.max_tokens > offer.longest:
        yield f"max_tokens: {request.max_tokens} > {offer.longest}, the maximum of {request.model}"


def _breakpoints(body: Json, request: CountTokensParams) -> Iterator[str]:
    row = pieces({**body, "cache_control": None})
    ttls = [piece.ttl for piece in row if piece.ttl] + (
        [request.cache_control.ttl] if request.cache_control else []
    )
    if len(ttls) > BREAKPOINTS:
        yield f"A maximum of {BREAKPOINTS} blocks with cache_control may be provided. Found {len(ttls)}."
    if "1h" in ttls and "5m" in ttls[: len(ttls) - ttls[::-1].index("1h")]:
        yield "cache_control.ttl: a ttl='1h' block must not come after a ttl='5m' block"


# --- tools
# ------------------------------------------------------------------------------------------------------


def _tool_rules(tools: Sequence[ToolParam]) -> Iterator[str]:
    for name, times in Counter(tool.name for tool in tools).items():
        if times > 1:
            yield f"tools: Tool names must be unique, {name!r} is there {times} times"
    for index, tool in enumerate(tools):
        if tool.input_schema.get("type") != "object":
            yield f"tools.{index}.input_schema.type: must be 'object'"
        yield from (f"tools.{index}.input_schema{text}" for text in _schema(tool.input_schema))
    yield from _strict([tool.input_schema for tool in tools if tool.strict])


def _schema(schema: object, at: str = "") -> Iterator[str]:
    """What is wrong with a JSON Schema, as far as a tool's author gets it wrong."""
    if not isinstance(schema, Mapping):
        if not isinstance(schema, bool):
            yield f"{at}: JSON schema is invalid"
        return
    kinds = schema.get("type", [])
    if not set([kinds] if isinstance(kinds, str) else kinds) <= TYPES:
        yield f"{at}.type: {kinds!r} is no JSON type"
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        yield f"{at}: properties must be an object and required a list"
        return
    for name, inner in properties.items():
        yield from _schema(inner, f"{at}.properties.{name}")
    if "items" in schema:
        yield from _schema(schema["items"], f"{at}.items")


def _strict(schemas: Sequence[Json]) -> Iterator[str]:
    objects = [inner for schema in schemas for inner in _walk(schema)]
    optional = sum(map(_optional, objects))
    unions = sum("anyOf" in one or isinstance(one.get("type"), list) for one in objects)
    if len(schemas) > STRICT_TOOLS or optional > STRICT_OPTIONAL or unions > STRICT_UNIONS:
        yield f"tools: too many strict tools ({len(schemas)}), optional parameters ({optional}) or unions ({unions})"
    for one in objects:
        if "properties" in one and one.get("additionalProperties") is not False:
            yield "tools: strict needs additionalProperties: false on every object"
        for word in {"minimum", "maximum", "minLength", "maxLength", "$ref"} & one.keys():
            yield f"tools: strict does not support {word}"


def _optional(schema: Json) -> int:
    properties, required = schema.get("properties"), schema.get("required")
    known = set(required) if isinstance(required, list) else set()
    return len(properties.keys() - known) if isinstance(properties, Mapping) else 0


def _walk(schema: object) -> Iterator[Json]:
    if isinstance(schema, Mapping):
        yield schema
        parts = [
            *dict(schema.get("properties", {})).values(),
            schema.get("items"),
            *schema.get("anyOf", []),
        ]
        for part in parts:
            yield from _walk(part)


# --- messages
# ---------------------------------------------------------------------------------------------------


def _conversation(body: Json, *, resumed: bool) -> Iterator[str]:
    talk = messages(body)
    if talk[0][0] != "user":
        yield "messages: first message must use the user role"
    if talk[-1][0] == "assistant" and not resumed:
        yield "messages: the conversation must end with a user message; assistant prefill is not supported"
    ids = Counter(
        block["id"] for _, blocks in talk for block in blocks if block["type"] == "tool_use"
    )
    if ids and max(ids.values()) > 1:
        yield "messages: `tool_use` ids must be unique"
    for (role, blocks), (_, after) in zip(talk, [*talk[1:], ("", [])], strict=True):
        if role == "assistant" and not (resumed and blocks is talk[-1][1]):
            yield from _answered(blocks, after)
    for (_, before), (role, blocks) in zip([("", []), *talk], talk, strict=False):
        yield from _asked(role, before, blocks)


def _answered(blocks: Sequence[Json], after: Sequence[Json]) -> Iterator[str]:
    calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
    first = [block.get("tool_use_id") for block in after[: len(calls)]]
    if sorted(map(str, calls)) != sorted(map(str, first)):
        yield f"messages: `tool_use` ids without `tool_result` blocks immediately after: {calls}, found {first}"
    if blocks[-1]["type"] == "thinking":
        yield "messages: the final block in an assistant message cannot be `thinking`"


def _asked(role: str, before: Sequence[Json], blocks: Sequence[Json]) -> Iterator[str]:
    calls = {block["id"] for block in before if block["type"] == "tool_use"}
    for block in blocks:
        if block["type"] == "tool_result" and (role != "user" or block["tool_use_id"] not in calls):
            yield f"messages: unexpected `tool_use_id` in `tool_result`: {block['tool_use_id']}"
        if block["type"] in ("tool_use", "thinking") and role != "assistant":
            yield f"messages: `{block['type']}` blocks can only be in assistant messages"


def _thoughts(body: Json) -> Iterator[str]:
    """Thinking is bound to all that stands before it, and a turn that called tools began with it."""
    if not MODELS[str(body["model"])].adaptive:
        return
    row = pieces(body)
    for piece, before in zip(row, digests(row), strict=False):
        block = piece.block
        if block.get("type") == "thinking" and block["signature"] != signature(
            before, str(block["thinking"])
        ):
            yield "messages: `thinking` blocks cannot be modified, nor what stood before them: signature mismatch"
    for role, blocks in messages(body):
        kinds = [block["type"] for block in blocks]
        if role == "assistant" and "tool_use" in kinds and kinds[0] != "thinking":
            yield f"messages: expected `thinking`, but found `{kinds[0]}`"
