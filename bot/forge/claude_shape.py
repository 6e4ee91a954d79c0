"""Here lives the shape of a request to the Messages API: what the double takes, as strictly as the
API.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

Filled = Annotated[str, StringConstraints(pattern=r"\S")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]


class Shape(BaseModel):
    """Strict: what is not named is rejected, as the API rejects removed parameters such as
    `temperature`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class CacheControl(Shape):
    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class Text(Shape):
    type: Literal["text"]
    text: Filled
    cache_control: CacheControl | None = None
    citations: None = None


class Thinking(Shape):
    type: Literal["thinking"]
    thinking: str
    signature: str


class ToolUse(Shape):
    type: Literal["tool_use"]
    id: Name
    name: Name
    input: dict[str, JsonValue]
    cache_control: CacheControl | None = None


class ToolResult(Shape):
    type: Literal["tool_result"]
    tool_use_id: Name
    content: str | tuple[Text, ...] = ""
    is_error: bool = False
    cache_control: CacheControl | None = None


Block = Annotated[Text | Thinking | ToolUse | ToolResult, Field(discriminator="type")]


class Message(Shape):
    role: Literal["user", "assistant", "system"]
    content: Filled | Annotated[tuple[Block, ...], Field(min_length=1)]


class Tool(Shape):
    name: Name
    description: str = ""
    input_schema: dict[str, JsonValue]
    strict: bool = False
    eager_input_streaming: bool | None = None
    cache_control: CacheControl | None = None
    type: Literal["custom"] = "custom"


class ThinkingConfig(Shape):
    type: Literal["adaptive", "between_tools", "enabled", "disabled"]
    display: Literal["summarized", "omitted"] | None = None
    budget_tokens: int | None = None


class ToolChoice(Shape):
    type: Literal["auto", "none", "any", "tool"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class OutputConfig(Shape):
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: JsonValue = None


class Metadata(Shape):
    user_id: str | None = None


class Prompt(Shape):
    """What a prompt is counted by."""

    model: str
    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=100_000)]
    system: str | tuple[Text, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    thinking: ThinkingConfig | None = None
    output_config: OutputConfig | None = None
    cache_control: CacheControl | None = None


class Asked(Prompt):
    """What a message is asked for with. `max_tokens` of 0, which warms the cache, is not in the
    double.
    """

    max_tokens: Annotated[int, Field(ge=1)]
    stream: bool = False
    stop_sequences: tuple[str, ...] = ()
    metadata: Metadata | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
