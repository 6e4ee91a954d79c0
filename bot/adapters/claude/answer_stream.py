"""Receive one answer of Claude's as it streams, whole or broken off."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, cast

import anthropic
import httpx2

from bot.adapters.claude.claude_errors import error_status
from bot.adapters.claude.pricing import TokenCounts, price_usage
from bot.adapters.claude.prompt_layout import Block
from bot.values import Price, Usage

TEXT_FIELDS: Final = {
    "text_delta": "text",
    "input_json_delta": "partial_json",
    "thinking_delta": "thinking",
}
COMPLETE: Final = ("tool_use", "end_turn", "stop_sequence")
CHARS_PER_TOKEN: Final = 3  # at least; for answers whose count never came


@dataclass(slots=True)
class AnswerStream:
    """One answer, as far as it was received."""

    price: Price
    message: Any = None
    is_broken: bool = False
    inputs: dict[int, str] = field(default_factory=dict)  # of tool calls, as they were written
    received_chars: int = 0

    def receive(self, stream: Any) -> None:
        """Take the stream's events until it ends or breaks off."""
        try:
            for event in stream:
                self._take(event, stream)
        except (httpx2.TransportError, ValueError):  # cut off, or JSON that is none
            self.is_broken = True
        except anthropic.APIStatusError as error:
            if error_status(error, default=500) < 429:
                raise
            self.is_broken = True

    def _take(self, event: Any, stream: Any) -> None:
        if event.type == "message_start":
            self.message = stream.current_message_snapshot
        elif event.type == "content_block_delta":
            text = getattr(event.delta, TEXT_FIELDS.get(event.delta.type, ""), "")
            self.received_chars += len(str(text))
            if event.delta.type == "input_json_delta":
                before = self.inputs.get(event.index, "")
                self.inputs[event.index] = before + event.delta.partial_json

    @property
    def stop_reason(self) -> str:
        """The API's stop reason, or "" for an answer that broke off or that cannot be used."""
        # A stream may end as if it were whole; only the missing stop reason tells.
        if self.is_broken or self.message is None or not self.message.stop_reason:
            return ""
        reason = str(self.message.stop_reason)
        if reason in COMPLETE and not all(map(_is_json_object, self.inputs.values())):
            return ""
        return reason

    @property
    def blocks(self) -> list[Block]:
        """The answer's content blocks as JSON data."""
        blocks = [block.to_dict() for block in self.message.content]
        text = json.dumps(blocks, ensure_ascii=False)
        # Half a surrogate pair can stand in JSON, but in no file, commit, request or record.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return cast("list[Block]", json.loads(text))

    @property
    def usage(self) -> Usage:
        """The tokens and the price of the answer, also when it broke off."""
        if self.message is None:
            return Usage()
        usage = self.message.usage
        output = usage.output_tokens
        if not self.message.stop_reason:
            # The count comes with the end; without one we pay at least for what was received.
            output = max(output, self.received_chars // CHARS_PER_TOKEN)
        creation = usage.cache_creation
        write_1h = creation.ephemeral_1h_input_tokens if creation else 0
        tokens = TokenCounts(
            uncached_input=usage.input_tokens,
            cache_write_5m=(usage.cache_creation_input_tokens or 0) - write_1h,
            cache_write_1h=write_1h,
            cache_read=usage.cache_read_input_tokens or 0,
            output=output,
        )
        return price_usage(self.price, tokens)


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text or "{}"), dict)
    except ValueError:
        return False
