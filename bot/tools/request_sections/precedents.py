"""Render what maintainers made of the bot's earlier pull requests."""

from __future__ import annotations

from collections.abc import Iterator

from bot.tools.request_sections.section import join_lines, render_section
from bot.values import PullEnd

CHARS = 3_000


def render_precedent(end: PullEnd) -> str:
    """Render what was changed of one before it was merged, or why it was not wanted."""
    if end.is_merged:
        title = f"What maintainers changed in your pull request #{end.number} before they merged it"
        title += "; write so that they need not do the like again"
        return render_section(title, _list_revisions(end), CHARS)
    title = f"Why maintainers closed your pull request #{end.number} without merging it"
    words = end.reason.split("\n")
    return render_section(title, [f"Its title: {join_lines(end.title)}", *words], CHARS)


def _list_revisions(end: PullEnd) -> Iterator[str]:
    yield f"Its title: {join_lines(end.title)}"
    total = end.kept + end.changed
    yield f"{end.kept} of the {total} lines that you wrote were merged as they were."
    for file in end.files:
        if file.diff:
            yield f"{join_lines(file.path)}, - is what you wrote, + what they made of it:"
            yield from file.diff.rstrip("\n").split("\n")
