"""Here lives what the double says, as a message and as a stream of events, and the ways in which
both go wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Literal, TypeAlias

from bot.forge.claude_blocks import Json, canon, digests, messages, pieces
from bot.forge.claude_cache import CacheUsage, PromptCache
from bot.forge.claude_rules import MODELS, signature
from bot.forge.claude_script import ScriptText, ScriptToolCall, ScriptTurn


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
    """The answer breaks off after some events: the socket closes, the body ends, an error comes, or
    nothing more.

    "garbage" and "half" are whole, but the inputs of their tool calls are no JSON, or end in the
    middle.
    """

    how: Literal["drop", "eof", "error", "stall", "garbage", "half"]
    after: int = 6
    kind: str = "overloaded_error"


@dataclass(frozen=True, slots=True)
class EarlyStop:
    """The answer ends for another reason than that the model had said all."""

    reason: Literal["refusal", "max_tokens", "pause_turn", "model_context_window_exceeded"]
    category: str | None = "cyber"


ClaudeFault: TypeAlias = FailedRequest | BrokenStream | EarlyStop
StreamEvent: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class ClaudeReply:
    """A whole answer. `cut`: its last block is not all there."""

    id: str
    model: str
    blocks: tuple[Json, ...]
    stop: str
    usage: CacheUsage
    out: int
    cut: bool = False
    inputs: Literal["whole", "garbage", "half"] = "whole"
    category: str | None = None

    @property
    def whole(self) -> dict[str, object]:
        """As the API answers without a stream."""
        blocks = list(self.blocks[: -1 if self.cut else None] or self.blocks[:1])
        return self._envelope(blocks, self.out) | {
            "stop_reason": self.stop,
            "stop_details": self._details,
        }

    @property
    def events(self) -> Iterator[StreamEvent]:
        """As the API streams it."""
        yield {"type": "message_start", "message": self._envelope([], 1)}
        yield {"type": "ping"}
        for index, block in enumerate(self.blocks):
            yield from self._block(index, block)
        delta = {"stop_reason": self.stop, "stop_sequence": None, "stop_details": self._details}
        yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": self.out}}
        yield {"type": "message_stop"}

    def _block(self, index: int, block: Json) -> Iterator[StreamEvent]:
        start, deltas = _opened(block, self.inputs)
        if self.cut and index == len(self.blocks) - 1:
            deltas = deltas[: len(deltas) // 2]
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}

    def _envelope(self, blocks: list[Json], out: int) -> dict[str, object]:
        return {
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": blocks,
            "stop_reason": None, "stop_sequence": None, "stop_details": None, "usage": self.usage.json(out),
        }  # fmt: skip

    @property
    def _details(self) -> Json | None:
        return (
            {"type": "refusal", "category": self.category, "explanation": None}
            if self.stop == "refusal"
            else None
        )


def compose_reply(
    line: ScriptTurn, body: Json, usage: CacheUsage, cache: PromptCache, fault: ClaudeFault | None
) -> ClaudeReply:
    """What the model says to a request: the same for the same request, ids and signatures too."""
    before = digests(pieces(body))[-1]
    blocks = _said(
        line, body, before, paused=isinstance(fault, EarlyStop) and fault.reason == "pause_turn"
    )
    out = max(line.out, sum(cache.tokens(len(canon(block))) for block in blocks))
    stop = "tool_use" if any(block["type"] == "tool_use" for block in blocks) else "end_turn"
    category, limit = None, int(str(body["max_tokens"]))
    if isinstance(fault, EarlyStop):
        stop, category = fault.reason, fault.category
    if out > limit:
        out, stop = limit, "max_tokens"
    cut = stop in ("max_tokens", "refusal", "model_context_window_exceeded")
    inputs = (
        fault.how
        if isinstance(fault, BrokenStream) and fault.how in ("garbage", "half")
        else "whole"
    )
    return ClaudeReply(
        f"msg_{before[:24]}", str(body["model"]), blocks, stop, usage, out, cut, inputs, category
    )


def encode_event(event: StreamEvent) -> bytes:
    """An event on the wire."""
    told = json.dumps(event, ensure_ascii=False).encode(
        errors="backslashreplace"
    )  # half a pair, as JSON escapes it
    return b"event: %b\ndata: %b\n\n" % (str(event["type"]).encode(), told)


def _said(line: ScriptTurn, body: Json, before: str, *, paused: bool) -> tuple[Json, ...]:
    numbers = count()
    thought = _thought(line, body, before)
    if paused:
        return (*thought, {"type": "text", "text": "One moment."})
    return (*thought, *(_part(part, before, next(numbers)) for part in line.say))


def _thought(line: ScriptTurn, body: Json, before: str) -> tuple[Json, ...]:
    resumed = messages(body)[-1][0] == "assistant"
    if resumed or not MODELS[str(body["model"])].adaptive:
        return ()
    config = body.get("thinking")
    shown = isinstance(config, Mapping) and config.get("display") == "summarized"
    text = line.thought if shown else ""
    return ({"type": "thinking", "thinking": text, "signature": signature(before, text)},)


def _part(part: ScriptText | ScriptToolCall, before: str, number: int) -> Json:
    match part:
        case ScriptText(text=text):
            return {"type": "text", "text": text}
        case ScriptToolCall(tool=tool, input=given):
            return {
                "type": "tool_use",
                "id": f"toolu_{before[:20]}{number:02}",
                "name": tool,
                "input": given,
            }


def _opened(block: Json, inputs: str) -> tuple[Json, list[Json]]:
    """A block as it begins, and the deltas that complete it."""
    match block["type"]:
        case "thinking":
            shown = [
                {"type": "thinking_delta", "thinking": piece}
                for piece in _cut(str(block["thinking"]), 40)
            ]
            signed = {"type": "signature_delta", "signature": block["signature"]}
            return {**block, "thinking": "", "signature": ""}, [*shown, signed]
        case "tool_use":
            text = json.dumps(block["input"], ensure_ascii=False)
            written = {
                "whole": text,
                "garbage": '{"path": nowhere',
                "half": text[: len(text) * 2 // 3],
            }[inputs]
            deltas = [
                {"type": "input_json_delta", "partial_json": piece}
                for piece in ["", *_cut(written, 60)]
            ]
            return {**block, "input": {}}, [*deltas]
        case _:
            return {**block, "text": ""}, [
                {"type": "text_delta", "text": piece} for piece in _cut(str(block["text"]), 40)
            ]


def _cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]
