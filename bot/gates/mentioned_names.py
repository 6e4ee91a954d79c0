"""List the names of a change whose other places in the repository its gates want to see."""

from __future__ import annotations

from bot.gates.change import Change
from bot.gates.documents import find_gone_names
from bot.gates.packages import find_undeclared


def list_mentioned_names(change: Change) -> tuple[str, ...]:
    """List what the change takes away, and what it imports undeclared."""
    modules = (package.module for package in find_undeclared(change))
    return tuple(dict.fromkeys((*find_gone_names(change), *modules)))
