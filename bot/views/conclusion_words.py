"""Say in words how a check ended that did not pass."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from bot.text import as_code_span
from bot.values import Check

NAME_CHARS = 200
CONCLUSIONS = MappingProxyType(
    {
        "timed_out": "ran out of time",
        "cancelled": "was cancelled",
        "stale": "was given up by GitHub, because it did not end for two weeks",
        "startup_failure": "could not start",
        "action_required": "waits until somebody acts on its page",
        "error": "ended with an error of its own",
    }
)


def describe_conclusion(conclusion: str) -> str:
    """Say how a check ended, behind its name."""
    return CONCLUSIONS.get(conclusion.lower(), "failed")


def describe_ends(checks: Iterable[Check]) -> str:
    """Say of each of some checks how it ended, as a clause: "`a` failed, and `b` timed out"."""
    names: dict[str, list[str]] = {}
    for check in checks:
        word = describe_conclusion(check.conclusion)
        names.setdefault(word, []).append(as_code_span(check.name, NAME_CHARS))
    return ", and ".join(f"{', '.join(list_)} {word}" for word, list_ in names.items())
