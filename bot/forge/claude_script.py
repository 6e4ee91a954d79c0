"""Here live scripts: recorded conversations that the double plays turn by turn, checking the other
side of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from bot.forge.claude_blocks import Json, listed, messages
from bot.forge.claude_rules import ApiError


class ScriptPart(BaseModel):
    """A piece of a script. What it does not know is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedResult(ScriptPart):
    """A tool's answer: which tool, whether it failed, and what its text must hold."""

    tool: str
    failed: bool = False
    holds: tuple[str, ...] = ()


class Expectation(ScriptPart):
    """What must have come since the turn before: these answers, in this order, and words of the bot
    that hold this.
    """

    answers: tuple[ExpectedResult, ...] = ()
    said: tuple[str, ...] = ()
    tools: tuple[str, ...] | None = None  # the tools offered; without it, the script's


class ScriptText(ScriptPart):
    """Words of the model."""

    text: str


class ScriptToolCall(ScriptPart):
    """A call of a tool."""

    tool: str
    input: dict[str, JsonValue] = Field(default_factory=dict)


class ScriptTurn(ScriptPart):
    """One turn: what is expected before it, and what is said then."""

    expect: Expectation = Expectation()
    say: Annotated[tuple[ScriptText | ScriptToolCall, ...], Field(min_length=1)]
    thought: str = "Considering what came."
    out: int = 0  # tokens billed, where that is more than what is said
    pace_s: float = 0.0  # how long saying it takes


class Script(ScriptPart):
    """A conversation. It is played to those whose first message holds `about`."""

    about: str = ""
    tools: tuple[str, ...] | None = None
    turns: tuple[ScriptTurn, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a script from a YAML or JSON file. Raises pydantic.ValidationError."""
        return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def turn_of(body: Json) -> int:
    """Which turn a request asks for: as many as the model has had, so a repeated request gets the
    same one.
    """
    talk = messages(body)
    return sum(role == "assistant" for role, _ in talk[:-1])


def choose(scripts: Sequence[Script], body: Json) -> Script:
    """The script for a conversation. Raises ApiError when there is none."""
    first = _text(messages(body)[0][1])
    for script in scripts:
        if script.about in first:
            return script
    raise ApiError(f"no script is about this conversation, which begins {first[:80]!r}")


def line_of(script: Script, body: Json) -> ScriptTurn:
    """The turn to play. Raises ApiError, saying which turn, what was expected and what came, on any
    difference.
    """
    turn = turn_of(body)
    where = f"script {script.about!r}, turn {turn}"
    if turn >= len(script.turns):
        raise ApiError(
            f"{where}: the script has ended, it has {len(script.turns)} turns; came {_last(body)}"
        )
    line = script.turns[turn]
    wrong = [*_offered(line, script, body), *_answered(line, body), *_words(line, body, turn)]
    if wrong:
        raise ApiError(f"{where}: " + "; ".join(wrong))
    return line


def _offered(line: ScriptTurn, script: Script, body: Json) -> list[str]:
    expected = script.tools if line.expect.tools is None else line.expect.tools
    came = tuple(str(tool["name"]) for tool in listed(body.get("tools")))
    return (
        []
        if expected is None or expected == came
        else [f"expected the tools {expected}, came {came}"]
    )


def _answered(line: ScriptTurn, body: Json) -> list[str]:
    came = _answers(body)
    expected = line.expect.answers
    if [(answer.tool, answer.failed) for answer in expected] != [
        (tool, failed) for tool, failed, _ in came
    ]:
        wanted = [f"{answer.tool} {'failed' if answer.failed else 'ok'}" for answer in expected]
        return [f"expected the answers {wanted}, came {_shown(came)}"]
    return [
        f"expected the answer of {tool} to hold {held!r}, came {text[:400]!r}"
        for answer, (tool, _, text) in zip(expected, came, strict=True)
        for held in answer.holds
        if held not in text
    ]


def _words(line: ScriptTurn, body: Json, turn: int) -> list[str]:
    said = _text(_newest(body))
    if said and not line.expect.said and turn:
        return [f"expected no words, came {said[:400]!r}"]
    return [
        f"expected words that hold {held!r}, came {said[:400]!r}"
        for held in line.expect.said
        if held not in said
    ]


def _newest(body: Json) -> list[Json]:
    """What came since the model last spoke; after a pause, what came before it."""
    return [blocks for role, blocks in messages(body) if role == "user"][-1]


def _answers(body: Json) -> list[tuple[str, bool, str]]:
    names = {
        block["id"]: str(block["name"])
        for _, blocks in messages(body)
        for block in blocks
        if block["type"] == "tool_use"
    }
    return [
        (names[block["tool_use_id"]], bool(block.get("is_error")), _plain(block.get("content")))
        for block in _newest(body)
        if block["type"] == "tool_result"
    ]


def _plain(content: object) -> str:
    return content if isinstance(content, str) else _text(listed(content))


def _text(blocks: Sequence[Json]) -> str:
    return "\n".join(str(block["text"]) for block in blocks if block["type"] == "text")


def _shown(answers: Sequence[tuple[str, bool, str]]) -> list[str]:
    return [
        f"{tool} {'failed' if failed else 'ok'}: {text[:200]}" for tool, failed, text in answers
    ]


def _last(body: Json) -> str:
    return f"{_shown(_answers(body))} and {_text(_newest(body))[:400]!r}"
