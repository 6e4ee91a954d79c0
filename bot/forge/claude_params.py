"""Check the shape of a request to the Messages API as strictly as the API does.

The classes are named as in Anthropic's SDK.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

FilledText = Annotated[str, StringConstraints(pattern=r"\S")]
ApiName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]


class ApiParams(BaseModel):
    """Strict parameters: the API rejects unknown ones, and removed ones such as `temperature`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CacheControlParam(ApiParams):
    """A cache breakpoint."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class TextBlockParam(ApiParams):
    """A text."""

    type: Literal["text"]
    text: FilledText
    cache_control: CacheControlParam | None = None
    citations: None = None


class ThinkingBlockParam(ApiParams):
    """The model's thinking, signed by the API."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class ToolUseBlockParam(ApiParams):
    """A call of a tool by the model."""

    type: Literal["tool_use"]
    id: ApiName
    name: ApiName
    input: dict[str, JsonValue]
    cache_control: CacheControlParam | None = None


class ToolResultBlockParam(ApiParams):
    """The result of a call, or its error."""

    type: Literal["tool_result"]
    tool_use_id: ApiName
    content: str | tuple[TextBlockParam, ...] = ""
    is_error: bool = False
    cache_control: CacheControlParam | None = None


ContentBlockParam = Annotated[
    TextBlockParam | ThinkingBlockParam | ToolUseBlockParam | ToolResultBlockParam,
    Field(discriminator="type"),
]


class MessageParam(ApiParams):
    """One message of the conversation."""

    role: Literal["user", "assistant", "system"]
    content: FilledText | Annotated[tuple[ContentBlockParam, ...], Field(min_length=1)]


class ToolParam(ApiParams):
    """A tool that the model may call."""

    name: ApiName
    description: str = ""
    input_schema: dict[str, JsonValue]
    strict: bool = False
    eager_input_streaming: bool | None = None
    cache_control: CacheControlParam | None = None
    type: Literal["custom"] = "custom"


class ThinkingConfigParam(ApiParams):
    """The way in which the model thinks."""

    type: Literal["adaptive", "between_tools", "enabled", "disabled"]
    display: Literal["summarized", "omitted"] | None = None
    budget_tokens: int | None = None


class ToolChoiceParam(ApiParams):
    """The tools that the model may or must call."""

    type: Literal["auto", "none", "any", "tool"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class OutputConfigParam(ApiParams):
    """The effort and the format of the answer."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: JsonValue = None


class MetadataParam(ApiParams):
    """What the API is told of the user."""

    user_id: str | None = None


class CountTokensParams(ApiParams):
    """The parameters of a request that counts a prompt's tokens."""

    model: str
    messages: Annotated[tuple[MessageParam, ...], Field(min_length=1, max_length=100_000)]
    system: str | tuple[TextBlockParam, ...] = ()
    tools: tuple[ToolParam, ...] = ()
    tool_choice: ToolChoiceParam | None = None
    thinking: ThinkingConfigParam | None = None
    output_config: OutputConfigParam | None = None
    cache_control: CacheControlParam | None = None


class MessageParams(CountTokensParams):
    """The parameters of a request for a message.

    `max_tokens` of 0, which warms the cache, is not in the double.
    """

    max_tokens: Annotated[int, Field(ge=1)]
    stream: bool = False
    stop_sequences: tuple[str, ...] = ()
    metadata: MetadataParam | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
