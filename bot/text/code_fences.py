"""Fence code for Markdown so that nothing in it ends the fence."""

from __future__ import annotations

import re

_BACKTICKS = re.compile(r"`+")


def fence_code(text: str, language: str = "") -> str:
    """Write a text as a block of code."""
    fence = choose_fence(text)
    return f"{fence}{language}\n{text}\n{fence}"


def choose_fence(text: str) -> str:
    """Choose a fence that is longer than any backticks in the text."""
    return "`" * max(3, count_backticks(text) + 1)


def count_backticks(text: str) -> int:
    """Count the backticks of the longest run of them."""
    return max(map(len, _BACKTICKS.findall(text)), default=0)
