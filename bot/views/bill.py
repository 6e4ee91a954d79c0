"""Render what a run has cost."""

from __future__ import annotations

from bot.text import count_noun, render_usd
from bot.values import RunState
from bot.views.markdown_parts import fold, render_list

MOST_LINES = 3


def render_bill(state: RunState) -> str:
    """Render what the model was paid for, once it was."""
    usage = state.usage
    if not usage.usd:
        return ""
    read = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    lines = (
        f"{count_noun(state.turns, 'turn')} of the model",
        f"{count_noun(read, 'token')} read, {usage.cache_read_tokens:,} of them from the cache",
        f"{count_noun(usage.output_tokens, 'token')} written",
    )
    return fold(f"Cost: {render_cost(state)}", render_list(lines, MOST_LINES))


def render_cost(state: RunState) -> str:
    """Say what the run has cost, and while it lives what it may cost."""
    cost = render_usd(state.usage.usd)
    return cost if state.outcome else f"{cost} of at most ${state.caps.usd:.2f}"
