"""Write findings about a plan: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from bot.text import as_code_span
from bot.values import Finding

SHOWN_NAMES = 8


def make_finding(rule: str, path: str, text: str) -> Finding:
    """Make a finding about the structure of a project."""
    return Finding("structure", path, 0, text, rule=rule)


def list_names(names: Collection[str]) -> str:
    """Write names as code, in a row: "`a`, `b` and 3 more"."""
    shown = ", ".join(as_code_span(name) for name in list(names)[:SHOWN_NAMES])
    hidden = len(names) - SHOWN_NAMES
    return f"{shown} and {hidden} more" if hidden > 0 else shown


def suggest_name(name: str, names: Collection[str]) -> str:
    """Ask whether a similar name was meant: " Was `a` meant?"; "" when none is similar."""
    nearest = get_close_matches(name, names, 1, 0.75)
    return f" Was {as_code_span(nearest[0])} meant?" if nearest else ""
