"""Compose the double's replies, whole and as streams of events, and the ways they go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.forge.claude_blocks import (
    JsonObject,
    encode_block,
    hash_prefixes,
    list_prompt_blocks,
    merge_messages,
)
from bot.forge.claude_cache import CacheUsage, PromptCache
from bot.forge.claude_rules import MODELS, sign_thinking
from bot.forge.claude_script import ScriptText, ScriptToolCall, ScriptTurn

TEXT_CHUNK, INPUT_CHUNK = 40, 60  # characters in one delta


@dataclass(frozen=True, slots=True)
class FailedRequest:
    """The request is answered with an error."""

    status: int
    kind: str = "api_error"
    code: str = ""
    retry_after: str = ""
    message: str = "as scripted"


@dataclass(frozen=True, slots=True)
class BrokenStream:
    """The answer breaks off after some events.

    The socket closes, the body ends, an error comes, or nothing more. "garbage" and "half" are
    whole, but the inputs of their tool calls are no JSON, or end in the middle.
    """

    how: Literal["drop", "eof", "error", "stall", "garbage", "half"]
    after: int = 6
    kind: str = "overloaded_error"

    @property
    def has_bad_inputs(self) -> bool:
        """The stream is whole, and only its tool inputs are broken."""
        return self.how in ("garbage", "half")


@dataclass(frozen=True, slots=True)
class EarlyStop:
    """The answer ends for another reason than that the model had finished."""

    reason: Literal["refusal", "max_tokens", "pause_turn", "model_context_window_exceeded"]
    category: str | None = "cyber"


ClaudeFault: TypeAlias = FailedRequest | BrokenStream | EarlyStop
StreamEvent: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class ClaudeReply:
    """A whole answer. `is_cut`: its last block is not complete; `inputs`: "", "garbage", "half"."""

    id: str
    model: str
    blocks: tuple[JsonObject, ...]
    stop_reason: str
    usage: CacheUsage
    output_tokens: int
    inputs: str = ""
    category: str | None = None

    @property
    def is_cut(self) -> bool:
        """The answer ended before the model had finished."""
        return self.stop_reason in ("max_tokens", "refusal", "model_context_window_exceeded")

    @property
    def whole(self) -> dict[str, object]:
        """The answer as the API gives it without a stream."""
        blocks = list(self.blocks)
        if self.is_cut:
            blocks = blocks[:-1] or blocks
        details = {"stop_reason": self.stop_reason, "stop_details": self._stop_details}
        return self._envelope(blocks, self.output_tokens) | details

    @property
    def events(self) -> Iterator[StreamEvent]:
        """The answer as the API streams it."""
        yield {"type": "message_start", "message": self._envelope([], 1)}
        yield {"type": "ping"}
        for index, block in enumerate(self.blocks):
            yield from self._block_events(index, block)
        delta = {
            "stop_reason": self.stop_reason,
            "stop_sequence": None,
            "stop_details": self._stop_details,
        }
        usage = {"output_tokens": self.output_tokens}
        yield {"type": "message_delta", "delta": delta, "usage": usage}
        yield {"type": "message_stop"}

    def _block_events(self, index: int, block: JsonObject) -> Iterator[StreamEvent]:
        start, deltas = _split_block(block, self.inputs)
        if self.is_cut and index == len(self.blocks) - 1:
            deltas = deltas[: len(deltas) // 2]
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}

    def _envelope(self, blocks: list[JsonObject], output_tokens: int) -> dict[str, object]:
        return {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": blocks,
            **dict.fromkeys(("stop_reason", "stop_sequence", "stop_details")),
            "usage": self.usage.to_json(output_tokens),
        }

    @property
    def _stop_details(self) -> JsonObject | None:
        if self.stop_reason != "refusal":
            return None
        return {"type": "refusal", "category": self.category, "explanation": None}


def compose_reply(
    turn: ScriptTurn,
    body: JsonObject,
    usage: CacheUsage,
    cache: PromptCache,
    fault: ClaudeFault | None,
) -> ClaudeReply:
    """Compose the answer to a request: the same for the same request, ids and signatures too."""
    prefix = hash_prefixes(list_prompt_blocks(body))[-1]
    is_paused = isinstance(fault, EarlyStop) and fault.reason == "pause_turn"
    blocks = _compose_blocks(turn, body, prefix, is_paused=is_paused)
    sizes = [cache.count_tokens(len(encode_block(block))) for block in blocks]
    output_tokens = max(turn.output_tokens, sum(sizes))
    stop_reason = _find_stop_reason(blocks, fault)
    limit = int(str(body["max_tokens"]))
    if output_tokens > limit:
        output_tokens, stop_reason = limit, "max_tokens"
    return ClaudeReply(
        id=f"msg_{prefix[:24]}",
        model=str(body["model"]),
        blocks=blocks,
        stop_reason=stop_reason,
        usage=usage,
        output_tokens=output_tokens,
        inputs=fault.how if isinstance(fault, BrokenStream) and fault.has_bad_inputs else "",
        category=fault.category if isinstance(fault, EarlyStop) else None,
    )


def _find_stop_reason(blocks: Sequence[JsonObject], fault: ClaudeFault | None) -> str:
    if isinstance(fault, EarlyStop):
        return fault.reason
    has_calls = any(block["type"] == "tool_use" for block in blocks)
    return "tool_use" if has_calls else "end_turn"


def encode_event(event: StreamEvent) -> bytes:
    """Return the event's bytes on the wire."""
    text = json.dumps(event, ensure_ascii=False)
    # Half of a surrogate pair is written as JSON escapes it.
    data = text.encode(errors="backslashreplace")
    return b"event: %b\ndata: %b\n\n" % (str(event["type"]).encode(), data)


def _compose_blocks(
    turn: ScriptTurn, body: JsonObject, prefix: str, *, is_paused: bool
) -> tuple[JsonObject, ...]:
    thinking = _compose_thinking(turn, body, prefix)
    if is_paused:
        return (*thinking, {"type": "text", "text": "One moment."})
    parts = [_compose_part(part, prefix, number) for number, part in enumerate(turn.content)]
    return (*thinking, *parts)


def _compose_thinking(turn: ScriptTurn, body: JsonObject, prefix: str) -> list[JsonObject]:
    is_resumed = merge_messages(body)[-1][0] == "assistant"
    if is_resumed or not MODELS[str(body["model"])].is_adaptive:
        return []
    config = body.get("thinking")
    is_shown = isinstance(config, Mapping) and config.get("display") == "summarized"
    text = turn.thinking if is_shown else ""
    return [{"type": "thinking", "thinking": text, "signature": sign_thinking(prefix, text)}]


def _compose_part(part: ScriptText | ScriptToolCall, prefix: str, number: int) -> JsonObject:
    if isinstance(part, ScriptText):
        return {"type": "text", "text": part.text}
    call_id = f"toolu_{prefix[:20]}{number:02}"
    return {"type": "tool_use", "id": call_id, "name": part.tool, "input": part.input}


def _split_block(block: JsonObject, inputs: str) -> tuple[JsonObject, list[JsonObject]]:
    """Return a block as it begins, and the deltas that complete it."""
    match block["type"]:
        case "thinking":
            deltas: list[JsonObject] = [
                {"type": "thinking_delta", "thinking": chunk}
                for chunk in _split_text(str(block["thinking"]), TEXT_CHUNK)
            ]
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
            return {**block, "thinking": "", "signature": ""}, deltas
        case "tool_use":
            text = _break_input(json.dumps(block["input"], ensure_ascii=False), inputs)
            chunks = ["", *_split_text(text, INPUT_CHUNK)]
            deltas = [{"type": "input_json_delta", "partial_json": chunk} for chunk in chunks]
            return {**block, "input": {}}, deltas
        case _:
            chunks = _split_text(str(block["text"]), TEXT_CHUNK)
            return {**block, "text": ""}, [
                {"type": "text_delta", "text": chunk} for chunk in chunks
            ]


def _break_input(text: str, inputs: str) -> str:
    if inputs == "garbage":
        return '{"path": nowhere'
    if inputs == "half":
        return text[: len(text) * 2 // 3]
    return text


def _split_text(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]
