"""Compute what a request may cost at most, and what an answer has cost."""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapters.claude.prompt_layout import max_answer_tokens
from bot.values import Price, Usage

MILLION = 1_000_000
SLACK_USD = 0.00001  # `Usage` is rounded to six digits at each sum


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of one answer as Claude's API counts them.

    What is written to the cache stays there for five minutes or for an hour.
    """

    uncached_input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0


def price_usage(price: Price, tokens: TokenCounts) -> Usage:
    """Price the tokens of one answer.

    An hour in the cache costs twice the input price (Claude's price list, November 2026, for every
    model).
    """
    usd = (
        tokens.uncached_input * price.input
        + tokens.cache_write_5m * price.cache_write
        + tokens.cache_write_1h * 2 * price.input
        + tokens.cache_read * price.cache_read
        + tokens.output * price.output
    ) / MILLION
    return Usage(
        round(usd, 6),
        tokens.uncached_input,
        tokens.cache_write_5m + tokens.cache_write_1h,
        tokens.cache_read,
        tokens.output,
    )


def affordable_tokens(price: Price, prompt_tokens: int, budget_usd: float) -> int:
    """Compute how many tokens of answer can be paid when the prompt is billed at its dearest."""
    if not price.output:
        return max_answer_tokens("")
    dearest = max(price.input, price.cache_write, price.cache_read)
    left_usd = budget_usd - SLACK_USD - prompt_tokens * dearest / MILLION
    return max(0, int(left_usd * MILLION / price.output))
