"""Check that documents follow what they tell of (gate "docs"): docstrings, READMEs, manuals."""

from __future__ import annotations

from collections.abc import Iterator

from bot.gates.change import Change
from bot.gates.documents.check_docstrings import check_docstrings
from bot.gates.documents.gone_names import MOST_MENTIONS, check_gone_names, find_gone_names
from bot.values import Finding

__all__ = ["MOST_MENTIONS", "check_documents", "find_gone_names"]


def check_documents(change: Change) -> Iterator[Finding]:
    """Find documentation that a change left behind."""
    yield from check_docstrings(change)
    yield from check_gone_names(change)
