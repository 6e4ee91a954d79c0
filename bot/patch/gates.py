"""Here live the gates together: what must be true of a change before it is pushed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.patch.policy import protected
from bot.patch.size import Rules, size
from bot.patch.syntax import parses
from bot.values import Finding, Patch


def check(patch: Patch, before: Mapping[str, str | None], rules: Rules) -> tuple[Finding, ...]:
    """All that the gates find in the change; `before` holds the changed files as they were, None for what was not."""
    syntax = [
        finding
        for path, text in patch.files.items()
        if text is not None
        for finding in parses(path, text, before.get(path))
    ]
    return (*protected(patch.files, rules.allowed, rules.extra), *size(patch, before, rules), *syntax)
