"""The measurement of tokens: what the cache layout serves of a conversation with the
sizes of a real one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.adapters.claude.claude_client import ClaudeClient, StreamPolicy
from bot.adapters.claude.pricing import TokenCounts, price_usage
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.values import (
    ModelConfig,
    Price,
    PromptPrefix,
    ToolResult,
    ToolResults,
    ToolSchema,
    Turn,
    Usage,
    UserText,
)
from tests.benchmarks.table import Row

OPUS = ModelConfig("claude-opus-5-5", "medium", Price(4.0, 5.0, 0.20, 20.0))

# (tools called, letters of each answer, tokens of the turn): read, plan, edit, check, finish, read
# CI's log, fix.
TURNS: tuple[tuple[tuple[str, ...], int, int], ...] = (
    (("get_issue",), 2_500, 150),
    (("read_file", "read_file", "grep"), 6_000, 400),
    (("read_file", "read_file"), 8_000, 350),
    (("submit_plan",), 200, 1_200),
    (("edit_file",), 300, 1_500),
    (("edit_file", "create_file"), 300, 2_400),
    (("run_check",), 1_500, 200),
    (("edit_file",), 300, 700),
    (("finish",), 100, 900),
    (("log_lines", "log_grep"), 5_000, 300),
    (("edit_file",), 300, 800),
    (("finish",), 100, 600),
)


@dataclass(frozen=True, slots=True)
class Played:
    """A conversation that was played to its end."""

    said: tuple[UserText | Turn | ToolResults, ...]
    spent: Usage
    double: ClaudeDouble


def prose(letters: int, seed: int) -> str:
    """Text that differs by seed."""
    draw = Random(seed)
    return "".join(draw.choice("abcdefghij klmnop\n") for _ in range(letters))


def brief() -> PromptPrefix:
    """A brief with the sizes of ours: some 1,500 tokens of words, and thirteen tools."""
    names = sorted(
        {name for names, _, _ in TURNS for name in names}
        | {"list_dir", "find_symbol", "update_todo"}
    )
    schema: dict[str, object] = {
        "type": "object",
        "properties": {
            name: {"type": "string", "description": prose(80, 1)} for name in ("path", "old", "new")
        },
        "required": ["path"],
    }
    return PromptPrefix(
        prose(6_000, 0), tuple(ToolSchema(name, prose(250, 2), schema) for name in names)
    )


def script(turns: Sequence[tuple[tuple[str, ...], int, int]] = TURNS) -> Script:
    """The conversation as the double plays it: each turn expects the answers to the one before."""
    lines = []
    before: tuple[str, ...] = ()
    for names, _, out in turns:
        say = [{"tool": name, "input": {"path": "a.py", "new": prose(out, 3)}} for name in names]
        lines.append(
            {
                "expect": {"results": [{"tool": name} for name in before]},
                "content": say,
                "output_tokens": out,
            }
        )
        before = names
    return Script.model_validate({"turns": lines})


def play(
    model: ClaudeClient, turns: Sequence[tuple[tuple[str, ...], int, int]], double: ClaudeDouble
) -> Played:
    """Take all turns of the conversation, answering each with as much text as is written there."""
    said: list[UserText | Turn | ToolResults] = [UserText(prose(16_000, 4))]
    spent = Usage()
    for number, (_, letters, _) in enumerate(turns):
        turn = model.turn(brief(), said, 5.0)
        spent += turn.usage
        answers = [
            ToolResult(call.id, prose(letters, 100 * number + at))
            for at, call in enumerate(turn.calls)
        ]
        said += [turn, ToolResults(tuple(answers))]
    return Played(tuple(said), spent, double)


def played(turns: Sequence[tuple[tuple[str, ...], int, int]] = TURNS) -> Played:
    """Play the conversation between the adapter and the double, over HTTP."""
    double = ClaudeDouble(script(turns))
    with serve_claude(double) as url:
        model = ClaudeClient("sk-ant-bench", OPUS, url, StreamPolicy(pause_s=0))
        try:
            return play(model, turns, double)
        finally:
            model.close()


def without_cache(spent: Usage) -> float:
    """What the same tokens cost when each prompt is billed whole."""
    prompt = spent.input_tokens + spent.cache_write_tokens + spent.cache_read_tokens
    return price_usage(
        OPUS.price,
        TokenCounts(uncached_input=prompt, output=spent.output_tokens),
    ).usd


def rows(work: Path) -> list[Row]:
    """Measure; the double's cache keeps prefixes by their hash, as the documentation describes the
    API's.
    """
    done = played()
    spent = done.spent
    prompt = spent.input_tokens + spent.cache_write_tokens + spent.cache_read_tokens
    ideal = 1 - max(seen.usage.prompt for seen in done.double.requests) / prompt
    return [
        Row(
            f"prompt tokens served from cache, {len(TURNS)} turns",
            f"{spent.cache_read_tokens / prompt:.1%}",
            "85 %",
            f"{ideal:.1%}",
        ),
        Row("prompt tokens in all", f"{prompt:,}", "", ""),
        Row("cost with the cache layout", f"${spent.usd:.3f}", "", f"${_floor(done):.3f}"),
        Row("cost without caching", f"${without_cache(spent):.3f}", "", ""),
    ]


def _floor(done: Played) -> float:
    """Each token of the longest prompt written once and read ever after."""
    longest = max(seen.usage.prompt for seen in done.double.requests)
    spent = done.spent
    read = spent.input_tokens + spent.cache_write_tokens + spent.cache_read_tokens - longest
    return price_usage(
        OPUS.price,
        TokenCounts(cache_write_5m=longest, cache_read=read, output=spent.output_tokens),
    ).usd
