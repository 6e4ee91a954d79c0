"""The conversation with the model, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """A tool as the model sees it; `schema` is a JSON Schema object."""

    name: str
    description: str
    schema: dict[str, object]


@dataclass(frozen=True, slots=True)
class PromptPrefix:
    """What opens a conversation and stays the same, byte for byte.

    The prompt cache and thinking blocks break otherwise.
    """

    system: str
    tools: tuple[ToolSchema, ...]


@dataclass(frozen=True, slots=True)
class UserText:
    """Our own words to the model; text from outside is data, and comes as a tool's result."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call that the model made."""

    id: str
    name: str
    input: dict[str, object]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The answer of a tool to the call with this id."""

    call_id: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ToolResults:
    """The results of one turn's calls, in the order of the calls: one user message."""

    results: tuple[ToolResult, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens by how they are billed, and their price in US dollars."""

    usd: float = 0.0
    input_tokens: int = 0  # prompt tokens neither read from nor written to the cache
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            round(self.usd + other.usd, 6),
            self.input_tokens + other.input_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the model, whole. `content` is JSON of the adapter's own, to be sent back.

    stop: "tools" calls to run; "end" it stopped by itself; "refused"; "budget" it was not asked,
    since the answer could pass the budget; "length" it was cut off twice; "context" the window is
    full; "broken" the answer never came whole.
    """

    stop: Literal["tools", "end", "refused", "budget", "length", "context", "broken"]
    content: str = "[]"
    calls: tuple[ToolCall, ...] = ()
    text: str = ""
    usage: Usage = Usage()
    why: str = ""  # for "refused", "budget" and "broken"


Conversation = tuple[UserText | Turn | ToolResults, ...]


@dataclass(frozen=True, slots=True)
class ConversationStart:
    """Our side of a conversation: the prefix, the first message, and one for a model that stops."""

    prefix: PromptPrefix
    first_message: str
    nudge: str
    model: str = "a language model"  # as people call it


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file of a plan: what changes there and why."""

    path: str
    change: str
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedWeakening:
    """An existing test, check or setting that must ask for less, by path or name, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The model's plan, which it submits before it may edit."""

    summary: str
    files: tuple[PlannedFile, ...] = ()
    tests: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    weakened: tuple[PlannedWeakening, ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """The model's words for its work: the commit message and the pull request's text."""

    title: str
    message: str
    summary: str
    look_at: tuple[str, ...] = ()
    differs: str = ""  # where the work left the plan, and why


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, by how they are billed."""

    input: float
    cache_write: float
    cache_read: float
    output: float


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A model, its effort, and its price."""

    model: str
    effort: str
    price: Price
