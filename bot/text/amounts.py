"""Write numbers of things and of lines, and money."""

from __future__ import annotations

from collections.abc import Sequence

HALF_A_CENT = 0.005


def count_noun(count: int, noun: str, plural: str = "") -> str:
    """Write "1 line", "2 lines" or "1,200 lines"; `plural` is for a noun that takes no s."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {plural or f'{noun}s'}"


def name_lines(first: int, last: int) -> str:
    """Write "line 3", or "lines 3 to 5"."""
    return f"line {last}" if first == last else f"lines {first} to {last}"


def join_numbers(numbers: Sequence[int]) -> str:
    """Write ascending numbers with their neighbours joined: "3, 5-7"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], number]
        else:
            ranges.append([number])
    return ", ".join("-".join(map(str, ends)) for ends in ranges)


def render_usd(usd: float) -> str:
    """Write US dollars to the cent; what is less than half of one is not nothing."""
    return "less than $0.01" if 0 < usd < HALF_A_CENT else f"${usd:.2f}"
