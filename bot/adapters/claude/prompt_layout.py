"""Lay a conversation out as a request to Claude: the same bytes for the same conversation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.values import (
    ModelConfig,
    PromptPrefix,
    ToolResult,
    ToolResults,
    ToolSchema,
    Turn,
    UserText,
)

# Models before 4.6 know neither adaptive thinking nor effort, and answer with at most 64,000
# tokens.
OLD_MODEL = re.compile(r"claude-(3-|(opus|sonnet|haiku)-4(-[0-5])?(-20\d+)?$)")
# What the API adds and does not show: its own words about tools, and the frames around blocks.
HIDDEN_TOKENS = 1_000

Block = dict[str, Any]
Message = dict[str, Any]
Entries = Sequence[UserText | Turn | ToolResults]


def build_request(config: ModelConfig, prefix: PromptPrefix, entries: Entries) -> dict[str, Any]:
    """Build all that a request holds but `max_tokens`, with the four cache breakpoints it may have.

    They end what all runs share (tools and system), the run's first message, what the previous
    request ended with (a turn of twenty blocks or more puts it out of the automatic one's reach),
    and, automatic, the growing end.
    """
    messages = _build_messages(entries)
    for block in _choose_breakpoints(messages):
        block["cache_control"] = {"type": "ephemeral"}
    system = {"type": "text", "text": prefix.system, "cache_control": {"type": "ephemeral"}}
    request: dict[str, Any] = {
        "model": config.model,
        "system": [system],
        "messages": messages,
        "cache_control": {"type": "ephemeral"},
    }
    if prefix.tools:
        request["tools"] = [_build_tool(tool) for tool in prefix.tools]
    if not OLD_MODEL.match(config.model):
        request["thinking"] = {"type": "adaptive"}
        request["output_config"] = {"effort": config.effort}
    return request


def continue_request(request: Mapping[str, Any], blocks: Sequence[Block]) -> dict[str, Any]:
    """Extend a request with an answer that paused, so that the model goes on from there."""
    answer = {"role": "assistant", "content": list(blocks)}
    return {**request, "messages": [*request["messages"], answer]}


def max_answer_tokens(model: str) -> int:
    """Return the most tokens that the model answers with."""
    return 64_000 if OLD_MODEL.match(model) else 128_000


def bound_prompt_tokens(request: Mapping[str, Any], entries: Entries) -> int:
    """Bound the tokens of the prompt from above.

    The bound is what the last turn was billed, and one token for each byte that is new.
    """
    for index in reversed(range(len(entries))):
        entry = entries[index]
        if isinstance(entry, Turn) and entry.usage.output_tokens:
            usage = entry.usage
            billed = (
                usage.input_tokens
                + usage.cache_write_tokens
                + usage.cache_read_tokens
                + usage.output_tokens
            )
            return billed + _count_bytes(_build_messages(entries[index + 1 :])) + HIDDEN_TOKENS
    prompt = [request["system"], request.get("tools"), request["messages"]]
    return _count_bytes(prompt) + HIDDEN_TOKENS


def _build_messages(entries: Entries) -> list[Message]:
    """Join neighbours of one role into one message, so that results stay before our own words."""
    messages: list[Message] = []
    for entry in entries:
        role, blocks = _build_blocks(entry)
        if blocks and messages and messages[-1]["role"] == role:
            messages[-1]["content"] += blocks
        elif blocks:
            messages.append({"role": role, "content": blocks})
    return messages


def _build_blocks(entry: UserText | Turn | ToolResults) -> tuple[str, list[Block]]:
    match entry:
        case UserText(text):
            return "user", [{"type": "text", "text": _replace_surrogates(text)}]
        case ToolResults(results):
            return "user", [_build_result(result) for result in results]
        case Turn(content=content):
            return "assistant", [block for block in json.loads(content) if not _is_empty(block)]


def _is_empty(block: Block) -> bool:
    # The model may end with a text block of nothing, and the API then rejects it in a prompt.
    return block["type"] == "text" and not block["text"].strip()


def _build_result(result: ToolResult) -> Block:
    block: Block = {
        "type": "tool_result",
        "tool_use_id": result.call_id,
        "content": _replace_surrogates(result.text if result.text.strip() else "(nothing)"),
    }
    if result.is_error:
        block["is_error"] = True
    return block


def _replace_surrogates(text: str) -> str:
    """Replace halves of surrogate pairs, which cannot be sent as UTF-8."""
    return text.encode(errors="replace").decode()


def _choose_breakpoints(messages: Sequence[Message]) -> list[Block]:
    """Choose the ends of our first message and of our last but one."""
    last_blocks = [message["content"][-1] for message in messages if message["role"] == "user"]
    return [*last_blocks[:1], *last_blocks[1:-1][-1:]]


def _build_tool(tool: ToolSchema) -> dict[str, Any]:
    schema = json.loads(json.dumps(tool.schema, sort_keys=True))
    return {"name": tool.name, "description": tool.description, "input_schema": schema}


def _count_bytes(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
