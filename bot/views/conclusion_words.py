"""Say in words how a check ended that did not pass."""

from __future__ import annotations

from types import MappingProxyType

OWN_WORDS = "what the check says"  # the tool of a reading of a check's own words
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
