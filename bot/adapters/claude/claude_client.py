"""Ask Claude for turns, through the Messages API, and handle each way in which an answer ends."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import finalize

import anthropic
import httpx2

from bot.adapters.claude.answer_stream import AnswerStream
from bot.adapters.claude.claude_errors import translate_errors
from bot.adapters.claude.pricing import MILLION, affordable_tokens
from bot.adapters.claude.prompt_layout import (
    Block,
    Entries,
    bound_prompt_tokens,
    build_request,
    continue_request,
    max_answer_tokens,
)
from bot.values import ModelConfig, PromptPrefix, ToolCall, Turn, Usage

URL: Final = "https://api.anthropic.com"
# A limit of 16,000 cut off 15 to 33 % of the answers (platform documentation, August 2026).
FIRST_LIMIT_TOKENS: Final = 64_000
SHORTEST_TOKENS: Final = 4_000  # an answer below that is of no use


@dataclass(frozen=True, slots=True)
class StreamPolicy:
    """Limits of a read's time, and how often a broken answer is asked for again."""

    read_timeout_s: float = 120.0
    connect_timeout_s: float = 10.0
    retries: int = 2
    pause_s: float = 1.0


class ClaudeClient:
    """The model's turns, streamed. One client serves the process; threads may share it."""

    name: Final = "Claude"

    def __init__(
        self,
        api_key: str,
        config: ModelConfig,
        base_url: str | None = None,
        policy: StreamPolicy | None = None,
    ) -> None:
        self._config = config
        self._policy = policy or StreamPolicy()
        timeout = httpx2.Timeout(
            self._policy.read_timeout_s, connect=self._policy.connect_timeout_s
        )
        # A key and an address given here keep the SDK from looking for others in the environment
        # and on the disk. It would obey a retry-after of days by sleeping: the engine tries again
        # instead.
        self._client = anthropic.Anthropic(
            api_key=api_key.strip(),
            base_url=base_url or URL,
            timeout=timeout,
            max_retries=0,
            open_telemetry=False,
        )
        # Else its connections stay open until the memory is tidied.
        finalize(self, self._client.close)

    def turn(self, prefix: PromptPrefix, conversation: Entries, budget_usd: float) -> Turn:
        """Ask for the next turn, again where the answer breaks off or is cut off.

        Raises Refusal where the operator must act, Unreachable where waiting may help.
        """
        request = build_request(self._config, prefix, conversation)
        asking = _Asking(request, bound_prompt_tokens(request, conversation), budget_usd)
        attempts = 1 + self._policy.retries
        while attempts:
            room = self._answer_room(asking)
            if room < asking.shortest:
                return _budget_turn(self._config, asking)
            answer = self._stream(asking.request | {"max_tokens": room})
            asking.usage += answer.usage
            match answer.stop_reason:
                case "":
                    attempts -= 1
                    time.sleep(self._policy.pause_s if attempts else 0)
                case "pause_turn":
                    attempts -= 1
                    asking.go_on(answer)
                case "max_tokens" if asking.limit < max_answer_tokens(self._config.model):
                    asking.shortest = room + 1
                    asking.limit = max_answer_tokens(self._config.model)
                case _:
                    return _build_turn(answer, asking)
        # No exception: what the broken answers cost is part of what the run has spent.
        why = f"the answer broke off {1 + self._policy.retries} times"
        return Turn("broken", usage=asking.usage, why=why)

    def fetch_lifecycle(self) -> tuple[str, str]:
        """Return the model, and "active", "deprecated", "retired", or "unknown" to this key."""
        model = self._config.model
        with translate_errors(model):
            try:
                return model, self._client.models.retrieve(model).lifecycle
            except anthropic.NotFoundError:
                return model, "unknown"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _answer_room(self, asking: _Asking) -> int:
        """Compute how many tokens the answer may have.

        Only near the budget is it worth asking how long the prompt really is.
        """
        price, left_usd = self._config.price, asking.left_usd
        room = affordable_tokens(price, asking.prompt_tokens, left_usd)
        if room < asking.limit and affordable_tokens(price, 0, left_usd) >= SHORTEST_TOKENS:
            counted = self._count_prompt(asking)
            room = max(room, affordable_tokens(price, counted, left_usd))
        return min(asking.limit, room)

    def _count_prompt(self, asking: _Asking) -> int:
        with translate_errors(self._config.model):
            try:
                counted = self._client.messages.count_tokens(**asking.request).input_tokens
            except anthropic.NotFoundError:  # proxies leave it out
                return asking.prompt_tokens
        return counted + counted // 20 + 100  # it is an estimate, the documentation says

    def _stream(self, request: dict[str, Any]) -> AnswerStream:
        """Receive an answer, whole or not. The SDK repeats nothing once a stream has begun."""
        answer = AnswerStream(self._config.price)
        with (
            translate_errors(self._config.model),
            self._client.messages.stream(**request) as stream,
        ):
            answer.receive(stream)
        return answer


@dataclass(slots=True)
class _Asking:
    """The state of asking for one turn: its answers until one is whole, and what they cost."""

    request: dict[str, Any]
    prompt_tokens: int  # at most
    budget_usd: float
    shortest: int = SHORTEST_TOKENS
    limit: int = FIRST_LIMIT_TOKENS
    usage: Usage = field(default_factory=Usage)
    paused: tuple[Block, ...] = ()  # what the model said before it paused

    @property
    def left_usd(self) -> float:
        return self.budget_usd - self.usage.usd

    def go_on(self, answer: AnswerStream) -> None:
        """Let the model go on after a pause."""
        self.request = continue_request(self.request, answer.blocks)
        self.prompt_tokens += answer.usage.output_tokens
        self.paused += tuple(answer.blocks)


def _build_turn(answer: AnswerStream, asking: _Asking) -> Turn:
    """Build the turn; a refused or cut off answer has no content, so later prompts leave it out."""
    blocks = [*asking.paused, *answer.blocks]
    text = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    match answer.stop_reason:
        case "tool_use" | "end_turn" | "stop_sequence":
            calls = tuple(
                ToolCall(block["id"], block["name"], block["input"])
                for block in blocks
                if block["type"] == "tool_use"
            )
            content = json.dumps(blocks, ensure_ascii=False)
            return Turn("tools" if calls else "end", content, calls, text, asking.usage)
        case "refusal":
            why = _refusal_category(answer.message.stop_details)
            return Turn("refused", usage=asking.usage, why=why)
        case "max_tokens":
            return Turn("length", text=text, usage=asking.usage)
        case "model_context_window_exceeded":
            return Turn("context", text=text, usage=asking.usage)
        case reason:
            raise ValueError(f"Claude stopped with {reason!r}, which this version does not know")


def _refusal_category(details: Any) -> str:
    return str(details.category) if details and details.category else "no category given"


def _budget_turn(config: ModelConfig, asking: _Asking) -> Turn:
    answer_usd = asking.shortest * config.price.output / MILLION
    answer = "the shortest useful answer"
    if asking.shortest > SHORTEST_TOKENS:
        answer = "a longer answer than the one that was cut off"
    why = (
        f"${max(0.0, asking.left_usd):.2f} is left; the prompt and {answer} could cost more "
        f"(the answer alone ${answer_usd:.2f})"
    )
    return Turn("budget", usage=asking.usage, why=why)
