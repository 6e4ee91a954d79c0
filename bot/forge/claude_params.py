"""Here lives the shape of a request to the Messages API: what the double takes, as strictly as the
API.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

Filled = Annotated[str, StringConstraints(pattern=r"\S")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]


class ApiParams(BaseModel):
    """Strict: what is not named is rejected, as the API rejects removed parameters such as
    `temperature`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class CacheControlParam(ApiParams):
    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class TextBlockParam(ApiParams):
    type: Literal["text"]
    text: Filled
    cache_control: CacheControlParam | None = None
    citations: None = None


class ThinkingBlockParam(ApiParams):
    type: Literal["thinking"]
    thinking: str
    signature: str


class ToolUseBlockParam(ApiParams):
    type: Literal["tool_use"]
    id: Name
    name: Name
    input: dict[str, JsonValue]
    cache_control: CacheControlParam | None = None


class ToolResultBlockParam(ApiParams):
    type: Literal["tool_result"]
    tool_use_id: Name
    content: str | tuple[TextBlockParam, ...] = ""
    is_error: bool = False
    cache_control: CacheControlParam | None = None


ContentBlockParam = Annotated[
    TextBlockParam | ThinkingBlockParam | ToolUseBlockParam | ToolResultBlockParam,
    Field(discriminator="type"),
]


class MessageParam(ApiParams):
    role: Literal["user", "assistant", "system"]
    content: Filled | Annotated[tuple[ContentBlockParam, ...], Field(min_length=1)]


class ToolParam(ApiParams):
    name: Name
    description: str = ""
    input_schema: dict[str, JsonValue]
    strict: bool = False
    eager_input_streaming: bool | None = None
    cache_control: CacheControlParam | None = None
    type: Literal["custom"] = "custom"


class ThinkingConfigParam(ApiParams):
    type: Literal["adaptive", "between_tools", "enabled", "disabled"]
    display: Literal["summarized", "omitted"] | None = None
    budget_tokens: int | None = None


class ToolChoiceParam(ApiParams):
    type: Literal["auto", "none", "any", "tool"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class OutputConfigParam(ApiParams):
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: JsonValue = None


class MetadataParam(ApiParams):
    user_id: str | None = None


class CountTokensParams(ApiParams):
    """What a prompt is counted by."""

    model: str
    messages: Annotated[tuple[MessageParam, ...], Field(min_length=1, max_length=100_000)]
    system: str | tuple[TextBlockParam, ...] = ()
    tools: tuple[ToolParam, ...] = ()
    tool_choice: ToolChoiceParam | None = None
    thinking: ThinkingConfigParam | None = None
    output_config: OutputConfigParam | None = None
    cache_control: CacheControlParam | None = None


class MessageParams(CountTokensParams):
    """What a message is asked for with. `max_tokens` of 0, which warms the cache, is not in the
    double.
    """

    max_tokens: Annotated[int, Field(ge=1)]
    stream: bool = False
    stop_sequences: tuple[str, ...] = ()
    metadata: MetadataParam | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
