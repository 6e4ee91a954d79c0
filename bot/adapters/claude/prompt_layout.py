"""Here lives the layout of a request to Claude: the same bytes for the same conversation, and what
it may cost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.values import (
    ModelConfig,
    Price,
    PromptPrefix,
    ToolResult,
    ToolResults,
    ToolSchema,
    Turn,
    Usage,
    UserText,
)

# Models before 4.6 know neither adaptive thinking nor effort, and answer with at most 64,000
# tokens.
OLD = re.compile(r"claude-(3-|(opus|sonnet|haiku)-4(-[0-5])?(-20\d+)?$)")
MILLION = 1_000_000
# What the API adds and does not show: its own words about tools, and the frames around blocks.
HIDDEN = 1_000
# `Spent` is rounded to six digits at each sum.
SLACK_USD = 0.00001

Block = dict[str, Any]
Message = dict[str, Any]


def layout(
    deal: ModelConfig, brief: PromptPrefix, said: Sequence[UserText | Turn | ToolResults]
) -> dict[str, Any]:
    """All that a request holds but `max_tokens`, with the four cache breakpoints that the API
    allows.

    They end what all runs share (tools and system), the job's first message, what the previous
    request ended with
    (a turn of twenty blocks or more puts it out of the automatic one's reach), and, automatic, the
    growing end.
    """
    messages = _messages(said)
    for block in _breakpoints(messages):
        block["cache_control"] = {"type": "ephemeral"}
    request: dict[str, Any] = {
        "model": deal.model,
        "system": [{"type": "text", "text": brief.system, "cache_control": {"type": "ephemeral"}}],
        "messages": messages,
        "cache_control": {"type": "ephemeral"},
    }
    if brief.tools:
        request["tools"] = [_tool(tool) for tool in brief.tools]
    if not OLD.match(deal.model):
        request |= {"thinking": {"type": "adaptive"}, "output_config": {"effort": deal.effort}}
    return request


def continued(request: Mapping[str, Any], blocks: Sequence[Block]) -> dict[str, Any]:
    """The request after the model paused: what it said so far comes last, and it goes on from
    there.
    """
    return {
        **request,
        "messages": [*request["messages"], {"role": "assistant", "content": list(blocks)}],
    }


def longest(model: str) -> int:
    """The most tokens that the model answers with."""
    return 64_000 if OLD.match(model) else 128_000


def prompt_at_most(
    request: Mapping[str, Any], said: Sequence[UserText | Turn | ToolResults]
) -> int:
    """More tokens than the prompt has: what the last turn was billed, and a token for each byte
    that is new.
    """
    for index in reversed(range(len(said))):
        match said[index]:
            case Turn(usage=spent) if spent.output_tokens:
                new = _messages(said[index + 1 :])
                return (
                    spent.input_tokens
                    + spent.cache_write_tokens
                    + spent.cache_read_tokens
                    + spent.output_tokens
                    + _bytes(new)
                    + HIDDEN
                )
            case _:
                pass
    return _bytes([request["system"], request.get("tools"), request["messages"]]) + HIDDEN


def affordable(price: Price, prompt: int, purse_usd: float) -> int:
    """How many tokens of answer the purse can pay when all of the prompt is billed at its dearest."""
    left = (
        purse_usd
        - SLACK_USD
        - prompt * max(price.input, price.cache_write, price.cache_read) / MILLION
    )
    return max(0, int(left * MILLION / price.output)) if price.output else longest("")


def bill(price: Price, tokens: Mapping[str, int]) -> Usage:
    """What a usage costs. Keys: fresh, written (for five minutes), kept (written for an hour),
    read, out.

    An hour in the cache costs twice the fresh price (Claude's price list, November 2026, for every
    model).
    """
    usd = (
        tokens["fresh"] * price.input
        + tokens["written"] * price.cache_write
        + tokens["kept"] * 2 * price.input
        + tokens["read"] * price.cache_read
        + tokens["out"] * price.output
    ) / MILLION
    return Usage(
        round(usd, 6),
        tokens["fresh"],
        tokens["written"] + tokens["kept"],
        tokens["read"],
        tokens["out"],
    )


def _messages(said: Sequence[UserText | Turn | ToolResults]) -> list[Message]:
    """Neighbours of one role are one message, so that a tool's answers stay before our own words."""
    messages: list[Message] = []
    for part in said:
        role, blocks = _blocks(part)
        if blocks and messages and messages[-1]["role"] == role:
            messages[-1]["content"] += blocks
        elif blocks:
            messages.append({"role": role, "content": blocks})
    return messages


def _blocks(part: UserText | Turn | ToolResults) -> tuple[str, list[Block]]:
    match part:
        case UserText(text):
            return "user", [{"type": "text", "text": _clean(text)}]
        case ToolResults(answers):
            return "user", [_result(answer) for answer in answers]
        case Turn(content=content):
            return "assistant", [block for block in json.loads(content) if not _empty(block)]


def _empty(block: Block) -> bool:
    # The model may end with a text block of nothing, and the API then rejects it in a prompt.
    return block["type"] == "text" and not block["text"].strip()


def _result(answer: ToolResult) -> Block:
    text = answer.text if answer.text.strip() else "(nothing)"
    block: Block = {"type": "tool_result", "tool_use_id": answer.call_id, "content": _clean(text)}
    return block | {"is_error": True} if answer.is_error else block


def _clean(text: str) -> str:
    """Half of a surrogate pair cannot be sent as UTF-8."""
    return text.encode(errors="replace").decode()


def _breakpoints(messages: list[Message]) -> list[Block]:
    ends = [message["content"][-1] for message in messages if message["role"] == "user"]
    before = len(ends) - 2
    return ends[:1] + ends[before : before + 1] if before > 0 else ends[:1]


def _tool(tool: ToolSchema) -> dict[str, Any]:
    schema = json.loads(json.dumps(tool.schema, sort_keys=True))
    return {"name": tool.name, "description": tool.description, "input_schema": schema}


def _bytes(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
