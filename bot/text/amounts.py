"""Write numbers of things, and money."""

from __future__ import annotations

HALF_A_CENT = 0.005


def count_noun(number: int, noun: str) -> str:
    """Count things: "1 turn", "2 turns"."""
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def render_usd(usd: float) -> str:
    """Write US dollars to the cent; what is less than half of one is not nothing."""
    return "less than $0.01" if 0 < usd < HALF_A_CENT else f"${usd:.2f}"
