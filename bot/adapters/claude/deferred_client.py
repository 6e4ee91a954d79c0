"""Claude, connected when it is first asked: its library is half of the time that a start takes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Final

from bot.adapters.claude.prompt_layout import Entries
from bot.lasting_imports import import_lasting
from bot.ports import Metrics, NoMetrics, NoTraces, SpanAttribute, Traces
from bot.values import ModelConfig, PromptPrefix, Turn

if TYPE_CHECKING:
    from bot.adapters.claude.claude_client import ClaudeClient


class DeferredClaude:
    """The port `bot.ports.Model`: a `ClaudeClient` that is made at the first question.

    Three thousand modules come with it; a bot that waits for GitHub needs none of them.
    """

    name: Final = "Claude"

    def __init__(
        self,
        api_key: str,
        config: ModelConfig,
        base_url: str | None = None,
        metrics: Metrics | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._metrics = metrics or NoMetrics()
        self._traces = traces or NoTraces()
        self._model = config.model
        self._connect: Callable[[], ClaudeClient] = lambda: import_lasting(
            "bot.adapters.claude.claude_client"
        ).ClaudeClient(api_key, config, base_url)
        self._lock = Lock()
        self._client: ClaudeClient | None = None

    def turn(self, prefix: PromptPrefix, conversation: Entries, budget_usd: float) -> Turn:
        """Ask for the next turn, as `ClaudeClient.turn` does."""
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": self._model,
        }
        with self._traces.span(f"chat {self._model}", "client", attributes) as span:
            turn = self._get_client().turn(prefix, conversation, budget_usd)
            span.attributes |= _describe_turn(turn)
        self._metrics.count_turn(turn.usage)
        return turn

    def fetch_lifecycle(self) -> tuple[str, str]:
        """Ask how long the model lives, as `ClaudeClient.fetch_lifecycle` does."""
        return self._get_client().fetch_lifecycle()

    def _get_client(self) -> ClaudeClient:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client


def _describe_turn(turn: Turn) -> dict[str, SpanAttribute]:
    """Say for a trace what a turn used; by the conventions the input counts what is cached too."""
    usage = turn.usage
    prompt_tokens = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    return {
        "gen_ai.response.finish_reasons": (turn.stop,),
        "gen_ai.usage.input_tokens": prompt_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "greenlit.usd": usage.usd,
    }
