"""Write a number with its noun, so that one is never "1 lines"."""

from __future__ import annotations


def count_noun(count: int, noun: str, plural: str = "") -> str:
    """Write "1 line", "2 lines" or "1,200 lines"; `plural` is for a noun that takes no s."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
