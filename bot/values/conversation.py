"""Here lives the conversation with the model, and what it costs."""

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
    """What stays the same through a conversation, byte for byte, or the prompt cache and thinking
    blocks break.
    """

    system: str
    tools: tuple[ToolSchema, ...]


@dataclass(frozen=True, slots=True)
class UserText:
    """Our own words to the model. Never text from outside: that is data, and data comes as a tool's
    answer.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call that the model made."""

    id: str
    name: str
    input: dict[str, object]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered to the call with this id."""

    call_id: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ToolResults:
    """All answers to one turn's calls, in the order of the calls: one user message."""

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
    """One answer of the model, whole. `content` is the JSON of its blocks as received, to be sent
    back unchanged.

    stop: "tools" calls to run; "end" it stopped by itself; "refused"; "budget" not asked, the next
    call could pass
    the cap; "length" cut off twice; "context" the window is full; "broken" the answer never came
    whole.
    """

    stop: Literal["tools", "end", "refused", "budget", "length", "context", "broken"]
    content: str = "[]"
    calls: tuple[ToolCall, ...] = ()
    text: str = ""
    usage: Usage = Usage()
    why: str = ""  # for refused and budget


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
    """An existing test, check or setting that must ask for less than before, by path or name, and
    why.
    """

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model means to do, before it may edit."""

    summary: str
    files: tuple[PlannedFile, ...] = ()
    tests: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    weakened: tuple[PlannedWeakening, ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """What the model says it did: the commit's message and the pull request's words."""

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
    """A model, how hard it shall think, and its price."""

    model: str
    effort: str
    price: Price
