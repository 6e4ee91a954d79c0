"""Hold a request to the rules of the Messages API, beyond its shape."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pydantic import ValidationError

from bot.forge.claude_blocks import (
    JsonObject,
    hash_prefixes,
    list_prompt_blocks,
    merge_messages,
)
from bot.forge.claude_params import CountTokensParams, MessageParams
from bot.forge.claude_tool_rules import check_tools

MOST_BREAKPOINTS: Final = 4


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """A model, as far as the rules differ by model.

    An adaptive one always thinks by itself, and its thinking is bound to what stands before it.
    """

    max_tokens: int = 128_000
    lifecycle: str = "active"
    is_adaptive: bool = True


ADAPTIVE: Final = (
    "fable-5-2",
    "haiku-5-5",
    "sonnet-5-5",
    "fable-5-1",
    "opus-5-5",
    "sonnet-5",
    "fable-5",
    "opus-5",
    "opus-4-8",
)
MODELS: Final[Mapping[str, ModelLimits]] = {
    **{f"claude-{name}": ModelLimits() for name in ADAPTIVE},
    "claude-haiku-4-5": ModelLimits(64_000, is_adaptive=False),
    "claude-sonnet-4-5": ModelLimits(64_000, "deprecated", is_adaptive=False),
}


class ApiError(Exception):
    """The API's answer to a request that it rejects."""

    def __init__(self, text: str, status: int = 400, kind: str = "invalid_request_error") -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


def parse_params(
    body: JsonObject, params: type[CountTokensParams] = MessageParams
) -> CountTokensParams:
    """Return the request, if it has the shape of one. Raises ApiError."""
    try:
        return params.model_validate(body)
    except ValidationError as error:
        raise ApiError("; ".join(_describe_errors(error))) from None


def check_request(body: JsonObject, params: CountTokensParams, *, resumed: bool = False) -> None:
    """Raise ApiError for what the API rejects.

    `resumed`: the last message is the model's own, where it paused.
    """
    if params.model not in MODELS:
        raise ApiError(f"model: {params.model}", 404, "not_found_error")
    rules = (
        _check_model(params, MODELS[params.model]),
        check_tools(params.tools),
        _check_breakpoints(body, params),
        _check_conversation(body, resumed=resumed),
        _check_thinking(body),
    )
    for message in chain.from_iterable(rules):
        raise ApiError(message)


def sign_thinking(prefix: str, thinking: str) -> str:
    """Return what proves that thinking was the model's own and stood behind just this prefix."""
    return hashlib.sha256(f"signed {prefix} {thinking}".encode()).hexdigest() * 3


def _describe_errors(validation: ValidationError) -> Iterator[str]:
    for error in validation.errors(include_url=False, include_input=False):
        message = error["msg"]
        if error["type"] == "extra_forbidden":
            message = "Extra inputs are not permitted"
        yield f"{'.'.join(map(str, error['loc']))}: {message}"


def _check_model(params: CountTokensParams, limits: ModelLimits) -> Iterator[str]:
    model = params.model
    thinking = params.thinking.type if params.thinking else ""
    foreign = ("enabled", "disabled") if limits.is_adaptive else ("adaptive", "between_tools")
    if thinking in foreign:
        yield f"thinking.type: {thinking!r} is not supported by {model}"
    choice = params.tool_choice.type if params.tool_choice else ""
    if choice in ("any", "tool") and limits.is_adaptive:
        yield f"tool_choice: forced tool use is not supported by {model}"
    if params.output_config and not limits.is_adaptive:
        yield f"output_config: effort is not supported by {model}"
    if isinstance(params, MessageParams) and params.max_tokens > limits.max_tokens:
        yield f"max_tokens: {params.max_tokens} > {limits.max_tokens}, the maximum of {model}"


def _check_breakpoints(body: JsonObject, params: CountTokensParams) -> Iterator[str]:
    blocks = list_prompt_blocks({**body, "cache_control": None})
    ttls = [block.ttl for block in blocks if block.ttl]
    if params.cache_control:
        ttls.append(params.cache_control.ttl)
    if len(ttls) > MOST_BREAKPOINTS:
        yield (
            f"A maximum of {MOST_BREAKPOINTS} blocks with cache_control may be provided. "
            f"Found {len(ttls)}."
        )
    if "1h" in ttls and "5m" in ttls[: len(ttls) - ttls[::-1].index("1h")]:
        yield "cache_control.ttl: a ttl='1h' block must not come after a ttl='5m' block"


def _check_conversation(body: JsonObject, *, resumed: bool) -> Iterator[str]:
    messages = merge_messages(body)
    if messages[0][0] != "user":
        yield "messages: first message must use the user role"
    if messages[-1][0] == "assistant" and not resumed:
        yield (
            "messages: the conversation must end with a user message; "
            "assistant prefill is not supported"
        )
    calls = [call for _, blocks in messages for call in _list_calls(blocks)]
    if len(calls) > len(set(calls)):
        yield "messages: `tool_use` ids must be unique"
    for index, (role, blocks) in enumerate(messages):
        before = messages[index - 1][1] if index else []
        after = messages[index + 1][1] if index + 1 < len(messages) else []
        is_paused = resumed and index + 1 == len(messages)
        if role == "assistant" and not is_paused:
            yield from _check_results(blocks, after)
        yield from _check_blocks(role, before, blocks)


def _list_calls(blocks: Sequence[JsonObject]) -> list[str]:
    return [str(block["id"]) for block in blocks if block["type"] == "tool_use"]


def _check_results(blocks: Sequence[JsonObject], after: Sequence[JsonObject]) -> Iterator[str]:
    calls = _list_calls(blocks)
    results = [block.get("tool_use_id") for block in after[: len(calls)]]
    if sorted(calls) != sorted(map(str, results)):
        yield (
            "messages: `tool_use` ids without `tool_result` blocks immediately after: "
            f"{calls}, found {results}"
        )
    if blocks[-1]["type"] == "thinking":
        yield "messages: the final block in an assistant message cannot be `thinking`"


def _check_blocks(
    role: str, before: Sequence[JsonObject], blocks: Sequence[JsonObject]
) -> Iterator[str]:
    calls = _list_calls(before)
    for block in blocks:
        kind, call = block["type"], block.get("tool_use_id")
        if kind == "tool_result" and (role != "user" or call not in calls):
            yield f"messages: unexpected `tool_use_id` in `tool_result`: {call}"
        if kind in ("tool_use", "thinking") and role != "assistant":
            yield f"messages: `{kind}` blocks can only be in assistant messages"


def _check_thinking(body: JsonObject) -> Iterator[str]:
    """Thinking is bound to all that stands before it, and a turn with tool calls begins with it."""
    if not MODELS[str(body["model"])].is_adaptive:
        return
    blocks = list_prompt_blocks(body)
    for block, prefix in zip(blocks, hash_prefixes(blocks), strict=False):
        content = block.content
        if content.get("type") != "thinking":
            continue
        if content["signature"] != sign_thinking(prefix, str(content["thinking"])):
            yield (
                "messages: `thinking` blocks cannot be modified, nor what stood before them: "
                "signature mismatch"
            )
    for role, message in merge_messages(body):
        kinds = [block["type"] for block in message]
        if role == "assistant" and "tool_use" in kinds and kinds[0] != "thinking":
            yield f"messages: expected `thinking`, but found `{kinds[0]}`"
