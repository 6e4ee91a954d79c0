"""Play scripts: conversations recorded turn by turn, with what the other side must have sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from bot.forge.claude_blocks import JsonObject, list_blocks, merge_messages
from bot.forge.claude_rules import ApiError


class ScriptPart(BaseModel):
    """A part of a script; an unknown key is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedResult(ScriptPart):
    """The result of a tool call: the tool, whether it failed, and texts that it must hold."""

    tool: str
    failed: bool = False
    contains: tuple[str, ...] = ()


class Expectation(ScriptPart):
    """What must have come since the turn before: these results in this order, and these texts."""

    results: tuple[ExpectedResult, ...] = ()
    texts: tuple[str, ...] = ()
    tools: tuple[str, ...] | None = None  # the tools offered; without it, the script's


class ScriptText(ScriptPart):
    """A text of the model."""

    text: str


class ScriptToolCall(ScriptPart):
    """A tool call of the model."""

    tool: str
    input: dict[str, JsonValue] = Field(default_factory=dict)


class ScriptTurn(ScriptPart):
    """One turn of the model, and what is expected before it."""

    expect: Expectation = Expectation()
    content: Annotated[tuple[ScriptText | ScriptToolCall, ...], Field(min_length=1)]
    thinking: str = "Considering what came."
    output_tokens: int = 0  # billed, where that is more than the turn has
    pace_s: float = 0.0  # the time that the turn takes


class Script(ScriptPart):
    """A conversation. It is played to those whose first message holds `about`."""

    about: str = ""
    tools: tuple[str, ...] | None = None
    turns: tuple[ScriptTurn, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a script from a YAML or JSON file. Raises pydantic.ValidationError."""
        return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class _ToolResult:
    """The result of a tool call, as the bot sent it."""

    tool: str
    failed: bool
    text: str

    @property
    def outcome(self) -> str:
        """The tool, and whether it failed."""
        return f"{self.tool} {'failed' if self.failed else 'ok'}"


def count_turns(body: JsonObject) -> int:
    """Return the number of turns that the model has had: a repeated request gets the same turn."""
    return sum(role == "assistant" for role, _ in merge_messages(body)[:-1])


def choose_script(scripts: Sequence[Script], body: JsonObject) -> Script:
    """Return the script for a conversation. Raises ApiError when there is none."""
    first = _join_texts(merge_messages(body)[0][1])
    for script in scripts:
        if script.about in first:
            return script
    raise ApiError(f"no script is about this conversation, which begins {first[:80]!r}")


def find_turn(script: Script, body: JsonObject) -> ScriptTurn:
    """Return the turn to play.

    Raises ApiError on any difference, with the turn, what was expected and what came.
    """
    number = count_turns(body)
    place = f"script {script.about!r}, turn {number}"
    if number >= len(script.turns):
        newest = f"{_describe_results(_list_results(body))} and {_newest_text(body)[:400]!r}"
        raise ApiError(
            f"{place}: the script has ended, it has {len(script.turns)} turns; came {newest}"
        )
    turn = script.turns[number]
    differences = [
        *_compare_tools(turn, script, body),
        *_compare_results(turn, body),
        *_compare_texts(turn, body, number),
    ]
    if differences:
        raise ApiError(f"{place}: " + "; ".join(differences))
    return turn


def _compare_tools(turn: ScriptTurn, script: Script, body: JsonObject) -> list[str]:
    expected = script.tools if turn.expect.tools is None else turn.expect.tools
    tools = tuple(str(tool["name"]) for tool in list_blocks(body.get("tools")))
    if expected in (None, tools):
        return []
    return [f"expected the tools {expected}, came {tools}"]


def _compare_results(turn: ScriptTurn, body: JsonObject) -> list[str]:
    results = _list_results(body)
    expected = turn.expect.results
    outcomes = [_ToolResult(result.tool, result.failed, "").outcome for result in expected]
    if outcomes != [result.outcome for result in results]:
        return [f"expected the answers {outcomes}, came {_describe_results(results)}"]
    differences = []
    for wanted, result in zip(expected, results, strict=True):
        missing = [text for text in wanted.contains if text not in result.text]
        differences += [
            f"expected the answer of {result.tool} to hold {text!r}, came {result.text[:400]!r}"
            for text in missing
        ]
    return differences


def _compare_texts(turn: ScriptTurn, body: JsonObject, number: int) -> list[str]:
    newest, expected = _newest_text(body), turn.expect.texts
    if newest and not expected and number:
        return [f"expected no words, came {newest[:400]!r}"]
    return [
        f"expected words that hold {text!r}, came {newest[:400]!r}"
        for text in expected
        if text not in newest
    ]


def _list_newest(body: JsonObject) -> list[JsonObject]:
    """Return what came since the model's last turn; after a pause, what came before it."""
    return [blocks for role, blocks in merge_messages(body) if role == "user"][-1]


def _newest_text(body: JsonObject) -> str:
    return _join_texts(_list_newest(body))


def _list_results(body: JsonObject) -> list[_ToolResult]:
    tools: dict[object, str] = {}
    for _, blocks in merge_messages(body):
        tools |= {block["id"]: str(block["name"]) for block in blocks if "name" in block}
    return [
        _ToolResult(
            tools[block["tool_use_id"]],
            bool(block.get("is_error")),
            _join_texts(list_blocks(block.get("content"))),
        )
        for block in _list_newest(body)
        if block["type"] == "tool_result"
    ]


def _join_texts(blocks: Sequence[JsonObject]) -> str:
    return "\n".join(str(block["text"]) for block in blocks if block["type"] == "text")


def _describe_results(results: Sequence[_ToolResult]) -> list[str]:
    return [f"{result.outcome}: {result.text[:200]}" for result in results]
