"""Say in a sentence how a pull request of the bot ended."""

from __future__ import annotations

from bot.text import count_noun, defuse_inline
from bot.values import PullEnd

REASON_CHARS = 300


def describe_end(end: PullEnd) -> str:
    """Say whether it was merged, by whom, and what people made of it, or why it was closed."""
    by = f" by @{end.by}" if end.by else ""
    if not end.is_merged:
        reason = defuse_inline(end.reason, REASON_CHARS)
        why = f" @{end.reason_by} said: {reason}" if reason else ""
        return f"#{end.number} was closed without being merged{by}.{why}"
    return f"#{end.number} was merged{by}{_describe_lines(end)}."


def _describe_lines(end: PullEnd) -> str:
    """Say how much of what the bot wrote was merged as it stood."""
    total = end.kept + end.changed
    if not total:
        return ""
    if not end.changed:
        return f", with all {count_noun(total, 'line')} as the bot wrote them"
    return f", with {end.kept} of {count_noun(total, 'line')} as the bot wrote them"
