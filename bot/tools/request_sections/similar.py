"""Render past changes that are like the request, with their diffs."""

from __future__ import annotations

from bot.tools.request_sections.section import join_lines, render_section
from bot.values import SimilarCommit

MAX_PATHS = 12
MESSAGE_LINES = 8
CHARS = 6_000


def render_similar(commit: SimilarCommit) -> str:
    """Render the message, the files and the diff."""
    title = f"A past change like it, commit {commit.sha[:12]}"
    return render_section(title, list_commit_lines(commit), CHARS)


def list_commit_lines(commit: SimilarCommit) -> list[str]:
    """List the lines of the message, the files and the diff."""
    message = commit.message.strip("\n").split("\n")
    more = f" and {len(commit.paths) - MAX_PATHS} more" if len(commit.paths) > MAX_PATHS else ""
    return [
        *message[:MESSAGE_LINES],
        *(["..."] if len(message) > MESSAGE_LINES else []),
        f"Files: {join_lines(', '.join(commit.paths[:MAX_PATHS]))}{more}",
        *(commit.diff.split("\n") if commit.diff else []),
    ]
