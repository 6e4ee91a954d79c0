"""Here lives Claude: the Messages API behind the port `Model`, with every way it stops, breaks,
refuses and bills.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast
from weakref import finalize

import anthropic
import httpx2

from bot.adapters.claude.prompt_layout import (
    MILLION,
    Block,
    affordable,
    bill,
    continued,
    layout,
    longest,
    prompt_at_most,
)
from bot.ports import RateLimited, Refusal, Unreachable
from bot.text import mask_secrets
from bot.values import ModelConfig, PromptPrefix, ToolCall, ToolResults, Turn, Usage, UserText

URL: Final = "https://api.anthropic.com"
LONG: Final = (
    64_000  # a cap of 16,000 lost 15 to 33 % of attempts (platform documentation, August 2026)
)
LEAST: Final = 4_000
HOUR_S: Final = 3600
WRITTEN: Final = {
    "text_delta": "text",
    "input_json_delta": "partial_json",
    "thinking_delta": "thinking",
}
USABLE: Final = ("tool_use", "end_turn", "stop_sequence")
KEY: Final = "Set GREENLIT_ANTHROPIC_API_KEY to a key that may do this."
CONSOLE: Final = (
    "The operator can raise the limit or pay in Claude's console (Settings, Limits and Billing)."
)

# An error inside of a stream has the status 200: what happened is told by its type.
STATUS: Final = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one read may take, how often a broken stream is asked for again, and the pause
    before.
    """

    read_s: float = 120.0
    connect_s: float = 10.0
    again: int = 2
    pause_s: float = 1.0


class Claude:
    """A conversation's turns, streamed. One client for the process; it may be used from many
    threads.
    """

    def __init__(
        self,
        api_key: str,
        models: Mapping[str, ModelConfig],
        base_url: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._models = models
        self._patience = patience or Patience()
        timeout = httpx2.Timeout(self._patience.read_s, connect=self._patience.connect_s)
        # A key and an address given here keep the SDK from looking for others in the environment
        # and on the disk.
        # It would obey a retry-after of days by sleeping: the engine tries again instead.
        self._client = anthropic.Anthropic(
            api_key=api_key.strip(),
            base_url=base_url or URL,
            timeout=timeout,
            max_retries=0,
            open_telemetry=False,
        )
        finalize(
            self, self._client.close
        )  # else its connections stay open until the memory is tidied

    def turn(
        self, brief: PromptPrefix, said: Sequence[UserText | Turn | ToolResults], purse_usd: float
    ) -> Turn:
        """The model's next turn. Raises Refusal where the operator must act, Unreachable where
        waiting may help.
        """
        deal = self._models[brief.role]
        request = layout(deal, brief, said)
        prompt, least, limit = prompt_at_most(request, said), LEAST, LONG
        spent, before, tries = Usage(), list[Block](), 1 + self._patience.again
        while tries:
            room = self._room(deal, request, prompt, purse_usd - spent.usd, limit)
            if room < least:
                return _too_dear(deal, purse_usd - spent.usd, least, spent)
            heard = self._listen(deal, request | {"max_tokens": room})
            spent += heard.spent
            match heard.stop:
                case "":
                    tries -= 1
                    time.sleep(self._patience.pause_s if tries else 0)
                case "pause_turn":
                    tries -= 1
                    request, prompt = (
                        continued(request, heard.blocks),
                        prompt + heard.spent.output_tokens,
                    )
                    before += heard.blocks
                case "max_tokens" if limit < longest(deal.model):
                    least, limit = room + 1, longest(deal.model)
                case _:
                    return _turn(heard, before, spent)
        # No exception: what the broken answers cost is part of what the run has spent.
        return Turn(
            "broken", usage=spent, why=f"Claude's answer broke off {1 + self._patience.again} times"
        )

    def models(self) -> dict[str, str]:
        """Each configured model with "active", "deprecated" or "retired", or "unknown" to the API
        or for this key.
        """
        return {
            model: self._lifecycle(model)
            for model in sorted({deal.model for deal in self._models.values()})
        }

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _lifecycle(self, model: str) -> str:
        with _errors(model):
            try:
                return self._client.models.retrieve(model).lifecycle
            except anthropic.NotFoundError:
                return "unknown"

    def _room(
        self, deal: ModelConfig, request: dict[str, Any], prompt: int, purse_usd: float, limit: int
    ) -> int:
        """How many tokens the answer may have. Only near the cap is it worth asking how long the
        prompt really is.
        """
        room = affordable(deal.price, prompt, purse_usd)
        if room < limit and affordable(deal.price, 0, purse_usd) >= LEAST:
            room = max(
                room, affordable(deal.price, self._counted(deal.model, request, prompt), purse_usd)
            )
        return min(limit, room)

    def _counted(self, model: str, request: dict[str, Any], otherwise: int) -> int:
        with _errors(model):
            try:
                counted = self._client.messages.count_tokens(**request).input_tokens
            except anthropic.NotFoundError:  # proxies leave it out
                return otherwise
        return counted + counted // 20 + 100  # it is an estimate, the documentation says

    def _listen(self, deal: ModelConfig, request: dict[str, Any]) -> _Heard:
        """One answer, or as much of it as came. The SDK repeats nothing once a stream has begun."""
        heard = _Heard(deal)
        with _errors(deal.model), self._client.messages.stream(**request) as stream:
            heard.all_of(stream)
        return heard


@dataclass(slots=True)
class _Heard:
    """What came of one answer."""

    deal: ModelConfig
    message: Any = None
    broken: bool = False
    inputs: dict[int, str] = field(default_factory=dict)  # of tool calls, as they were written
    received: int = 0

    def all_of(self, stream: Any) -> None:
        try:
            for event in stream:
                self._take(event, stream)
        except (httpx2.TransportError, ValueError):  # cut off, or JSON that is none
            self.broken = True
        except anthropic.APIStatusError as error:
            if STATUS.get(error.type or "", 500) < 429:
                raise
            self.broken = True

    def _take(self, event: Any, stream: Any) -> None:
        if event.type == "message_start":
            self.message = stream.current_message_snapshot
        elif event.type == "content_block_delta":
            self.received += len(_letters(event.delta))
            if event.delta.type == "input_json_delta":
                self.inputs[event.index] = (
                    self.inputs.get(event.index, "") + event.delta.partial_json
                )

    @property
    def stop(self) -> str:
        """The API's word, or "" for an answer that broke off or that cannot be used."""
        # A stream may end as if it were whole; only the missing stop reason tells.
        if self.broken or self.message is None or not self.message.stop_reason:
            return ""
        reason = str(self.message.stop_reason)
        return "" if reason in USABLE and not all(map(_is_object, self.inputs.values())) else reason

    @property
    def blocks(self) -> list[Block]:
        written = json.dumps(
            [block.to_dict() for block in self.message.content], ensure_ascii=False
        )
        # Half a surrogate pair can stand in JSON, but in no file, commit, request or record.
        whole = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return cast("list[Block]", json.loads(whole))

    @property
    def spent(self) -> Usage:
        if self.message is None:
            return Usage()
        usage = self.message.usage
        written = usage.cache_creation_input_tokens or 0
        kept = usage.cache_creation.ephemeral_1h_input_tokens if usage.cache_creation else 0
        # The count comes with the end; of an answer without one we pay at least for what was
        # received.
        out = (
            usage.output_tokens
            if self.message.stop_reason
            else max(usage.output_tokens, self.received // 3)
        )
        tokens = {
            "fresh": usage.input_tokens,
            "written": written - kept,
            "kept": kept,
            "read": usage.cache_read_input_tokens or 0,
            "out": out,
        }
        return bill(self.deal.price, tokens)


def _letters(delta: Any) -> str:
    return str(getattr(delta, WRITTEN.get(delta.type, ""), ""))


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text or "{}"), dict)
    except ValueError:
        return False


def _turn(heard: _Heard, before: list[Block], spent: Usage) -> Turn:
    """What cannot be used is not kept: a refused or cut answer has no content and is left out of
    later prompts.
    """
    blocks = before + heard.blocks
    text = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    match heard.stop:
        case "tool_use" | "end_turn" | "stop_sequence":
            calls = tuple(
                ToolCall(block["id"], block["name"], block["input"])
                for block in blocks
                if _is_call(block)
            )
            content = json.dumps(blocks, ensure_ascii=False)
            return Turn("tools" if calls else "end", content, calls, text, spent)
        case "refusal":
            return Turn("refused", usage=spent, why=_category(heard.message.stop_details))
        case "max_tokens":
            return Turn("length", text=text, usage=spent)
        case "model_context_window_exceeded":
            return Turn("context", text=text, usage=spent)
        case other:
            raise ValueError(f"Claude stopped with {other!r}, which this version does not know")


def _is_call(block: Block) -> bool:
    return bool(block["type"] == "tool_use")


def _category(details: Any) -> str:
    return str(details.category) if details and details.category else "no category given"


def _too_dear(deal: ModelConfig, purse_usd: float, least: int, spent: Usage) -> Turn:
    needed = least * deal.price.output / MILLION
    cut = (
        "a longer answer than the one that was cut off"
        if least > LEAST
        else "the shortest useful answer"
    )
    why = f"${max(0.0, purse_usd):.2f} is left; the prompt and {cut} could cost more (the answer alone ${needed:.2f})"
    return Turn("budget", usage=spent, why=why)


@contextmanager
def _errors(model: str) -> Iterator[None]:
    """Turn the SDK's errors into the port's; what is left is a bug of ours and stays as it is."""
    try:
        yield
    except anthropic.APIError as error:
        told = _told(error, model)
        if told is error:
            raise
        raise told from error


def _told(error: anthropic.APIError, model: str) -> Exception:
    if not isinstance(error, anthropic.APIStatusError):
        return Unreachable(f"Claude's API cannot be reached: {type(error).__name__}.")
    status = STATUS.get(error.type or "", error.status_code)
    said = f"{mask_secrets(error.api_message or 'no message')} (request {error.request_id})"
    code = error.error_code or ""
    if status == 402 or "spend" in code or "billing" in code or code == "organization_on_hold":
        return Refusal(f"Claude's API wants the account settled: {said}. {CONSOLE}")
    if status == 429:
        return _limited(error, said)
    if status in (408, 409) or status >= 500:
        return Unreachable(f"Claude's API answered {status}: {said}.")
    advice = {
        401: KEY,
        403: KEY,
        404: f"It does not know {model}: set GREENLIT_MODEL to one of its models.",
    }
    return Refusal(f"Claude's API refused: {said}. {advice[status]}") if status in advice else error


def _limited(error: anthropic.APIStatusError, said: str) -> Exception:
    # A rate limit says when it ends; without that, or days away, it is the month's spend limit.
    wait = _retry_after_s(error.response.headers)
    if wait is None or wait > HOUR_S:
        return Refusal(f"Claude's API has reached a spend limit: {said}. {CONSOLE}")
    return RateLimited(f"Claude's API limits the rate: {said}.", time.time() + wait)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait; HTTP allows a number or a date. None when the API does not say."""
    said = headers.get("retry-after", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None
