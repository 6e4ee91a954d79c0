"""What a run takes over from the runs of its issue before it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.values.code import Sha


@dataclass(frozen=True, slots=True)
class Resumption:
    """What a run goes on from, or why it begins anew; `text` is a sentence for people."""

    text: str
    goes_on: bool = False
    usd: float = 0.0  # what the runs before it cost
    head: Sha | None = None  # what stood on the branch when it began
    has_pull: bool = False  # whether a pull request was open for it already
